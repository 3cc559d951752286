"""Rows of a plan's tables that are easily misread."""

from __future__ import annotations

from typing import Any

from corduroy.reports.plan.tables import facet_rows, fill_rows, level_rows


def area(value: float) -> dict[str, Any]:
    return {"value": value, "uncertainty": 4.0, "unit": "mm2"}


def level(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "level": "T9",
        "why": "level of the lesion",
        "borders": {"left_mm": 8.2, "right_mm": 8.0},
        "canal_area_before": area(160.0),
        "canal_area_after": area(269.0),
        "reference_area": None,
        "lesion_in_canal": None,
        "bone_removed": {"value": 4.4, "uncertainty": 0.2, "unit": "ml"},
        "lamina_removed_percent": {"left": 63.1, "right": None},
        "facets": [],
    }
    return found | changes


def test_facets_that_were_not_told_apart_are_said_to_be_so_and_a_lamina_is_no_facet() -> None:
    nothing = ["not told apart", "not told apart"]
    assert facet_rows(level()) == [["superior articular", *nothing], ["inferior articular", *nothing]]
    lost = {"value": 55.0, "uncertainty": 9.0, "unit": "%"}
    found = facet_rows(level(facets=[{"process": "inferior articular", "side": "left", "lost_percent": lost}]))
    assert found[1] == ["inferior articular", "55 ± 9 %", "not told apart"]
    assert level_rows({"levels": [level()]})[0][3] == "4.4 ± 0.2 ml, 63 % of the left lamina"


def test_a_share_of_an_uncertain_lesion_has_an_uneven_interval_or_an_open_one() -> None:
    body = {"value": 13.72, "uncertainty": 0.6, "unit": "%"}
    shares = [{"value": 210.7, "interval_95": [117.1, high], "unit": "%"} for high in (1053.5, None)]
    fills = [{"volume_ml": 2.0, "of_body_percent": body, "of_lesion_percent": share} for share in (*shares, None)]
    rows = fill_rows({"fills": fills})
    assert [row[2] for row in rows] == ["211 % (117 to 1054)", "211 % (117 or more)", "–"]
    old = {"value": 210.7, "uncertainty": 9.2, "unit": "%"}
    assert fill_rows({"fills": [fills[0] | {"of_lesion_percent": old}]})[0][2] == "211 ± 9 %"
