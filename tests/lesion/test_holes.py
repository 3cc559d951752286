"""A hole is where the lesion comes through: not where fat or lung lies against a thin wall."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.imaging import Volume
from corduroy.lesion.bench import Bench
from corduroy.lesion.holes import Holes, find_holes
from corduroy.lesion.surface import Rays
from corduroy.lesion.walls import Walls
from tests.lesion.conftest import HEMANGIOMA, Found, Scene

_FAT_HU, _LUNG_HU = -100.0, -850.0
_LESION_HU, _MUSCLE_HU = 30.0, 50.0
_FINE_MM, _SIZE_MM, _BLUR_MM = 0.25, (30.0, 18.0, 30.0), 0.51


def _apart_mm(scene: Scene, found: Found, outside_hu: float | None) -> float:
    """Distance from the planted hole to the nearest that is found; the bone may lie in something else."""
    ct = scene.planted.ct
    if outside_hu is not None:
        bone = scene.planted.labels.array > 0
        ct = ct.with_array(np.where(bone, ct.array, outside_hu).astype(ct.array.dtype))
    bench, walls = found.delineation.bench, Walls.of(found.delineation.bench)
    holes = find_holes(bench, ct, walls, np.zeros(len(walls.local)), HEMANGIOMA.stroma_hu)
    true = bench.grid.frame.local(scene.planted.truth.breach_points)[0]
    return min((float(np.linalg.norm(middle - true)) for middle, _ in holes.patches), default=np.inf)


def test_a_hole_with_soft_tissue_outside_is_found(scene: Scene, found: Found) -> None:
    assert _apart_mm(scene, found, None) < 4.0


@pytest.mark.parametrize("outside_hu", [_FAT_HU, _LUNG_HU])
def test_no_hole_is_reported_where_fat_or_lung_lies_against_the_wall(
    scene: Scene, found: Found, outside_hu: float
) -> None:
    assert _apart_mm(scene, found, outside_hu) > 8.0


@dataclass(frozen=True, eq=False)
class _Plane:
    """What `find_holes` asks of a bench, about a flat wall: the world's axes, and where a soft part lies."""

    soft: bool = False

    @property
    def grid(self) -> SimpleNamespace:
        return SimpleNamespace(frame=Frame(np.zeros(3), np.eye(3)))

    def away_from(self, _voxels: np.ndarray, local: np.ndarray) -> np.ndarray:
        return np.full(len(local), 0.0 if self.soft else 99.0)


def _flat_wall(voxel_mm: tuple[float, float, float], width_mm: float, uneven: float = 0.2) -> Volume:
    """A wall of half a millimetre at y = 0, lesion behind it and muscle in front, with a round hole in its middle."""
    factors = np.rint(np.array(voxel_mm) / _FINE_MM).astype(int)
    shape = np.rint(np.array(_SIZE_MM) / np.array(voxel_mm)).astype(int) * factors
    x, y, z = (_FINE_MM * (np.arange(n) - (n - 1) / 2) for n in shape)
    rng = np.random.default_rng(3)
    rough = ndimage.gaussian_filter(rng.standard_normal((len(x), len(z))), 3.0 / _FINE_MM)
    there = (1.0 + uneven * rough / rough.std()) * (np.hypot(x[:, None], z[None, :]) >= width_mm / 2)
    ground = np.where(y < 0, _LESION_HU, _MUSCLE_HU)
    shell = (1100.0 - _LESION_HU) * ((y < 0) & (y > -0.5))
    fine = ground[None, :, None] + shell[None, :, None] * there[:, None, :]
    seen = ndimage.gaussian_filter(fine, _BLUR_MM / _FINE_MM, mode="nearest")
    a, b, c = (seen.shape // factors).tolist()
    f, g, h = factors.tolist()
    grey = seen.reshape(a, f, b, g, c, h).mean(axis=(1, 3, 5)) + 8.0 * rng.standard_normal((a, b, c))
    affine = np.diag([*voxel_mm, 1.0])
    affine[:3, 3] = -(np.array([a, b, c]) - 1) / 2 * np.array(voxel_mm)
    return Volume(grey.astype(np.float32), affine)


def _looked(ct: Volume, *, beyond_mm: float = 0.0, soft: bool = False, away_mm: float = 1.6) -> Holes:
    """What is found by rays that begin so far outside the wall, and so far from the lesion."""
    across = np.arange(-10.0, 10.01, 0.8)
    x, z = (axis.ravel() for axis in np.meshgrid(across, across))
    local = np.column_stack([x, np.full_like(x, beyond_mm), z])
    rays = Rays(local, np.tile([0.0, 1.0, 0.0], (len(x), 1)), np.full(len(x), 0.64))
    away = np.full(len(x), away_mm)
    return find_holes(cast("Bench", _Plane(soft)), ct, rays, away, _LESION_HU, np.ones(1, dtype=bool) if soft else None)


def _in_the_middle(holes: Holes) -> bool:
    return any(np.hypot(middle[0], middle[2]) < 3.0 for middle, _ in holes.patches)


@pytest.mark.parametrize("voxel_mm", [(0.75, 0.75, 0.75), (0.75, 0.75, 2.25)])
def test_what_is_said_to_be_seen_is_seen(voxel_mm: tuple[float, float, float]) -> None:
    whole = _looked(_flat_wall(voxel_mm, 0.0))
    assert whole.patches == []
    assert whole.smallest_mm is not None
    wide, narrow = whole.smallest_mm + 0.6, whole.smallest_mm - 1.2
    assert _in_the_middle(_looked(_flat_wall(voxel_mm, wide)))
    assert not _in_the_middle(_looked(_flat_wall(voxel_mm, narrow)))


def test_coarser_voxels_and_rougher_walls_hide_wider_holes() -> None:
    fine, coarse = (_looked(_flat_wall((0.75, 0.75, slice_mm), 0.0)).smallest_mm for slice_mm in (0.75, 2.25))
    rough = _looked(_flat_wall((0.75, 0.75, 0.75), 0.0, uneven=0.35)).smallest_mm
    assert fine is not None
    assert coarse is not None
    assert rough is not None
    assert fine + 0.3 < coarse
    assert fine + 0.2 < rough


@pytest.mark.parametrize("beyond_mm", [-1.0, 1.0, 2.0])
def test_the_wall_is_looked_for_where_it_lies(beyond_mm: float) -> None:
    voxel_mm = (0.75, 0.75, 0.75)
    assert _looked(_flat_wall(voxel_mm, 0.0), beyond_mm=beyond_mm).patches == []
    (hole,) = _looked(_flat_wall(voxel_mm, 5.0), beyond_mm=beyond_mm).patches
    assert hole[1] == pytest.approx(5.0, abs=1.5)


def test_beside_a_soft_part_less_is_asked_of_a_hole() -> None:
    ct = _flat_wall((0.75, 0.75, 2.25), 2.6)
    assert not _in_the_middle(_looked(ct))
    assert _in_the_middle(_looked(ct, soft=True))


def test_an_opening_beside_the_lesion_is_the_walls_own() -> None:
    ct = _flat_wall((0.75, 0.75, 0.75), 5.0)
    assert _in_the_middle(_looked(ct, away_mm=1.8))
    assert _looked(ct, away_mm=2.5).patches == []
