"""What is said of a lesion's grey values, with a score and without one."""

from __future__ import annotations

from typing import Any

import pytest

from corduroy.reports.plan.lesion_tables import cortex_rows, likeness_rows, outside_rows, texture_rows
from corduroy.reports.plan.tables import lesion_rows, simulated_rows, source_rows
from corduroy.reports.plan.wording import lesion_words, likeness_words

LIKENESS = {"score": 0.934, "words": "No diagnosis: histology decides.", "fitted": "x"}


def measured(value: float, unit: str = "%") -> dict[str, Any]:
    return {"value": value, "uncertainty": 1.0, "unit": unit}


def character(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "texture": {
            **{name: measured(30.0, "HU") for name in ("stroma_hu", "column_hu", "mean_hu", "column_strength_hu")},
            **dict.fromkeys(("spacing_mm", "thickness_mm")),
            **{name: measured(0.5, "") for name in ("anisotropy", "polka_dot", "corduroy")},
        },
        "cortex": {
            "thinning_percent": None,
            "expansion_mm": measured(2.0, "mm"),
            "resolved": True,
            "smallest_breach_mm": 3.4,
            "expansion_place": "left",
            "breaches": [],
            "endplates": {
                "superior endplate": {"looked_at_percent": 62, "smallest_breach_mm": 4.3, "breaches": []},
            },
        },
        "epidural": None,
        "paravertebral": {"volume_ml": measured(1.0, "ml"), "side": "right", "canal_share_percent": None},
        "uptake_hu": None,
        "hemangioma_likeness": None,
    }
    return found | changes


def test_no_score_is_said_to_be_none() -> None:
    assert likeness_words(None) == likeness_words(character()) == "not assessed; histology decides"
    assert likeness_rows(character()) == []


def test_what_looks_like_intact_bone_has_no_score_and_is_said_to_be_so_with_its_volume() -> None:
    intact = character(differs_from_intact=False)
    assert likeness_words(intact) == "not given, as what was delineated looks like intact bone"
    part = {"in_bone": measured(1.0, "ml"), "body_share": measured(7.0), "involved": []}
    document = {"character": intact, "lesion": {**part, "epidural": None, "paravertebral": None}}
    assert lesion_words(document).startswith(
        "NOT DIFFERENT FROM INTACT BONE (see the warnings); delineated 1.0 ± 1.0 ml"
    )
    seen = lesion_words(document | {"character": character(differs_from_intact=True)})
    assert seen.startswith("1.0 ± 1.0 ml")


def test_a_score_comes_with_its_words_and_what_drove_it() -> None:
    drivers = [
        {"feature": "corduroy", "meaning": "stripes", "value": 0.71, "log_odds": 2.31, "log_odds_uncertainty": 0.84},
        {"feature": "stroma", "meaning": "grey value", "value": 1.2, "log_odds": -0.4, "log_odds_uncertainty": 0.2},
        {"feature": "polka_dot", "meaning": "dots", "value": 0.0, "log_odds": 0.0, "log_odds_uncertainty": 0.3},
    ]
    seen = character(hemangioma_likeness=LIKENESS | {"interval_95": [0.61, 0.99], "drivers": drivers})
    assert likeness_words(seen) == "0.93 of 1 (95 % interval 0.61 to 0.99). No diagnosis: histology decides"
    assert [row[1:] for row in likeness_rows(seen)] == [
        ["0.71", "+2.3 ± 0.8", "towards hemangioma"],
        ["1.20", "-0.4 ± 0.2", "away from hemangioma"],
        ["0.00", "+0.0 ± 0.3", "–"],
    ]


def test_a_plan_made_before_the_score_had_an_interval_is_still_read() -> None:
    drivers = [{"feature": "corduroy", "meaning": "stripes", "value": 0.71, "log_odds": 2.31}]
    seen = character(hemangioma_likeness=LIKENESS | {"drivers": drivers})
    assert likeness_words(seen).startswith("0.93 of 1 (no interval computed). No diagnosis")
    assert [row[2] for row in likeness_rows(seen)] == ["+2.3"]


