"""Pictures and words of an assessment: sides, planes, signs, what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.pipeline.mechanics_part import part_of
from corduroy.reports.mechanics.content import mechanics_content
from corduroy.reports.mechanics.draw import draw_neighbours, draw_strength
from corduroy.reports.mechanics.wording import change_words, number_words, percent_words, summary_of
from corduroy.reports.sections import field_on, sheet_through
from corduroy.simulation.vertebra.grid import ModelGrid

FRAME = Frame.from_directions([10.0, -20.0, 30.0], [0.1, 0.0, 1.0], [0.0, 1.0, 0.1])
GRID = ModelGrid(FRAME, (-10, -8, -6), (20, 16, 12), 2.0)


@pytest.mark.parametrize("view", ["axial", "sagittal"])
def test_a_mark_is_drawn_where_it_lies(view: str) -> None:
    """One voxel in the patient's right, anterior and upper part."""
    values = np.full(GRID.shape, np.nan)
    values[15, 12, 9] = 7.0
    point = FRAME.world(GRID.local([15, 12, 9]))
    sheet = sheet_through(GRID, (float(point[0]), float(point[1]), float(point[2])), view)
    rows, columns = np.nonzero(field_on(sheet, GRID, values) == 7.0)
    high, wide = sheet.points.shape[:2]
    assert len(rows)
    # Right on the image's left, anterior above; anterior on the left, superior above.
    assert columns.mean() < wide / 2
    assert rows.mean() < high / 2
    left, right, bottom, top = sheet.extent
    x = left + (columns.mean() + 0.5) / wide * (right - left)
    y = top - (rows.mean() + 0.5) / high * (top - bottom)
    local = GRID.local([15, 12, 9])
    wanted = (-local[0], local[1]) if view == "axial" else (-local[1], local[2])
    assert np.allclose((x, y), wanted, atol=0.6)


def value(number: float, low: float, high: float) -> dict[str, object]:
    return {"value": number, "uncertainty": (high - low) / 2, "unit": "N", "method": "m", "interval": [low, high]}


def test_numbers_carry_their_interval_and_changes_their_sign() -> None:
    assert number_words(value(2100.0, 1500.0, 3000.0), 2, 1000.0) == "2.10 (1.50–3.00)"
    assert number_words(None, 2) == "–"
    assert number_words({"value": 2.0, "uncertainty": None, "interval": None}, 1) == "2.0"
    assert percent_words(value(56.2, -3.4, 0.2)) == "+56 % (-3 to 0)"
    assert change_words(None) == ""


def state(name: str, words: str, strength: float | None, change: float | None) -> dict[str, object]:
    return {
        "state": name,
        "words": words,
        "stiffness": value(12000.0, 8000.0, 16000.0),
        "strength": None if strength is None else value(strength, 0.7 * strength, 1.4 * strength),
        "linear_strength": [{"criterion": "Pistoia", "force_n": 1500.0}],
        "load_to_strength": {},
        "change_percent": dict.fromkeys(
            ("stiffness", "strength"), None if change is None else value(change, 0.0, 99.0)
        ),
        "shell_share_percent": 14.0,
        "first_failure": {"place": "body, upper anterior, left", "ras_mm": [1.0, 2.0, 3.0], "force_n": 900.0},
        "segment": None,
    }


def document(*states: dict[str, object]) -> dict[str, object]:
    tissue = {"name": "a tissue", "modulus_mpa": 10.0, "source": "somewhere"}
    law = {"name": "a law", "form": "1 ρ^1", "source": "somewhere"}
    return {
        "schema": "corduroy/mechanics/1", "disclaimer": "Research software.", "case": "case", "level": "C5",
        "states": list(states), "loads": {}, "warnings": [], "missing": {"loads": "not computed: cervical"},
        "calibration": {"method": "m", "kind": "K2HPO4", "source": "s", "notes": []},
        "materials": {"modulus": law, "strength": law, **dict.fromkeys(("cap", "disc", "facet", "cement"), tissue)},
        "volumes_ml": dict.fromkeys(("body", "bone", "lesion", "fill", "resection")),
        "intervals": None, "reference_bone": None, "fill_source": None, "voxel_mm": 1.0, "seed": 1,
        "body_mass_kg": {"value": 70.0, "source": "assumed: nobody stated it"},
        "provenance": {
            "software": "corduroy", "version": "0", "python": "3", "created": "2026-01-01T00:00:00+00:00",
            "inputs": {}, "settings": {}, "method": "mechanics",
        },
    }  # fmt: skip


def test_the_summary_says_what_changes_and_where_it_fails() -> None:
    found = document(state("as_is", "as it is", 2000.0, None), state("filled", "filled", 3000.0, 50.0))
    sentences = summary_of(found)
    assert sentences[0].startswith("As it is, C5 carries 2.00 kN (1.40 to 2.80)")
    assert "Filled, strength changes by +50 %" in sentences[1]
    assert sentences[-1] == "As it is, it fails first in the body, upper anterior, left."
    assert part_of(found, ()).summary == tuple(sentences)


def test_a_report_without_loads_neighbours_and_strength_says_so() -> None:
    found = document(state("as_is", "as it is", None, None))
    content = mechanics_content(found, ())
    text = str(content)
    assert "not found" in text
    assert "not computed: cervical" in text
    assert draw_neighbours(found) is None
    assert part_of(found, ()).values[0].name == "stiffness"


def test_every_state_with_a_strength_is_drawn() -> None:
    found = document(state("as_is", "as it is", 2000.0, None), state("filled", "filled", 3000.0, 50.0))
    labels = [label.get_text() for label in draw_strength(found).axes[0].get_yticklabels()]
    assert labels == ["as it is", "filled"]
