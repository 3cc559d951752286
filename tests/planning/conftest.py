"""A mean spine with a broken T12, its mirror image, and a lesion painted into the right of that vertebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine, build_spine, canal_tube
from corduroy.imaging import LabelMap
from corduroy.phantom import Fracture, mean_spine


@dataclass(frozen=True, eq=False)
class Patient:
    """A spine from labels, and a painted lesion on the same grid."""

    spine: Spine
    lesion: LabelMap


def mirrored(labels: LabelMap) -> LabelMap:
    """The same patient with left and right exchanged: world x becomes -x."""
    affine = labels.affine.copy()
    affine[0, 3] = -(affine[0, 0] * (labels.shape[0] - 1) + affine[0, 3])
    return LabelMap(np.ascontiguousarray(labels.array[::-1]), affine, labels.name)


def painted(spine: Spine) -> LabelMap:
    """A ball in the right of T12's body, its right pedicle, and the right half of the canal beside them."""
    vertebra = spine.vertebrae[Level.T12]
    grid = spine.labels
    index = np.argwhere(np.ones(grid.shape, dtype=bool))
    world = grid.world_from_voxel(index)
    x, y, z = vertebra.frame.local(world).T
    in_bone = grid.array.ravel() > 0
    ball = (x - 8.0) ** 2 + y**2 + z**2 < 10.0**2
    pedicle = (x > 8.0) & (y < 0.0) & (y > -18.0) & (np.abs(z - 2.0) < 8.0) & (x < 20.0)
    canal_x = float(vertebra.frame.local(vertebra.canal_point)[0])
    tube = canal_tube(spine)
    assert tube is not None
    near = np.abs(z) < 10.0
    canal = np.zeros(len(world), dtype=bool)
    canal[near] = tube.contains(world[near])
    epidural = canal & (x > canal_x + 2.0) & (np.abs(z) < 6.0) & ~in_bone
    mask = ((ball | pedicle) & in_bone) | epidural
    return LabelMap(mask.reshape(grid.shape).astype(np.uint8), grid.affine, "lesion")


@pytest.fixture(scope="session")
def patient() -> Patient:
    spine = build_spine(mean_spine(["T10", "T11", "T12", "L1"], {"T12": Fracture("wedge", 35.0)}).render_labels(1.2))
    return Patient(spine, painted(spine))


@pytest.fixture(scope="session")
def mirror(patient: Patient) -> Patient:
    return Patient(build_spine(mirrored(patient.spine.labels)), mirrored(patient.lesion))
