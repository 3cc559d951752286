"""The vertebral body: bone in front of the posterior wall, without processes, and its upper and lower boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.crossings import edge_of, with_border
from corduroy.anatomy.grid import LocalGrid, box_of
from corduroy.anatomy.surface import PolynomialSurface

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_OPENING_SHARE = 0.55
_ROOTS_BEYOND = 1.0
_ROOT_DEPTH_MM = 11.0
_THIN_SHARE = 0.35
_STEEPEST = 1.7  # tangent of 60 degrees: a steeper boundary is a side wall


@dataclass(frozen=True, eq=False)
class BoundaryPoints:
    """Where columns along the superior axis leave the body at one end.

    Parameters
    ----------
    x, y, z : ndarray, shape (n,)
        Local position, mm.
    footprint : ndarray of bool
        The columns, on the x and y of the grid.
    """

    x: FloatArray
    y: FloatArray
    z: FloatArray
    footprint: BoolArray

    @property
    def local(self) -> FloatArray:
        """Local coordinates, shape (n, 3)."""
        return np.column_stack([self.x, self.y, self.z])


def body_inside(grid: LocalGrid, wall: PolynomialSurface) -> BoolArray:
    """The body as a mask on the grid: in front of the wall, one part, without transverse and costal processes."""
    limit = wall(grid.x[:, None], grid.z[None, :])[:, None, :]
    first = min(int(np.searchsorted(grid.y, limit.min())), len(grid.y) - 1)
    body = np.zeros_like(grid.solid)
    ahead = grid.solid[:, first:] & (grid.y[None, first:, None] >= limit)
    body[:, first:] = _main_part(ahead, (grid.index(0, 0.0), max(0, grid.index(1, 0.0) - first), grid.index(2, 0.0)))
    shadow = body.sum(axis=2)
    typical = float(np.median(shadow[shadow > 0]))
    footprint = ndimage.binary_fill_holes(shadow > _THIN_SHARE * typical)
    return np.asarray(body & _without_processes(footprint, float(grid.step[0]))[:, :, None])


def body_boundary(
    grid: LocalGrid, inside: BoolArray, wall: PolynomialSurface, rim_mm: float
) -> tuple[BoundaryPoints, BoundaryPoints]:
    """Points of the superior and the inferior endplate inside its rim.

    Parameters
    ----------
    grid : LocalGrid
    inside : ndarray of bool
        From `body_inside`.
    wall : PolynomialSurface
        The posterior wall.
    rim_mm : float
        Points nearer than this to the body's outline at their own height are left out: there the endplate rounds
        off, or the column ends on a side wall that stands askew.
    """
    rim = max(rim_mm, float(grid.step[0]))
    disc = _disc(rim / float(grid.step[0]))
    steepest_mm = _STEEPEST * rim + float(grid.step[2])
    box = box_of(inside, 0)
    core = ndimage.binary_erosion(inside[box], disc[:, :, None])
    usable = ~_pedicle_roots(grid, wall)[box[:2]]
    ends = []
    for flip in (slice(None, None, -1), slice(None)):
        outer, inner = inside[box][:, :, flip], core[:, :, flip]
        sunk = (inner.argmax(axis=2) - outer.argmax(axis=2)) * grid.step[2]
        footprint = np.zeros(inside.shape[:2], dtype=bool)
        footprint[box[:2]] = inner.any(axis=2) & (sunk <= steepest_mm) & usable
        ix, iy = np.nonzero(footprint)
        columns = with_border(inside[:, :, flip][ix, iy], grid.values[:, :, flip][ix, iy], axis=1)
        depth = edge_of(columns, float(grid.step[2]))
        z = grid.z[-1] - depth if flip.step == -1 else grid.z[0] + depth
        ends.append(BoundaryPoints(grid.x[ix], grid.y[iy], z, footprint))
    return ends[0], ends[1]


def _disc(radius: float) -> BoolArray:
    reach = int(np.ceil(radius))
    steps = np.arange(-reach, reach + 1)
    return np.asarray(steps[:, None] ** 2 + steps[None, :] ** 2 <= radius**2 + 0.01)


def _pedicle_roots(grid: LocalGrid, wall: PolynomialSurface) -> BoolArray:
    """The body's posterolateral corners, where the pedicles' roots rise above or beside the endplates."""
    beside_canal = np.abs(grid.x - wall.centre[0]) > _ROOTS_BEYOND * wall.half_width[0]
    behind = grid.y[None, :] < wall(grid.x, np.zeros_like(grid.x))[:, None] + _ROOT_DEPTH_MM
    return np.asarray(beside_canal[:, None] & behind)


def _without_processes(footprint: BoolArray, step_mm: float) -> BoolArray:
    """The footprint without what is much narrower than the body: costal and transverse processes.

    An opening by a disc that fits easily into a body and not into a process; its radius is a share of the body's
    own inscribed circle, so that it serves from C3 to L5.
    """
    depth = ndimage.distance_transform_edt(np.pad(footprint, 1)) * step_mm
    radius = _OPENING_SHARE * float(depth.max())
    core, _ = ndimage.label(depth > radius)
    core = core == core[np.unravel_index(int(np.argmax(depth)), depth.shape)]
    opened = ndimage.distance_transform_edt(~core) * step_mm <= radius
    return np.asarray(opened[1:-1, 1:-1] & footprint)


def _main_part(body: BoolArray, centre: tuple[int, int, int]) -> BoolArray:
    """The connected part that holds the body's centre, without thin appendages' far ends."""
    parts, count = ndimage.label(body)
    if count <= 1:
        return body
    seed = parts[centre]
    if seed == 0:
        seed = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.asarray(parts == seed)