@pytest.mark.parametrize(("smallest_mm", "words"), [(3.4, "cannot exclude holes below 3.4 mm"), (None, "not resolved")])
def test_no_breach_is_not_the_same_as_nothing_seen(smallest_mm: float | None, words: str) -> None:
    cortex = character()["cortex"] | {"smallest_breach_mm": smallest_mm}
    rows = dict(cortex_rows(character(cortex=cortex)))
    assert words in rows["Breach"]
    assert rows["Expansion, at its most"] == "2.0 ± 1.0 mm, left"


def test_every_breach_has_its_place_and_size() -> None:
    hole = {"place": "posterior", "point_ras_mm": [1.0, -2.4, 30.0], "diameter_mm": measured(5.0, "mm")}
    rows = dict(cortex_rows(character(cortex=character()["cortex"] | {"breaches": [hole]})))
    assert rows["Breach, posterior"] == "5.0 ± 1.0 mm wide at 1, -2, 30 (RAS mm)"


def test_each_endplate_says_what_was_seen_of_it() -> None:
    rows = dict(cortex_rows(character()))
    assert rows["Superior endplate"].startswith("no hole seen in the 62 % that can be judged; holes below 4.3 mm")
    assert rows["Inferior endplate"] == "the lesion does not reach it"
    hole = {"place": "inferior endplate", "point_ras_mm": [1.0, -2.4, 30.0], "diameter_mm": measured(5.0, "mm")}
    hidden = {"looked_at_percent": 9, "smallest_breach_mm": None, "breaches": []}
    open_ = {"looked_at_percent": 80, "smallest_breach_mm": 4.0, "breaches": [hole]}
    seen = {"superior endplate": hidden, "inferior endplate": open_}
    rows = dict(cortex_rows(character(cortex=character()["cortex"] | {"endplates": seen})))
    assert rows["Superior endplate"] == "not resolved by this scan"
    assert rows["Breach, inferior endplate"] == "5.0 ± 1.0 mm wide at 1, -2, 30 (RAS mm)"
    assert "none seen in the grey values of the side wall" in rows["Breach"]


def test_a_plan_made_before_endplates_were_looked_at_says_so() -> None:
    cortex = {name: value for name, value in character()["cortex"].items() if name != "endplates"}
    assert ["Endplates", "not looked at"] in cortex_rows(character(cortex=cortex))


def test_what_is_not_known_is_said_so() -> None:
    assert ["Epidural", "the canal is not known"] in outside_rows(character())
    assert ["Paravertebral", "1.0 ± 1.0 ml, right"] in outside_rows(character())
    assert ["Spacing of columns", "–"] in texture_rows(character())
    lesion = {
        "in_bone": measured(5.0, "ml"),
        "body_share": measured(40.0),
        "parts_percent": {"pedicle left": 60.0, "pedicle right": 0.2, "lamina left": None},
        "involved": ["pedicle left"],
        "epidural": None,
        "paravertebral": {"volume": measured(0.5, "ml"), "side": "left"},
    }
    rows = dict(lesion_rows({"lesion": lesion}))
    assert rows["Pedicle left"] == "60 %"
    assert rows["Parts of the arch spared"] == "pedicle right"
    assert rows["Parts of the arch not told apart"] == "lamina left"
    assert rows["Epidural part"] == "not known"
    assert "epidural part not known; paravertebral 0.50" in lesion_words({"lesion": lesion})


def test_structures_are_grouped_by_how_they_are_known() -> None:
    sources = {"aorta": "labels", "air on the CT": "grey values of the CT", "ribs": "labels"}
    assert source_rows({"sources": sources}) == [["labels", "aorta, ribs"], ["grey values of the CT", "air on the CT"]]


def test_a_simulations_numbers_keep_unit_and_interval() -> None:
    values = [
        {"name": "strength", "state": "", "value": 2.3456, "uncertainty": 0.71, "unit": "kN", "method": "m"},
        {"name": "ratio", "state": "filled", "value": 1.0, "uncertainty": None, "unit": "", "method": "m"},
    ]
    assert simulated_rows({"values": values}) == [
        ["strength", "–", "2.346 ± 0.71 kN", "m"],
        ["ratio", "filled", "1", "m"],
    ]
