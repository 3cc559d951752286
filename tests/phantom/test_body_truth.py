"""The mid-sagittal truth of bodies whose numbers are known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corduroy.errors import SettingsError
from corduroy.phantom import Fracture
from corduroy.phantom.body import Body, Endplate
from corduroy.phantom.sagittal import sagittal_truth


def box(height: float = 24.0, wedge_deg: float = 0.0) -> Body:
    """A body without hollow, waist or ripple."""
    slope = float(np.tan(np.deg2rad(wedge_deg / 2)))
    return Body(40.0, 32.0, Endplate(height / 2, -slope), Endplate(-height / 2, slope), 0.0, 0.0)


def test_a_box_has_its_own_height_depth_and_no_angle() -> None:
    truth = sagittal_truth(box())
    assert truth.heights_mm == pytest.approx({"posterior": 24.0, "middle": 24.0, "anterior": 24.0}, abs=1e-6)
    assert truth.wedge_angle_deg == pytest.approx(0.0, abs=1e-6)
    assert truth.depth_mm == pytest.approx(32.0, abs=0.02)


@pytest.mark.parametrize("wedge", [-12.0, 4.0, 20.0])
def test_wedge_angle_is_the_one_built_in_and_positive_where_anterior_is_lower(wedge: float) -> None:
    truth = sagittal_truth(box(wedge_deg=wedge))
    assert truth.wedge_angle_deg == pytest.approx(wedge, abs=1e-3)
    heights = truth.heights_mm
    assert np.sign(heights["posterior"] - heights["anterior"]) == np.sign(wedge)
    # 10 % to 90 % of the depth, both endplates sloping by half the wedge
    expected = 2 * np.tan(np.deg2rad(wedge / 2)) * 0.8 * truth.depth_mm
    assert heights["posterior"] - heights["anterior"] == pytest.approx(expected, abs=0.02)


def test_leaning_both_endplates_alike_changes_no_height_along_the_normal() -> None:
    lean = 0.2
    body = replace(box(), superior=Endplate(12.0, lean), inferior=Endplate(-12.0, lean))
    truth = sagittal_truth(body)
    assert truth.wedge_angle_deg == pytest.approx(0.0, abs=1e-6)
    assert truth.heights_mm["middle"] == pytest.approx(24.0 * np.cos(np.arctan(lean)), abs=1e-3)


def test_a_hollow_lowers_the_middle_most() -> None:
    body = replace(box(), superior=Endplate(12.0, concavity=-2.0))
    heights = sagittal_truth(body).heights_mm
    assert heights["middle"] == pytest.approx(22.0, abs=0.02)
    assert 23.5 < heights["anterior"] < 24.0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("wedge", {"posterior": 0.0, "middle": 15.0, "anterior": 30.0}),
        ("crush", {"posterior": 30.0, "middle": 30.0, "anterior": 30.0}),
        ("biconcave", {"middle": 30.0}),
    ],
)
@pytest.mark.parametrize("endplate", ["superior", "inferior", "both"])
def test_a_fracture_of_30_percent_loses_30_percent(kind: str, endplate: str, expected: dict[str, float]) -> None:
    body = replace(box(), waist=0.06, fracture=Fracture(kind, 30.0, endplate))  # type: ignore[arg-type]
    before, after = sagittal_truth(body.intact()).heights_mm, sagittal_truth(body).heights_mm
    for name, loss in expected.items():
        # The height axis turns with the fractured endplate, which costs up to 1.5 points.
        assert 100 * (1 - after[name] / before[name]) == pytest.approx(loss, abs=1.5)
    if kind == "biconcave":
        assert 100 * (1 - after["anterior"] / before["anterior"]) < 8.0


def test_end_points_lie_on_the_surface() -> None:
    body = replace(
        box(wedge_deg=6.0), superior=Endplate(11.0, -0.1, 0.02, -1.0, (0.0, -0.1), (0.2, -0.2, 0.1, 0.2)), waist=0.06
    )
    truth = sagittal_truth(body)
    points = np.concatenate([*truth.height_segments.values(), truth.mid_height])
    assert np.abs(body.distance(*points.T)).max() < 0.02


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "burst", "depth_percent": 20.0},
        {"kind": "wedge", "depth_percent": -1.0},
        {"kind": "wedge", "depth_percent": 95.0},
        {"kind": "wedge", "depth_percent": 20.0, "retropulsion": 1.5},
        {"kind": "wedge", "depth_percent": 20.0, "endplate": "left"},
    ],
)
def test_impossible_fractures_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Fracture(**settings)  # type: ignore[arg-type]
