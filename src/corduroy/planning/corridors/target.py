"""The lesion as points that a needle's tip may reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import PlanError
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]

_CORTEX_MM = 3.0  # of the body's surface that are left to the cortex and the mask's error (author's choice)
_LEAST_SHARE_IN_BONE = 0.5
_FEW = 8


def trabecular_body(vertebra: Vertebra) -> LabelMap:
    """The body without its outer 3 mm: the target where no lesion is given.

    Raises
    ------
    PlanError
        If the vertebra has no body, or one that is nowhere thicker than 6 mm.
    """
    spacing = vertebra.mask.spacing
    padded = np.pad(vertebra.body_mask, 1)
    inside = ndimage.distance_transform_edt(padded, sampling=spacing)[1:-1, 1:-1, 1:-1] > _CORTEX_MM
    if not inside.any():
        raise PlanError(f"{vertebra.level} shows no trabecular body", "a whole vertebral body", "give a lesion's mask")
    return LabelMap(inside.view(np.uint8), vertebra.mask.affine, f"body of {vertebra.level}")


def checked_target(target: LabelMap, vertebra: Vertebra) -> LabelMap:
    """The lesion cropped to its own box.

    Raises
    ------
    PlanError
        If it is empty, or less than half of it lies in this vertebra.
    """
    found = np.argwhere(target.array > 0)
    if len(found) == 0:
        raise PlanError(f"the target {target.name} is empty", "a mask with the lesion as 1", "mark the lesion first")
    in_bone = vertebra.mask.sample(target.world_from_voxel(found), order=0) > 0.5
    share = float(in_bone.mean())
    if share < _LEAST_SHARE_IN_BONE:
        raise PlanError(
            f"{100 * (1 - share):.0f} % of the target {target.name} lies outside {vertebra.level}",
            f"at least {100 * _LEAST_SHARE_IN_BONE:.0f} % of it in the bone of that vertebra",
            "check the level and that the mask belongs to this scan",
        )
    low, high = found.min(axis=0), found.max(axis=0) + 1
    box = (slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1])), slice(int(low[2]), int(high[2])))
    cut = target.crop(box, margin=1)
    return LabelMap((cut.array > 0).view(np.uint8), cut.affine, target.name)


def target_points(target: LabelMap, step_mm: float) -> FloatArray:
    """A lattice of world points in the lesion, symmetrical about its centre; shape (m, 3).

    Where the lesion is too small for the lattice, its voxels' centres.
    """
    voxels = target.world_from_voxel(np.argwhere(target.array > 0))
    centre = voxels.mean(axis=0)
    reach = np.ceil(np.abs(voxels - centre).max(axis=0) / step_mm)
    axes = [step_mm * np.arange(-n, n + 1) for n in reach]
    lattice = centre + np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    within = lattice[target.sample(lattice) > 0.5]
    return within if len(within) >= _FEW else voxels
