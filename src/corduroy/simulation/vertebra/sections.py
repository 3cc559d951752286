"""Which part of a cross-section carries how much of the load."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from corduroy.errors import ModelError
from corduroy.imaging.volume import FloatArray
from corduroy.simulation.elasticity.results import Solution, voxel_values
from corduroy.simulation.vertebra.grid import BoolArray

SHELL_MM = 1.0
"""Depth from the side of the body that counts as its shell. Author's choice: the cortex, thinner than that, and the
blur of a clinical scan around it."""


def axial_force_n(solution: Solution) -> FloatArray:
    """Compressive force along axis 2 that each voxel passes on through its lower face.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    ndarray, shape (n0, n1, n2)
        0 where nothing is. From the nodal forces of each element, so that the sum over any layer between the plates is
        the reaction, to the solver's tolerance.
    """
    stiffness = solution.kernels.stiffness
    lower = [3 * corner + 2 for corner in range(8) if corner % 2 == 0]
    row = np.ascontiguousarray(stiffness[lower].sum(axis=0)[None, :])
    a, b, c = solution.model.modulus_mpa.shape
    modulus = solution.kernels.voxels[1 : a + 1, 1 : b + 1, 1 : c + 1].astype(float)
    found = np.zeros((a, b, c, 1))
    voxel_values(solution.vector, solution.kernels.box.shape, modulus, row, found)
    return np.asarray(found[..., 0] * modulus)


def share_of(force_n: FloatArray, part: BoolArray | FloatArray, layers: slice | int) -> float:
    """Share of the force through some layers that passes a part, given as a mask or as shares of voxels.

    Raises
    ------
    ModelError
        If no force passes these layers.
    """
    total = float(force_n[:, :, layers].sum())
    if total == 0:
        raise ModelError("a section without force", "layers between the plates")
    return float((part * force_n)[:, :, layers].sum()) / total


def middle_layers(body: BoolArray) -> slice:
    """The middle third of the body's height."""
    filled = np.flatnonzero(body.any(axis=(0, 1)))
    low, high = int(filled[0]), int(filled[-1]) + 1
    third = (high - low) / 3
    return slice(round(low + third), max(round(low + third) + 1, round(high - third)))


def shell_of(body: BoolArray, bone: BoolArray, voxel_mm: float) -> FloatArray:
    """Share of each voxel of the body within 1 mm of the bone's side, layer by layer; where arch begins is no side."""
    depth = np.stack(
        [
            ndimage.distance_transform_edt(np.pad(bone[:, :, k], 1), sampling=voxel_mm)[1:-1, 1:-1]
            for k in range(bone.shape[2])
        ],
        axis=2,
    )
    # Depth counts from the outside's centre: a voxel reaches from one voxel less than that to it.
    return np.asarray(body * np.clip((SHELL_MM - (depth - voxel_mm)) / voxel_mm, 0.0, 1.0))
