"""How far a wedge angle still moves over re-posings if pose and shape of both endplates are known.

What is then left to find in the voxels is a shift and two tilts of either endplate. No measurement that has to find
the vertebra, its frame and its shape as well can be expected to move less, unless it leans on what such vertebrae
usually look like.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.reposing import Pose
from corduroy.anatomy import Vertebra
from corduroy.anatomy.boundary import REACH_VOXELS, parting, transition_width
from corduroy.anatomy.endplates import Endplate
from corduroy.imaging import LabelMap
from corduroy.morphometry.sagittal import SagittalProfile, sagittal_profile

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_DEPTH_SHARE, _WIDTH_SHARE = 0.92, 0.85  # within the rim, which coarse voxels round off
_MOST_ROUGH_MM = 0.6


def known_plates_wedge_deg(mask: LabelMap, pose: Pose, vertebra: Vertebra) -> float | None:
    """Change of the wedge angle that a re-posed mask shows, degrees; 0 if voxels told the tilts exactly.

    Parameters
    ----------
    mask : LabelMap
        The re-posed vertebra, 0 and 1, cropped with a margin of two voxels or more.
    pose : Pose
        Where it was put.
    vertebra : Vertebra
        As measured before.

    Returns
    -------
    float or None
        None if the vertebra has no body.
    """
    profile = sagittal_profile(vertebra)
    if profile is None or vertebra.body is None:
        return None
    index = np.argwhere(np.ones(mask.shape, dtype=bool))
    local = vertebra.frame.local(pose.original(mask.world_from_voxel(index)))
    inside = mask.array.ravel() > 0
    superior, inferior = (
        _tilt(local, inside == (plate.side == "superior"), plate, profile, pose.spacing_mm)
        for plate in (vertebra.body.superior, vertebra.body.inferior)
    )
    return float(np.degrees(inferior - superior))


def _tilt(local: FloatArray, below: BoolArray, plate: Endplate, profile: SagittalProfile, spacing: float) -> float:
    """Antero-posterior slope by which the surface must be turned so that it best parts the voxels' centres."""
    x, y, z = local.T
    half_depth = profile.depth_mm / 2
    v = (y - profile.posterior_y) / half_depth - 1.0
    u = (x - plate.surface.centre[0]) / plate.surface.half_width[0]
    height = z - plate.z(x, y)
    near = (u / _WIDTH_SHARE) ** 2 + (v / _DEPTH_SHARE) ** 2 < 1
    near &= np.abs(height) < REACH_VOXELS * spacing
    width = transition_width(spacing, min(plate.surface.residual_sd, _MOST_ROUGH_MM))
    design = np.column_stack([np.ones(np.count_nonzero(near)), u[near], v[near]])
    nothing = np.zeros(design.shape[1])
    return float(parting(design, height[near], below[near], nothing, nothing, width)[2]) / half_depth
