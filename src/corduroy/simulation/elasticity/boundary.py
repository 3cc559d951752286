"""What holds a model and what loads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.element import Array
from corduroy.simulation.elasticity.model import VoxelModel

Nodes = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """Nodes with a known displacement along one axis.

    Parameters
    ----------
    nodes : ndarray of int, shape (m,)
        Flat indices into the model's nodes.
    axis : int
    displacement_mm : ndarray, shape (m,)
    """

    nodes: Nodes
    axis: int
    displacement_mm: Array


@dataclass(frozen=True)
class Load:
    """Forces on nodes.

    Parameters
    ----------
    nodes : ndarray of int, shape (m,)
    force_n : ndarray, shape (m, 3)
    """

    nodes: Nodes
    force_n: Array


@dataclass(frozen=True)
class Conditions:
    """All that holds and loads a model. Where two parts hold the same component of a node, the later one counts."""

    held: tuple[Held, ...] = ()
    loads: tuple[Load, ...] = ()

    def __add__(self, other: Conditions) -> Conditions:
        return Conditions(self.held + other.held, self.loads + other.loads)

    def held_together(self) -> Iterator[tuple[Nodes, list[Held]]]:
        """What holds the same nodes one after the other, so that they need to be looked up once for all axes."""
        for _, group in groupby(self.held, lambda held: id(held.nodes)):
            alike = list(group)
            yield alike[0].nodes, alike


class End(StrEnum):
    """The two faces across an axis."""

    LOW = "low"
    HIGH = "high"


class SpineLoad(StrEnum):
    """Motions of the upper end plate against the lower one, for axes x right, y anterior, z superior.

    Flexion tilts the upper plate forward, bending to the right tilts it to the patient's right, torsion to the left
    turns it counter-clockwise as seen from above.
    """

    COMPRESSION = "compression"
    FLEXION = "flexion"
    EXTENSION = "extension"
    BENDING_RIGHT = "bending-right"
    BENDING_LEFT = "bending-left"
    TORSION_LEFT = "torsion-left"
    TORSION_RIGHT = "torsion-right"


_ROTATIONS = {
    SpineLoad.FLEXION: (-1.0, 0.0, 0.0),
    SpineLoad.EXTENSION: (1.0, 0.0, 0.0),
    SpineLoad.BENDING_RIGHT: (0.0, 1.0, 0.0),
    SpineLoad.BENDING_LEFT: (0.0, -1.0, 0.0),
    SpineLoad.TORSION_LEFT: (0.0, 0.0, 1.0),
    SpineLoad.TORSION_RIGHT: (0.0, 0.0, -1.0),
}


def face_nodes(model: VoxelModel, axis: int, end: End | str) -> Nodes:
    """The nodes of the outermost stiff voxels' outer face across an axis.

    Parameters
    ----------
    model : VoxelModel
    axis : int
    end : End

    Returns
    -------
    ndarray of int, shape (m,)
        Those in the outermost plane that has any.
    """
    stiff = model.stiff_nodes()
    planes = np.flatnonzero(stiff.any(axis=tuple(a for a in range(3) if a != axis)))
    plane = planes[0] if End(end) is End.LOW else planes[-1]
    chosen = np.zeros_like(stiff)
    at = [slice(None)] * 3
    at[axis] = slice(plane, plane + 1)
    chosen[tuple(at)] = stiff[tuple(at)]
    return np.flatnonzero(chosen)


def visible_nodes(region: NDArray[np.bool_], axis: int, end: End | str) -> Nodes:
    """Nodes of the faces of a region that are seen when looking along an axis at one of its ends.

    Parameters
    ----------
    region : ndarray of bool, shape (n0, n1, n2)
        Voxels, such as an end cap.
    axis : int
    end : End
        The end that is looked at.

    Returns
    -------
    ndarray of int
        Of the outermost voxel of each line along the axis; flat indices into the nodes.
    """
    along = np.moveaxis(region, axis, 2)
    facing = along[:, :, ::-1] if End(end) is End.HIGH else along
    first = facing.argmax(axis=2)
    plane = along.shape[2] - first if End(end) is End.HIGH else first
    i, j = np.nonzero(facing.any(axis=2))
    chosen = np.zeros(tuple(n + 1 for n in along.shape), bool)
    for a in (0, 1):
        for b in (0, 1):
            chosen[i + a, j + b, plane[i, j]] = True
    return np.flatnonzero(np.moveaxis(chosen, 2, axis))


def hold(nodes: Nodes, displacement_mm: tuple[float | None, float | None, float | None]) -> Conditions:
    """Nodes that all move alike; None leaves an axis free."""
    return Conditions(
        tuple(
            Held(nodes, axis, np.full(len(nodes), value))
            for axis, value in enumerate(displacement_mm)
            if value is not None
        )
    )


def move_rigidly(
    model: VoxelModel,
    nodes: Nodes,
    translation_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0),
    centre_mm: Array | None = None,
) -> Conditions:
    """Nodes on a rigid plate: u = t + ω × (x - c), for small rotations.

    Parameters
    ----------
    model : VoxelModel
    nodes : ndarray of int
    translation_mm, rotation_rad : tuple of float
    centre_mm : ndarray, shape (3,), optional
        Centre of rotation from the first corner of the grid; by default the nodes' mean.
    """
    places = model.positions_mm(nodes)
    centre = places.mean(axis=0) if centre_mm is None else np.asarray(centre_mm, float)
    moved = np.asarray(translation_mm) + np.cross(np.asarray(rotation_rad), places - centre)
    return Conditions(tuple(Held(nodes, axis, moved[:, axis]) for axis in range(3)))


def platens(
    model: VoxelModel,
    axis: int,
    compression_mm: float,
    friction: bool = True,
    low: Nodes | None = None,
    high: Nodes | None = None,
) -> Conditions:
    """Compression between two flat plates that cover the model's ends.

    Parameters
    ----------
    model : VoxelModel
    axis : int
        Across the plates; the high end moves towards the low one.
    compression_mm : float
        Approach of the plates; negative pulls them apart.
    friction : bool
        True: the ends stick to the plates. False: they glide, and each part is kept from drifting by three sideways
        supports that take no force.
    low, high : ndarray of int, optional
        Nodes on the plates; by default those of the model's outermost faces.

    Raises
    ------
    ModelError
        If no connected part reaches from plate to plate.
    """
    low = face_nodes(model, axis, End.LOW) if low is None else low
    high = face_nodes(model, axis, End.HIGH) if high is None else high
    parts = spanning_parts(model, low, high)
    shift: list[float | None] = [0.0 if friction else None] * 3
    base = list(shift)
    base[axis], shift[axis] = 0.0, -compression_mm
    conditions = hold(low, (base[0], base[1], base[2])) + hold(high, (shift[0], shift[1], shift[2]))
    return conditions if friction else conditions + _pins(model, axis, parts)


def spine_load(model: VoxelModel, case: SpineLoad | str, amount: float) -> Conditions:
    """Motion of the upper end against the held lower end through rigid plates, axis 2 being superior.

    Parameters
    ----------
    model : VoxelModel
    case : SpineLoad
    amount : float
        mm for compression, radians else.
    """
    if case == SpineLoad.COMPRESSION:
        return platens(model, 2, amount)
    low, high = face_nodes(model, 2, End.LOW), face_nodes(model, 2, End.HIGH)
    spanning_parts(model, low, high)
    x, y, z = (amount * part for part in _ROTATIONS[SpineLoad(case)])
    return move_rigidly(model, low) + move_rigidly(model, high, rotation_rad=(x, y, z))


def label_parts(solid: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Parts that are connected by faces of voxels, numbered from 1."""
    if solid.all():
        return np.broadcast_to(np.int32(1), solid.shape), 1  # one number, however many voxels
    parts, count = ndimage.label(solid)
    return parts, int(count)


