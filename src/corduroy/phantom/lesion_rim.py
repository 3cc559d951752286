"""What lies just outside the bone over a lesion, freed of what the scanner smeared there from the wall."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_region import Region
from corduroy.phantom.shapes import Array

# Author's choice.
_SMOOTH_MM = 1.5


def over_lesion(bone: Bone, region: Region, reach_mm: float) -> Array:
    """Fine voxels outside the bone, no farther than this from where the lesion reaches its surface."""
    outside = (region.distance >= 0) & (region.distance < reach_mm)
    surface = (region.distance < 0) & (region.distance > -2 * bone.grid.spacing.mean())
    over = np.zeros_like(outside)
    if outside.any() and surface.any():
        spacing = bone.grid.spacing
        _, nearest = cKDTree(np.argwhere(surface) * spacing).query(np.argwhere(outside) * spacing)
        over[outside] = region.in_bone[surface][nearest]
    return over


def tissue_beyond(bone: Bone, region: Region, ct: Volume, labels: LabelMap, reach_mm: float) -> Array:
    """Grey values at the fine voxels as they are farther than this outside all bones, carried up to the bone.

    Parameters
    ----------
    bone, region
    ct : Volume
    labels : LabelMap
        All bones, on the grid of the scan.
    reach_mm : float
    """
    near, box = ct.crop(bone.grid.box), bone.grid.box
    labelled = labels.array[box] > 0
    beyond = (bone.grid.averaged(region.distance) >= reach_mm) & ~labelled
    sigma = _SMOOTH_MM / ct.spacing
    weight = ndimage.gaussian_filter(beyond.astype(np.float32), sigma, truncate=6.0)
    total = ndimage.gaussian_filter(np.where(beyond, near.array, 0).astype(np.float32), sigma, truncate=6.0)
    carried = np.where(weight > 0, total / np.maximum(weight, np.finfo(np.float32).tiny), near.array)
    return bone.grid.sample(near.with_array(carried.astype(np.float32)), 1)
