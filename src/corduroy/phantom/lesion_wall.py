"""The side wall of a real or synthetic body: where it begins, how much compact bone it holds, how blurred it is.

A wall thinner than the scanner's blur shows only the product of its density and its thickness, so the density is held
and the thickness is sought, as in Treece, Gee, Mayhew and Poole 2010 (10.1016/j.media.2010.01.003). What rises above
the bone inside alone would leave out the flank towards the softer outside and make the wall too thin by a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import ndtr

from corduroy.anatomy.frame import FloatArray
from corduroy.errors import MeasurementError
from corduroy.imaging.volume import Volume
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_grid import FWHM_PER_SIGMA
from corduroy.phantom.shapes import Array

COMPACT_BONE_HU = 1100.0  # author's choice, between the phantom's 600 and 1200 and textbook values up to 2000

# All author's choice, set on phantoms whose cortex is known.
_DEPTHS_MM = np.arange(-5.0, 8.01, 0.25)
_FAR = (_DEPTHS_MM >= -3.0) & (_DEPTHS_MM <= 6.5)
_NEAR_MM = np.arange(-2.5, 3.51, 0.25)
_STEP_MM = 0.05
_FAR_EDGES_MM, _NEAR_EDGES_MM = (-1.5, 4.5), (-0.8, 0.8)
_THICKEST_MM = 2.0
_BLURS_MM = np.arange(0.35, 1.36, 0.05)
_FIRST_BLUR_MM = 0.6
_SMOOTH_MM = 1.0
_STEEPEST = 0.35  # upward part of the normal of a side wall
_HEIGHT = 0.75  # of the half height: beyond it the endplates round off
_PATCH_MM, _ALIKE = 1.0, 0.9  # rays that are averaged: how near, and the cosine of their directions
_MOST_POINTS, _PATCHES, _LEAST_PATCHES = 4000, 200, 40
_VOXEL_VARIANCE = 0.25  # of the edge squared: 1/12 for the voxel's box, 1/6 for sampling between voxels


@dataclass(frozen=True, eq=False)
class Wall:
    """The side wall of a body as the picture shows it.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        World mm, on the label map's border.
    edge_mm : ndarray, shape (n,)
        How far below that border the bone begins.
    thickness_mm : float
        Of compact bone of `COMPACT_BONE_HU`, median.
    psf_mm : float
        Full width at half maximum of the scan's point spread across the wall.
    """

    points: FloatArray
    edge_mm: FloatArray
    thickness_mm: float
    psf_mm: float


def fit_wall(bone: Bone, ct: Volume) -> Wall:
    """Fit a blurred shell between two levels to grey values along rays through the side wall.

    Parameters
    ----------
    bone : Bone
    ct : Volume

    Raises
    ------
    MeasurementError
        If too little of the side wall is in view.

    Notes
    -----
    Every patch of a millimetre has its own levels outside and inside, edge and thickness; the blur is one for all, that
    with which the median patch is described best. When this misleads: where lung lies close, its border may be taken
    for the bone's (the edge then lies outside the label); veins, osteophytes and ribs count as wall.
    """
    points, outwards = _side_wall(bone)
    if len(points) < _LEAST_PATCHES:
        raise MeasurementError(
            f"too little of the side wall of {bone.vertebra.level} is seen", "a whole vertebral body"
        )
    chosen, profiles = _profiles(ct, points, outwards)
    first = _fitted(profiles[:, _FAR], _DEPTHS_MM[_FAR], _FIRST_BLUR_MM, _FAR_EDGES_MM)
    aligned = np.array(
        [np.interp(_NEAR_MM + edge, _DEPTHS_MM, profile) for edge, profile in zip(first.edge, profiles, strict=True)]
    )
    fits = [_fitted(aligned, _NEAR_MM, float(blur), _NEAR_EDGES_MM) for blur in _BLURS_MM]
    best = int(np.argmin([np.median(fit.misfit) for fit in fits]))
    along = outwards[chosen] @ (ct.affine[:3, :3] / ct.spacing)
    voxel = _VOXEL_VARIANCE * float(np.median((along**2 * ct.spacing**2).sum(axis=1)))
    psf = FWHM_PER_SIGMA * float(np.sqrt(max(_BLURS_MM[best] ** 2 - voxel, 0.0)))
    return Wall(points[chosen], first.edge + fits[best].edge, float(np.median(fits[best].thickness)), psf)


def _side_wall(bone: Bone) -> tuple[FloatArray, FloatArray]:
    """World points spread over the side wall's surface and unit normals out of the bone, shape (n, 3) each."""
    grid = bone.grid
    distance = ndimage.gaussian_filter(bone.distance, _SMOOTH_MM / grid.spacing)
    surface = np.argwhere(bone.in_body & (np.abs(bone.distance) < grid.spacing.mean()))
    surface = surface[((surface > 0) & (surface < np.array(bone.inside.shape) - 1)).all(axis=1)]
    slope = _slope(distance, surface) / grid.spacing @ (grid.affine[:3, :3] / grid.spacing).T
    steep = np.linalg.norm(slope, axis=1)
    normal = slope / np.maximum(steep, 1e-6)[:, None]
    points = surface @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    points = points - normal * distance[tuple(surface.T)][:, None]
    height = np.abs(bone.vertebra.frame.local(points)[:, 2] - bone.centre[2]) / bone.half_sizes[2]
    upwards = np.abs(normal @ bone.vertebra.frame.axes[:, 2])
    side = (steep > _STEEPEST) & (upwards < _STEEPEST) & (height < _HEIGHT)
    points, normal = points[side], normal[side]
    spread = slice(None, None, max(1, len(points) // _MOST_POINTS))
    return points[spread], normal[spread]


def _slope(values: Array, index: Array) -> Array:
    """Central differences at voxels that do not lie at the border, per voxel, shape (n, 3)."""
    steps = np.eye(3, dtype=int)
    ahead, behind = (np.stack([values[tuple((index + sign * e).T)] for e in steps], axis=1) for sign in (1, -1))
    return np.asarray(ahead - behind) / 2


def _profiles(ct: Volume, points: FloatArray, outwards: FloatArray) -> tuple[Array, FloatArray]:
    """Which points are the patches' middles, and the mean grey value of each patch's rays by depth."""
    rays = points[:, None] - _DEPTHS_MM[None, :, None] * outwards[:, None]
    grey = ct.sample(rays.reshape(-1, 3)).reshape(rays.shape[:2])
    chosen = np.arange(0, len(points), max(1, len(points) // _PATCHES))
    patches = cKDTree(points).query_ball_point(points[chosen], _PATCH_MM)
    alike = [
        [other for other in patch if outwards[other] @ outwards[at] > _ALIKE]
        for at, patch in zip(chosen, patches, strict=True)
    ]
    return chosen, np.array([grey[patch].mean(axis=0) for patch in alike])


@dataclass(frozen=True, eq=False)
class _Fit:
    """Depth of the edge and thickness behind it, mm, and mean squared residual of each profile."""

    edge: FloatArray
    thickness: FloatArray
    misfit: FloatArray


def _fitted(profiles: FloatArray, depths: FloatArray, blur_mm: float, edges_mm: tuple[float, float]) -> _Fit:
    """Try all edges and thicknesses of a grid; the levels outside and inside follow from each by least squares.

    With steps S at the edge and behind the wall a profile is ``outside (1 - S_edge) + inside S_behind`` plus compact
    bone times ``S_edge - S_behind``. All that least squares needs of it are products of profiles and steps.
    """
    count, thickest = round((edges_mm[1] - edges_mm[0]) / _STEP_MM) + 1, round(_THICKEST_MM / _STEP_MM) + 1
    places = edges_mm[0] + _STEP_MM * np.arange(count + thickest - 1)
    steps = ndtr((depths - places[:, None]) / blur_mm)
    total, product = steps.sum(axis=1), steps @ steps.T
    seen = profiles @ steps.T
    j = np.arange(count)[:, None]
    k = j + np.arange(thickest)[None, :]
    outside = len(depths) - 2 * total[j] + product[j, j]
    both = total[k] - product[j, k]
    inside = product[k, k]
    shell_outside = COMPACT_BONE_HU * (total[j] - product[j, j] - both)
    shell_inside = COMPACT_BONE_HU * (product[j, k] - inside)
    shell = COMPACT_BONE_HU**2 * (product[j, j] - 2 * product[j, k] + inside)
    left = profiles.sum(axis=1)[:, None, None] - seen[:, j] - shell_outside
    right = seen[:, k] - shell_inside
    squares = (profiles**2).sum(axis=1)[:, None, None] - 2 * COMPACT_BONE_HU * (seen[:, j] - seen[:, k]) + shell
    explained = (inside * left**2 - 2 * both * left * right + outside * right**2) / (outside * inside - both**2)
    misfit = (squares - explained).reshape(len(profiles), -1)
    best = misfit.argmin(axis=1)
    edge, behind = np.divmod(best, thickest)
    least = misfit[np.arange(len(profiles)), best] / len(depths)
    return _Fit(edges_mm[0] + _STEP_MM * edge, _STEP_MM * behind, least)