def parts_of_nodes(model: VoxelModel, parts: NDArray[np.int32], nodes: Nodes) -> NDArray[np.int32]:
    """The part that each node belongs to (the highest, where parts touch at an edge); 0 for none."""
    found = np.zeros(len(nodes), np.int32)
    _note_parts(nodes, model.nodes, model.periodic, parts, found)
    return found


@njit(cache=True)
def _note_parts(nodes: Any, shape: Any, periodic: Any, parts: Any, found: Any) -> None:
    for n in range(nodes.size):
        line = nodes[n] // shape[2]
        for corner in range(8):
            i, j, k = line // shape[1] - (corner >> 2), line % shape[1] - (corner >> 1 & 1), nodes[n] % shape[2]
            k -= corner & 1
            i = i % parts.shape[0] if periodic[0] else i
            j = j % parts.shape[1] if periodic[1] else j
            k = k % parts.shape[2] if periodic[2] else k
            if 0 <= i < parts.shape[0] and 0 <= j < parts.shape[1] and 0 <= k < parts.shape[2]:
                found[n] = max(found[n], parts[i, j, k])


def spanning_parts(model: VoxelModel, low: Nodes, high: Nodes) -> list[Nodes]:
    """Of each part that reaches from one set of nodes to the other, the nodes in the first set."""
    parts, _ = label_parts(np.asarray(model.modulus_mpa) > 0)
    below, above = parts_of_nodes(model, parts, low), parts_of_nodes(model, parts, high)
    both = sorted(set(below[below > 0].tolist()) & set(above.tolist()))
    if not both:
        raise ModelError(
            "a model that is broken between its plates",
            "a part that reaches from one to the other",
            "check the mask, or lower the density under which voxels are left out",
        )
    return [low[below == part] for part in both]


def _pins(model: VoxelModel, axis: int, parts: list[Nodes]) -> Conditions:
    """Three sideways supports for each part: one node along both other axes, a far one along one of them."""
    first, second = (a for a in range(3) if a != axis)
    held: list[Held] = []
    nothing = np.zeros(1)
    for nodes in parts:
        places = model.positions_mm(nodes)
        centre = int(np.argmin(np.linalg.norm(places - places.mean(axis=0), axis=1)))
        far = int(np.argmax(np.abs(places[:, first] - places[centre, first])))
        held += [Held(nodes[[centre]], first, nothing), Held(nodes[[centre]], second, nothing)]
        held.append(Held(nodes[[far]], second, nothing))
    return Conditions(tuple(held))
