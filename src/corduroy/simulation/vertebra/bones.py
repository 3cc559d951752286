"""Vertebrae on the grid of a model: who has which voxel, body or arch, and the grey value of the bone in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import ModelError
from corduroy.imaging.volume import Box, FloatArray, LabelMap, Volume
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid, nearest

_BODY, _ARCH = 1, 2
_LEAST_FILLED = 0.5  # share of a voxel from which it is bone
_LEAST_SEEN = 0.98  # share of a bone's voxels that must lie inside the scan; author's choice, as for labels


@dataclass(frozen=True, eq=False)
class Bones:
    """Vertebrae on a grid.

    Parameters
    ----------
    grid : ModelGrid
    body, arch : dict of Level to ndarray of bool
        Voxels at least half filled; none belongs to two.
    hu : ndarray, shape of the grid
        Mean grey value of the bone in each voxel, without what lies beside the bone; NaN elsewhere.
    """

    grid: ModelGrid
    body: Mapping[Level, BoolArray]
    arch: Mapping[Level, BoolArray]
    hu: FloatArray

    def bone(self, level: Level) -> BoolArray:
        """Body and arch."""
        return np.asarray(self.body[level] | self.arch[level])

    @property
    def levels(self) -> tuple[Level, ...]:
        """Cranial to caudal."""
        return tuple(self.body)


def sample_bones(grid: ModelGrid, vertebrae: Sequence[Vertebra], ct: Volume) -> Bones:
    """Put vertebrae and their grey values on a grid.

    Parameters
    ----------
    grid : ModelGrid
    vertebrae : sequence of Vertebra
        Cranial to caudal, with bodies.
    ct : Volume
        Hounsfield units.

    Raises
    ------
    ModelError
        If a vertebra has no body, or more than 2 % of it lies outside the scan.

    Notes
    -----
    Grey values are averaged over the bone inside of a voxel only, so that voxels on the surface do not lose what
    partial volume with soft tissue takes. When this misleads: what the scan itself has blurred stays blurred.
    """
    owner = np.full(grid.shape, -1, np.int8)
    best = np.full(grid.shape, _LEAST_FILLED)
    front = np.zeros(grid.shape, bool)
    total, weight = np.zeros(grid.shape), np.zeros(grid.shape)
    for number, vertebra in enumerate(vertebrae):
        if vertebra.body is None:
            raise ModelError(f"{vertebra.level} without a body that was found", "a vertebra with its body")
        _require_seen(vertebra, ct)
        box, found = _sampled(grid, vertebra, ct)
        total[box] += found.grey
        weight[box] += found.filled
        wins = (found.filled > 0) & (found.filled / found.count >= best[box])
        owner[box][wins] = number
        best[box][wins] = np.nextafter(found.filled / found.count, 2)[wins]
        front[box][wins] = (2 * found.ahead >= found.filled)[wins]
    with np.errstate(invalid="ignore"):
        hu = np.where(owner >= 0, total / weight, np.nan)
    levels = [vertebra.level for vertebra in vertebrae]
    body = {level: (owner == n) & front for n, level in enumerate(levels)}
    arch = {level: (owner == n) & ~front for n, level in enumerate(levels)}
    return Bones(grid, body, arch, hu)


@dataclass(frozen=True, eq=False)
class _Counts:
    """Of the points inside each voxel of a box: how many lie in bone, in the body, and their summed grey values."""

    filled: FloatArray
    ahead: FloatArray
    grey: FloatArray
    count: int


def _sampled(grid: ModelGrid, vertebra: Vertebra, ct: Volume) -> tuple[Box, _Counts]:
    """One vertebra at many points of each voxel that it can reach."""
    values = np.where(vertebra.body_mask, _BODY, np.where(vertebra.mask.array > 0, _ARCH, 0)).astype(np.uint8)
    parts = LabelMap(values, vertebra.mask.affine, vertebra.mask.name)
    box = grid.box_of(parts)
    shape = tuple(side.stop - side.start for side in box)
    filled, ahead, grey, count = np.zeros(shape), np.zeros(shape), np.zeros(shape), 0
    for points in grid.sub_points(box, float(min(ct.spacing.min(), parts.spacing.min()))):
        part = nearest(parts, points)
        inside = part > 0
        filled += inside
        ahead += part == _BODY
        grey[inside] += ct.sample(points[inside])
        count += 1
    return box, _Counts(filled, ahead, grey, count)


def _require_seen(vertebra: Vertebra, ct: Volume) -> None:
    index = ct.voxel_from_world(vertebra.mask.world_from_voxel(np.argwhere(vertebra.mask.array > 0)))
    seen = float(((index > -1) & (index < np.array(ct.shape))).all(axis=1).mean())
    if seen < _LEAST_SEEN:
        raise ModelError(
            f"{1 - seen:.0%} of {vertebra.level} lies outside {ct.name}", "a vertebra that the scan shows as a whole"
        )
