"""A hole is where the lesion comes through: not where fat or lung lies against a thin wall."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.lesion.holes import find_holes
from corduroy.lesion.walls import Walls
from tests.lesion.conftest import HEMANGIOMA, Found, Scene

_FAT_HU, _LUNG_HU = -100.0, -850.0


def _apart_mm(scene: Scene, found: Found, outside_hu: float | None) -> float:
    """Distance from the planted hole to the nearest that is found; the bone may lie in something else."""
    ct = scene.planted.ct
    if outside_hu is not None:
        bone = scene.planted.labels.array > 0
        ct = ct.with_array(np.where(bone, ct.array, outside_hu).astype(ct.array.dtype))
    bench, walls = found.delineation.bench, Walls.of(found.delineation.bench)
    holes = find_holes(bench, ct, walls, HEMANGIOMA.stroma_hu)
    true = bench.grid.frame.local(scene.planted.truth.breach_points)[0]
    return min((float(np.linalg.norm(middle - true)) for middle, _ in holes.patches), default=np.inf)


def test_a_hole_with_soft_tissue_outside_is_found(scene: Scene, found: Found) -> None:
    assert _apart_mm(scene, found, None) < 4.0


@pytest.mark.parametrize("outside_hu", [_FAT_HU, _LUNG_HU])
def test_no_hole_is_reported_where_fat_or_lung_lies_against_the_wall(
    scene: Scene, found: Found, outside_hu: float
) -> None:
    assert _apart_mm(scene, found, outside_hu) > 8.0
