"""The bone as it might have been: a lesion replaced by the patient's own bone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.errors import ModelError
from corduroy.imaging.density_kinds import DensityImage
from corduroy.imaging.volume import Volume

_LEAST_DONORS = 200  # author's choice: voxels of healthy bone from which a median by depth is taken
_DEPTH_STEP_MM = 1.0
_LEAST_PER_DEPTH = 20


def without_lesion(
    density: DensityImage, bone: NDArray[np.bool_], lesion: NDArray[np.bool_], donor: NDArray[np.bool_] | None = None
) -> DensityImage:
    """Give every lesion voxel the median density of healthy bone at the same depth below the surface.

    Parameters
    ----------
    density : DensityImage
    bone : ndarray of bool, shape (R, A, S)
        The bone that holds the lesion.
    lesion : ndarray of bool
    donor : ndarray of bool, optional
        Whose bone is taken, such as the body next to it; by default the healthy part of `bone`.

    Returns
    -------
    DensityImage

    Raises
    ------
    ModelError
        If the lesion is not in the bone, or fewer than 200 voxels of healthy bone have a density.

    Notes
    -----
    When this misleads: a median is smoother than bone, and the bone around a hemangioma may itself be denser than it
    was; the result is a reference to compare with, not the patient's past.
    """
    if not (lesion & bone).any():
        raise ModelError("the lesion does not lie in the bone", "a lesion inside the mask of the bone")
    values = np.asarray(density.volume.array, dtype=np.float64)
    giving = (bone if donor is None else donor) & ~lesion & np.isfinite(values)
    if giving.sum() < _LEAST_DONORS:
        raise ModelError(
            f"{int(giving.sum())} voxels of healthy bone", f"at least {_LEAST_DONORS}", "give a neighbour as donor"
        )
    spacing = density.volume.spacing
    depth = _depth(bone, spacing)
    donor_depth = depth if donor is None else _depth(donor, spacing)
    filled = values.copy()
    filled[lesion & bone] = _medians(values[giving], donor_depth[giving], depth[lesion & bone])
    volume = Volume(filled, density.volume.affine, density.volume.name, density.volume.meta)
    return replace(density, volume=volume, method=f"{density.method}, lesion replaced by the patient's own bone")


def _depth(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance below the surface in mm; the first layer of voxels has the smallest."""
    return np.asarray(ndimage.distance_transform_edt(np.pad(mask, 1), sampling=spacing)[1:-1, 1:-1, 1:-1])


def _medians(
    values: NDArray[np.float64], depths: NDArray[np.float64], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Median of `values` by depth, linear between the depths that have enough of them, constant beyond."""
    layer = np.floor(depths / _DEPTH_STEP_MM).astype(int)
    counts = np.bincount(layer)
    kept = np.flatnonzero(counts >= _LEAST_PER_DEPTH)
    if kept.size == 0:
        return np.full(asked.shape, np.median(values))
    middles = [float(np.median(values[layer == k])) for k in kept]
    return np.asarray(np.interp(asked, (kept + 0.5) * _DEPTH_STEP_MM, middles))
