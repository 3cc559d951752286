"""Heights, depth and wedge angle of exact profiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.vertebra import Vertebra
from corduroy.morphometry.sagittal import SagittalProfile, heights_mm, sagittal_profile
from corduroy.morphometry.settings import MorphometrySettings

BACK, FRONT = -15.0, 17.0
Wedge = Callable[..., SagittalProfile]


@pytest.mark.parametrize("degrees", [-12.0, 0.0, 7.5, 25.0])
def test_kyphosis_is_positive(make_wedge: Wedge, degrees: float) -> None:
    profile = make_wedge(degrees)
    assert profile.wedge_angle_deg == pytest.approx(degrees, abs=1e-4)
    heights = heights_mm(profile, MorphometrySettings())
    assert np.sign(round(heights["posterior"] - heights["anterior"], 6)) == np.sign(degrees)


def test_heights_stand_at_shares_of_the_depth_from_behind(make_wedge: Wedge) -> None:
    profile = make_wedge(10.0)
    assert profile.depth_mm == pytest.approx(FRONT - BACK, abs=1e-4)
    for fraction in (0.1, 0.5, 0.9):
        y = BACK + fraction * (FRONT - BACK)
        expected = 26.0 - 2 * np.tan(np.radians(5.0)) * y
        assert profile.height_mm(fraction) == pytest.approx(expected, abs=1e-3)
        ends = profile.height_ends(fraction)
        np.testing.assert_allclose(ends[:, 0], y, atol=1e-3)
        assert ends[0, 1] > ends[1, 1]


def test_other_places_give_other_heights(make_wedge: Wedge) -> None:
    profile = make_wedge(10.0)
    usual = heights_mm(profile, MorphometrySettings())
    inner = heights_mm(profile, MorphometrySettings(posterior_at=0.2, anterior_at=0.8))
    slope = 2 * np.tan(np.radians(5.0)) * 0.1 * (FRONT - BACK)
    assert usual["posterior"] - inner["posterior"] == pytest.approx(slope, abs=1e-3)
    assert inner["anterior"] - usual["anterior"] == pytest.approx(slope, abs=1e-3)
    assert inner["middle"] == usual["middle"]


def test_heights_are_taken_across_the_body_however_its_frame_leans(make_vertebra: Callable[..., Vertebra]) -> None:
    lean = np.tan(np.radians(8.0))
    profile = sagittal_profile(make_vertebra(lambda y: 13.0 + lean * y, lambda y: -13.0 + lean * y))
    assert profile is not None
    assert profile.wedge_angle_deg == pytest.approx(0.0, abs=1e-4)
    assert profile.height_mm(0.5) == pytest.approx(26.0 * np.cos(np.radians(8.0)), abs=1e-3)
    np.testing.assert_allclose(profile.height_axis, (-np.sin(np.radians(8.0)), np.cos(np.radians(8.0))), atol=1e-6)
    # The extent between upright walls along a line that leans is measured along that line.
    assert profile.depth_mm == pytest.approx((FRONT - BACK) / np.cos(np.radians(8.0)), abs=0.02)


def test_a_sunken_centre_lowers_the_middle_and_turns_no_line(make_vertebra: Callable[..., Vertebra]) -> None:
    def sunk(y: np.ndarray) -> np.ndarray:
        place = (y - 1.0) / 16.0
        return 13.0 - 6.0 * (1 - place**2) ** 2

    profile = sagittal_profile(make_vertebra(sunk, lambda y: np.full_like(y, -13.0)))
    assert profile is not None
    assert profile.wedge_angle_deg == pytest.approx(0.0, abs=0.05)
    assert profile.height_mm(0.5) == pytest.approx(20.0, abs=0.05)
    assert profile.height_mm(0.1) == pytest.approx(profile.height_mm(0.9), abs=0.05)
    assert profile.height_mm(0.1) > 25.0


def test_points_are_given_in_the_world(make_wedge: Wedge) -> None:
    frame = Frame.from_directions((10.0, -20.0, 300.0), superior=(0.1, 0.3, 0.9), anterior=(0.2, 1.0, -0.3))
    profile = make_wedge(6.0, frame=frame)
    ends = profile.world(profile.height_ends(0.9))
    assert np.linalg.norm(ends[0] - ends[1]) == pytest.approx(profile.height_mm(0.9))
    local = frame.local(ends)
    np.testing.assert_allclose(local[:, 0], 0.0, atol=1e-9)
    assert local[0, 2] > 0 > local[1, 2]
    np.testing.assert_allclose(
        profile.direction("superior"), frame.axes @ [0, np.cos(np.radians(3)), -np.sin(np.radians(3))], atol=1e-5
    )
    line = profile.world(profile.line_ends("superior", 0.15))
    along = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
    np.testing.assert_allclose(along, profile.direction("superior"), atol=1e-5)
    assert frame.local(line)[:, 1] == pytest.approx([BACK - 0.15 * 32, FRONT + 0.15 * 32], abs=1e-2)


@pytest.mark.parametrize("slope", [-0.2, 0.0, 0.35])
def test_the_lateral_lean_of_an_endplate(make_wedge: Wedge, slope: float) -> None:
    direction = make_wedge(0.0, sideways=slope).coronal_direction("superior")
    np.testing.assert_allclose(direction, np.array([1.0, 0.0, slope]) / np.hypot(1.0, slope), atol=1e-5)


def test_no_body_no_profile(make_vertebra: Callable[..., Vertebra]) -> None:
    whole = make_vertebra(lambda y: 13.0 + 0 * y, lambda y: -13.0 + 0 * y)
    assert sagittal_profile(replace(whole, body=None)) is None
