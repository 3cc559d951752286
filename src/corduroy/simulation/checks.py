"""What a voxel model needs before it can be solved: one piece, and something that holds it."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError, RepairWarning
from corduroy.simulation.elasticity.boundary import Conditions, label_parts, parts_of_nodes
from corduroy.simulation.elasticity.model import VoxelModel


def without_floating_parts(model: VoxelModel, conditions: Conditions) -> NDArray[np.float32]:
    """The modulus without those parts that could move freely.

    Parameters
    ----------
    model : VoxelModel
    conditions : Conditions

    Returns
    -------
    ndarray of float32, shape (n0, n1, n2)
        Parts that share no face of a voxel with a held part are removed, with a warning that counts them; parts that
        touch only along an edge or at a corner are apart.

    Raises
    ------
    ModelError
        If nothing is left, a load acts on a removed part, or a condition names a node that is not there.
    """
    _check_conditions(model, conditions)
    modulus = np.asarray(model.modulus_mpa, np.float32)
    parts, count = label_parts(modulus > 0)
    held = _held_parts(model, conditions, parts, count)
    loose = [part for part in range(1, count + 1) if part not in held]
    if not loose:
        return modulus
    if len(loose) == count:
        raise ModelError(
            "a model that nothing holds",
            "supports that leave no part of it free to move or turn",
            "hold at least three nodes that do not lie on a line",
        )
    for load in conditions.loads:
        if np.isin(parts_of_nodes(model, parts, load.nodes), loose).any():
            raise ModelError("a load on a part that nothing holds", "loads on what is connected to the supports")
    gone = np.isin(parts, loose)
    warnings.warn(
        f"{int(gone.sum())} voxels in {len(loose)} parts that nothing holds were left out of the model",
        RepairWarning,
        stacklevel=3,
    )
    return np.where(gone, np.float32(0), modulus)


def _check_conditions(model: VoxelModel, conditions: Conditions) -> None:
    total = int(np.prod(model.nodes))
    named = [held.nodes for held in conditions.held] + [load.nodes for load in conditions.loads]
    for nodes in named:
        if len(nodes) and (nodes.min() < 0 or nodes.max() >= total):
            raise ModelError("a condition on a node that is not there", f"nodes from 0 to {total - 1}")
    for held in conditions.held:
        if not np.all(np.isfinite(held.displacement_mm)):
            raise ModelError("a prescribed displacement that is not a number", "finite mm")
    for load in conditions.loads:
        if not np.all(np.isfinite(load.force_n)):
            raise ModelError("a force that is not a number", "finite N")


def _held_parts(model: VoxelModel, conditions: Conditions, parts: NDArray[np.int32], count: int) -> set[int]:
    """Parts that their supports leave no rigid motion."""
    grams = np.zeros((count + 1, 6, 6))
    size = np.asarray(model.nodes) * np.asarray(model.spacing_mm)
    for nodes, group in conditions.held_together():
        places = model.positions_mm(nodes) / size - 0.5
        mine = parts_of_nodes(model, parts, nodes)
        for held in group:
            motion = np.zeros((len(places), 6))
            motion[:, held.axis] = 1
            for turn in range(3):
                axis = np.eye(3)[turn]
                motion[:, 3 + turn] = np.cross(axis, places)[:, held.axis]
            for part in np.unique(mine[mine > 0]):
                grams[part] += motion[mine == part].T @ motion[mine == part]
    smallest = np.linalg.eigvalsh(grams)[:, 0]
    return {part for part in range(1, count + 1) if smallest[part] > 1e-10}
