"""The canal inside a ring of bone: area, diameters, its narrowest place, and rings that are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.canal import CanalRing, canal_ring
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.spine import canal_axes
from corduroy.imaging.volume import LabelMap

HALF_WIDTH, HALF_DEPTH = 11.0, 8.0
AREA = np.pi * HALF_WIDTH * HALF_DEPTH


def ring(frame: Frame, spacing_mm: float = 1.0, pinch: float = 0.0, gap_mm: float = 0.0) -> LabelMap:
    """An elliptic tube of bone, 20 mm long, narrowed by a share at z = 4, with a slit behind."""
    reach = 32.0
    count = int(2 * reach / spacing_mm)
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = frame.origin - reach
    grid = np.stack(np.meshgrid(*([np.arange(count)] * 3), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(frame.local(grid * spacing_mm + affine[:3, 3]), -1, 0)
    narrowing = 1.0 - pinch * np.exp(-(((z - 4.0) / 3.0) ** 2))
    hole = (x / HALF_WIDTH) ** 2 + (y / (HALF_DEPTH * narrowing)) ** 2 < 1
    bone = (np.hypot(x / 1.1, y) < 16.0) & (np.abs(z) < 10.0) & ~hole
    return LabelMap(bone & ~((np.abs(x) < gap_mm / 2) & (y < 0)), affine)


def measured(frame: Frame, **shape: Any) -> CanalRing:
    found = canal_ring(ring(frame, **shape), frame.origin, frame.superior, frame.anterior)
    assert found is not None
    return found


def polygon_area(outline: np.ndarray) -> float:
    x, y = outline.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


@pytest.mark.parametrize("degrees", [(0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (0.0, 20.0, 15.0)])
@pytest.mark.parametrize("spacing", [0.7, 1.0, 1.5])
def test_an_elliptic_canal(turn: Callable[..., Frame], degrees: tuple[float, float, float], spacing: float) -> None:
    found = measured(turn(degrees, (5.2, -3.4, 8.1)), spacing_mm=spacing)
    assert found.area_mm2 == pytest.approx(AREA, rel=0.04)
    assert found.ap_mm == pytest.approx(2 * HALF_DEPTH, abs=1.05 * spacing)
    assert found.transverse_mm == pytest.approx(2 * HALF_WIDTH, abs=1.05 * spacing)


def test_the_outline_lies_around_the_canal_in_the_world(turn: Callable[..., Frame]) -> None:
    frame = turn((12.0, -8.0, 5.0), (40.0, -120.0, 300.0))
    found = measured(frame)
    local = frame.local(found.contour_world())
    assert np.ptp(local[:, 2]) < 0.01  # in one plane across the canal
    radius = np.hypot(local[:, 0] / HALF_WIDTH, local[:, 1] / HALF_DEPTH)
    assert np.abs(radius - 1).max() < 0.12
    assert polygon_area(found.contour) == pytest.approx(found.area_mm2, rel=0.05)


def test_the_narrowest_section_counts(turn: Callable[..., Frame]) -> None:
    frame = turn((6.0, 4.0, 0.0))
    found = measured(frame, pinch=0.4)
    place = float(frame.local(found.frame.origin)[2])
    assert place == pytest.approx(4.0, abs=1.5)
    # The running mean over three sections sees less of a narrowing that is 3 mm long.
    assert 0.60 * AREA < found.area_mm2 < 0.68 * AREA
    assert found.ap_mm == pytest.approx(2 * HALF_DEPTH * 0.6, abs=0.8)
    assert found.transverse_mm == pytest.approx(2 * HALF_WIDTH, abs=0.8)
    assert found.profile_mm2[:, 1].max() == pytest.approx(AREA, rel=0.05)
    assert np.ptp(found.profile_mm2[:, 0]) == pytest.approx(19.0, abs=2.0)


def test_a_point_beside_the_middle_finds_the_same_canal(turn: Callable[..., Frame]) -> None:
    frame = turn((4.0, 0.0, 3.0))
    mask = ring(frame)
    found = [canal_ring(mask, frame.world(p), frame.superior, frame.anterior) for p in ([0, 0, 0], [4.0, -3.0, 2.0])]
    assert found[0] is not None
    assert found[1] is not None
    assert found[1].area_mm2 == pytest.approx(found[0].area_mm2, rel=0.02)


def test_an_open_ring_has_no_canal(turn: Callable[..., Frame]) -> None:
    frame = turn((0.0, 0.0, 0.0))
    assert canal_ring(ring(frame, gap_mm=6.0), frame.origin, frame.superior, frame.anterior) is None


def test_no_ring_at_all(drum: Callable[..., Any]) -> None:
    made = drum(has_arch=False)
    behind = made.frame.world([0.0, made.canal_y, 0.0])
    assert canal_ring(made.mask(), behind, made.frame.superior, made.frame.anterior) is None


def test_a_hole_too_small_for_a_canal_is_none(turn: Callable[..., Frame]) -> None:
    frame = turn((0.0, 0.0, 0.0))
    mask = ring(frame)
    filled = LabelMap(np.ones_like(mask.array), mask.affine)
    filled.array[31:34, 31:34, :] = 0
    assert canal_ring(filled, frame.origin, frame.superior, frame.anterior) is None


def test_no_vertebra_no_axis() -> None:
    assert canal_axes([]).shape == (0, 3)
