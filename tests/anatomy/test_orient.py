"""First axes: the spine's tangents, and which way a vertebra faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.orient import first_frame, spine_tangents
from corduroy.imaging.volume import LabelMap

UP = np.array([0.0, 0.0, 1.0])


def angle_deg(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(first @ second, -1.0, 1.0))))


def test_a_lone_vertebra_stands_along_the_table() -> None:
    np.testing.assert_array_equal(spine_tangents(np.array([[3.0, 4.0, 5.0]])), [UP])


@pytest.mark.parametrize("count", [2, 3, 7])
def test_tangents_point_from_the_lower_to_the_upper_vertebra(count: int) -> None:
    direction = np.array([0.2, -0.3, 0.9]) / np.linalg.norm([0.2, -0.3, 0.9])
    tangents = spine_tangents(100.0 * UP - np.arange(count)[:, None] * 33.0 * direction)
    np.testing.assert_allclose(tangents, np.broadcast_to(direction, (count, 3)), atol=1e-9)


def test_tangents_of_a_kyphotic_arc() -> None:
    radius = 180.0
    angles = np.radians(np.linspace(35.0, -35.0, 9))  # cranial to caudal, bent forward at the top
    centroids = radius * np.column_stack([np.zeros(9), np.cos(angles), np.sin(angles)])
    true = np.column_stack([np.zeros(9), -np.sin(angles), np.cos(angles)])
    errors = [angle_deg(a, b) for a, b in zip(spine_tangents(centroids), true, strict=True)]
    assert max(errors[2:-2]) < 0.5
    # At both ends the slope is deliberately that half-way to the neighbour, a quarter of the window away.
    assert max(errors) < 6.0


@pytest.mark.parametrize("degrees", [(0.0, 0.0, 0.0), (0.0, 0.0, 40.0), (0.0, 0.0, -130.0), (15.0, -12.0, 30.0)])
def test_a_vertebra_faces_away_from_its_arch(
    drum: Callable[..., Any], turn: Callable[..., Frame], degrees: tuple[float, float, float]
) -> None:
    frame = turn(degrees, (12.0, -30.0, 7.0))
    found = first_frame(drum(frame=frame).mask(), frame.superior)
    assert angle_deg(found.anterior, frame.anterior) < 6.0
    assert angle_deg(found.right, frame.right) < 6.0
    assert np.linalg.norm(frame.local(found.origin)) < 6.0


def test_superior_is_kept_although_it_is_askew(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    askew = turn((12.0, 8.0, 0.0)).superior
    found = first_frame(drum().mask(), askew)
    np.testing.assert_allclose(found.superior, askew, atol=1e-12)
    assert angle_deg(found.anterior, np.array([0.0, 1.0, 0.0])) < 20.0


def test_without_an_arch_the_worlds_anterior_serves(drum: Callable[..., Any]) -> None:
    found = first_frame(drum(has_arch=False, half_width=17.0).mask(), UP)
    np.testing.assert_allclose(found.axes, np.eye(3), atol=1e-9)
    assert np.linalg.norm(found.origin - [0.0, 0.0, 0.0]) < 2.5


def test_a_patient_lying_along_the_anterior_axis(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    frame = turn((-90.0, 0.0, 0.0))  # the head towards the world's anterior, the belly down
    assert angle_deg(frame.superior, np.array([0.0, 1.0, 0.0])) < 1e-4
    found = first_frame(drum(has_arch=False, half_width=17.0, frame=frame).mask(), frame.superior)
    np.testing.assert_allclose(found.axes, frame.axes, atol=1e-6)


@pytest.mark.parametrize("voxels", [1, 3])
def test_a_speck_has_axes_too(voxels: int) -> None:
    array = np.zeros((9, 9, 9), dtype=np.uint8)
    array[4, 4, 4 : 4 + voxels] = 1
    found = first_frame(LabelMap(array, np.diag([0.5, 0.5, 0.5, 1.0])), UP)
    np.testing.assert_allclose(found.axes.T @ found.axes, np.eye(3), atol=1e-9)
