"""The canal inside a ring of bone: area, diameters, its narrowest place, and rings that are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.canal import CanalRing, canal_ring, majority_loss_mm2
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


def majority_tube(half_width: float, half_depth: float, spacing_mm: float, rng: np.random.Generator) -> LabelMap:
    """A straight elliptic tube, 5 mm thick, turned and shifted at random; a voxel is bone where most of it is."""
    parts, reach = 9, 20.0
    count = int(np.ceil(2 * reach / spacing_mm))
    start = -reach + rng.uniform(-0.5, 0.5, 2) * spacing_mm
    fine = [first + spacing_mm / parts * (np.arange(count * parts) + 0.5) for first in start]
    x, y = np.meshgrid(*fine, indexing="ij")
    turn = rng.uniform(0, np.pi)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    hole = (u / half_width) ** 2 + (v / half_depth) ** 2 < 1
    ring = ((u / (half_width + 5)) ** 2 + (v / (half_depth + 5)) ** 2 < 1) & ~hole
    share = ring.reshape(count, parts, count, parts).mean(axis=(1, 3))
    affine = np.diag([spacing_mm, spacing_mm, 1.0, 1.0])
    affine[:3, 3] = [*(start + spacing_mm / 2), -12.0]
    return LabelMap(np.repeat((share > 0.5)[:, :, None], 25, axis=2), affine)


@pytest.mark.parametrize(("half_width", "half_depth"), [(9.0, 9.0), (11.0, 7.5)])
def test_what_large_voxels_take_from_the_area_is_given_back(half_width: float, half_depth: float) -> None:
    rng, spacing = np.random.default_rng(3), 2.5
    frame = Frame(np.zeros(3), np.eye(3))
    masks = [majority_tube(half_width, half_depth, spacing, rng) for _ in range(60)]
    loss = majority_loss_mm2(masks[0], frame)
    assert loss == pytest.approx(np.pi * spacing**2 / 12)
    rings = [canal_ring(mask, np.zeros(3), frame.superior, frame.anterior) for mask in masks]
    areas = [found.area_mm2 for found in rings if found is not None]
    assert len(areas) == 60
    error = float(np.mean(areas)) - np.pi * half_width * half_depth
    spread = float(np.std(areas)) / np.sqrt(60)
    assert abs(error) < 2.5 * spread + 0.3


def test_the_majority_takes_from_oblique_thick_slices_what_they_show_of_themselves() -> None:
    affine = np.diag([1.0, 1.0, 3.0, 1.0])
    mask = LabelMap(np.zeros((4, 4, 4), dtype=np.uint8), affine)
    upright, tilted = Frame(np.zeros(3), np.eye(3)), Frame.from_directions(np.zeros(3), [0, -1, 0], [0, 0, 1])
    assert majority_loss_mm2(mask, upright) == pytest.approx(np.pi / 12)
    assert majority_loss_mm2(mask, tilted) == pytest.approx(np.pi * (1 + 9) / 24)
