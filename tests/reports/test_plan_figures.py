"""Left stays left on the pictures of a plan: sheets, letters, and the words of the document."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from corduroy.planning.corridors import Corridor
from corduroy.reports.plan.sheets import ahead_letters, mid_sagittal_of, needle_axial, needle_sagittal
from corduroy.reports.plan.wording import corridor_words, score_words

MARKS: Any = SimpleNamespace(centre=np.zeros(3), axes=np.eye(3))


def corridor(entry: tuple[float, float, float]) -> Corridor:
    found: Any = SimpleNamespace(entry_mm=entry, target_mm=(0.0, 5.0, 0.0), gauge=11)
    needle: Corridor = found
    return needle


def test_the_patients_right_is_on_the_left_of_an_axial_picture() -> None:
    sheet = needle_axial(corridor((45.0, -80.0, 20.0)), MARKS)
    assert (sheet.points[:, 0, 0] > sheet.points[:, -1, 0]).all()
    assert (sheet.points[0, :, 1] > sheet.points[-1, :, 1]).all()
    rows, columns = sheet.points.shape[:2]
    left, right, bottom, top = sheet.extent
    # A picture's pixel and its world point agree: what is drawn at x = -45 is 45 mm to the right.
    across = left + (right - left) * (np.arange(columns) + 0.5) / columns
    assert np.allclose(-sheet.frame.local(sheet.points[0])[:, 0], across, atol=0.5)
    down = top - (top - bottom) * (np.arange(rows) + 0.5) / rows
    assert np.allclose(sheet.frame.local(sheet.points[:, 0])[:, 1], down, atol=0.5)


@pytest.mark.parametrize("entry", [(45.0, -80.0, 20.0), (-60.0, -70.0, -25.0), (3.0, -90.0, 0.0)])
def test_both_planes_hold_the_whole_needle(entry: tuple[float, float, float]) -> None:
    for sheet, normal in ((needle_axial(corridor(entry), MARKS), 2), (needle_sagittal(corridor(entry), MARKS), 0)):
        local = sheet.frame.local([entry, (0.0, 5.0, 0.0)])
        assert np.allclose(local[:, normal], 0.0, atol=1e-9)
        flat = sheet.points.reshape(-1, 3)
        assert all(np.linalg.norm(flat - point, axis=1).min() < 0.5 for point in (entry, (0.0, 5.0, 0.0)))


@pytest.mark.parametrize(
    ("entry", "letters"),
    [
        ((0.0, -80.0, 10.0), ("A", "P")),
        ((60.0, -60.0, 0.0), ("AL", "PR")),
        ((-60.0, -60.0, 0.0), ("AR", "PL")),
        ((80.0, 0.0, 0.0), ("L", "R")),
    ],
)
def test_letters_tell_where_an_oblique_picture_looks(
    entry: tuple[float, float, float], letters: tuple[str, str]
) -> None:
    sheet = needle_sagittal(corridor(entry), MARKS)
    assert ahead_letters(sheet, MARKS) == letters
    # The side that the letter names: the needle's entry lies on the right half of the picture.
    assert np.linalg.norm(sheet.points[:, -1].mean(axis=0) - entry) < np.linalg.norm(
        sheet.points[:, 0].mean(axis=0) - entry
    )


def test_the_mid_sagittal_picture_has_anterior_on_the_left() -> None:
    sheet = mid_sagittal_of(MARKS)
    assert (sheet.points[:, 0, 1] > sheet.points[:, -1, 1]).all()
    assert (sheet.points[0, :, 2] > sheet.points[-1, :, 2]).all()


def test_a_score_with_open_items_is_a_range() -> None:
    result: dict[str, Any] = {
        "grade": None, "grade_label": None, "value": None, "lowest": 7.0, "highest": 12.0, "items_assessed": 4
    }  # fmt: skip
    assert score_words(result) == "7 to 12"
    assert score_words(result | {"items_assessed": 0, "lowest": None}) == "not known"


def test_a_corridor_through_air_is_named_beside_the_verdict() -> None:
    document: dict[str, Any] = {
        "cement_corridors": {"verdict": "Two ways."}, "corridors_through_air": {"cement": [1]}, "missing": {}
    }  # fmt: skip
    assert (
        corridor_words(document, "cement_corridors") == "Two ways. But number 1 passes air on the CT: not to be used."
    )
