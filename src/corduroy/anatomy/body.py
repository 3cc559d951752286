"""The vertebral body: where it ends behind, and its superior and inferior surface points.

Seen from inside the canal, the first bone in front is the posterior wall. A smooth surface through those first
hits, continued sideways through the roots of the pedicles, divides the body from the posterior arch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface, fit_surface

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MIN_HOLE_MM2 = 30.0
_WALL_BAND_MM = 9.0
_FRONT_HALF_WIDTH_MM = 7.0
_FRONT_SHARE = 0.6
_OPENING_SHARE = 0.55
_CANAL_BEHIND_WALL_MM = 7.0  # author's choice: about half the antero-posterior diameter of a canal


@dataclass(frozen=True, eq=False)
class BodyColumns:
    """The body as columns along the superior axis.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Local position of each column, mm.
    top, bottom : ndarray, shape (n,)
        Where the column leaves bone above and below, mm; sub-voxel.
    """

    x: FloatArray
    y: FloatArray
    top: FloatArray
    bottom: FloatArray


def foramen_centre(grid: LocalGrid, body_radius_mm: float) -> tuple[FloatArray, float] | None:
    """Centre (x, y) and area in mm2 of the vertebral foramen, seen along the superior axis.

    The foramen is the largest hole of the vertebra's silhouette that lies behind the body; None when the ring
    is open or too fine for the grid.
    """
    silhouette = np.asarray((grid.values > 0.5).any(axis=2))
    cell = float(grid.step[0] * grid.step[1])
    for closing_mm in (0.0, 2.0, 4.0):
        ring = _closed(silhouette, closing_mm, float(grid.step[0]))
        holes, count = ndimage.label(ndimage.binary_fill_holes(ring) & ~ring)
        if count == 0:
            continue
        areas = ndimage.sum_labels(np.ones_like(holes), holes, range(1, count + 1)) * cell
        centres = np.array(ndimage.center_of_mass(holes > 0, holes, range(1, count + 1)))
        points = np.column_stack([grid.x[0] + centres[:, 0] * grid.step[0], grid.y[0] + centres[:, 1] * grid.step[1]])
        fits = (areas > _MIN_HOLE_MM2) & (points[:, 1] < 0) & (np.abs(points[:, 0]) < body_radius_mm)
        if fits.any():
            best = int(np.argmax(np.where(fits, areas, 0.0)))
            return points[best], float(areas[best])
    return None


def gap_behind_body(grid: LocalGrid) -> FloatArray:
    """A point (x, y) in the canal where the ring is open: just behind the body in the mid-sagittal plane."""
    near = np.abs(grid.x) < 3.0
    level = np.abs(grid.z) < 3.0
    line = grid.values[near][:, :, level].mean(axis=(0, 2))
    behind = np.nonzero((line < 0.5) & (grid.y < 0))[0]
    wall = grid.y[behind[-1]] if len(behind) else grid.y[0]
    return np.array([0.0, wall - _CANAL_BEHIND_WALL_MM])


def posterior_wall(grid: LocalGrid, canal: FloatArray, canal_area_mm2: float) -> PolynomialSurface:
    """The posterior wall as ``y(x, z)``, from the first bone in front of the canal.

    Parameters
    ----------
    grid : LocalGrid
        Occupancy in the vertebra's frame.
    canal : ndarray, shape (2,)
        Local (x, y) of the foramen's centre.
    canal_area_mm2 : float
        Its area, which sets how far to the sides the wall is seen.

    Raises
    ------
    ValueError
        If the wall is seen in too few places.
    """
    half_view = 0.55 * np.sqrt(canal_area_mm2 / np.pi)
    columns = np.abs(grid.x - canal[0]) <= half_view
    first = grid.index(1, canal[1])
    ahead = grid.values[columns, first:, :]
    hit, where = _first_crossing(ahead, float(grid.step[1]))
    x, z = np.meshgrid(grid.x[columns], grid.z, indexing="ij")
    y = grid.y[first] + where
    middle = float(np.median(y[hit & (np.abs(z) < 4.0)])) if (hit & (np.abs(z) < 4.0)).any() else float("nan")
    near = hit & (np.abs(y - middle) < _WALL_BAND_MM) & (where > 0)
    return fit_surface(x[near], z[near], y[near], (2, 3))


def anterior_wall(grid: LocalGrid, inside: BoolArray) -> PolynomialSurface:
    """The front of the body near the mid-sagittal plane as ``y(x, z)``.

    Raises
    ------
    ValueError
        If too little of the front is seen.
    """
    columns = np.abs(grid.x) <= _FRONT_HALF_WIDTH_MM
    solid = np.where(inside[columns], grid.values[columns], 0.0)
    hit, depth = _first_crossing(solid[:, ::-1, :], float(grid.step[1]))
    x, z = np.meshgrid(grid.x[columns], grid.z, indexing="ij")
    y = grid.y[-1] - depth
    tall = solid.max(axis=1).sum(axis=1, keepdims=True) * grid.step[2]
    central = hit & (np.abs(z) < _FRONT_SHARE * tall / 2)
    return fit_surface(x[central], z[central], y[central], (2, 2))


def body_columns(grid: LocalGrid, wall: PolynomialSurface, rim_mm: float) -> tuple[BodyColumns, BoolArray]:
    """Columns of the body inside its rim, and the body itself as a mask on the grid.

    Parameters
    ----------
    grid : LocalGrid
    wall : PolynomialSurface
        The posterior wall.
    rim_mm : float
        Columns nearer to the body's outline than this are left out: there the endplate rounds off.
    """
    behind = grid.y[None, :, None] < wall(grid.x[:, None], grid.z[None, :])[:, None, :]
    body = (grid.values > 0.5) & ~behind
    body = _main_part(body, grid)
    shadow = body.sum(axis=2) * grid.step[2]
    typical = float(np.median(shadow[shadow > 0]))
    footprint = _without_processes(ndimage.binary_fill_holes(shadow > 0.35 * typical), float(grid.step[0]))
    body &= footprint[:, :, None]
    inside = ndimage.distance_transform_edt(np.pad(footprint, 1))[1:-1, 1:-1] * grid.step[0] > rim_mm
    inside &= shadow > 0
    ix, iy = np.nonzero(inside)
    columns = np.where(body[ix, iy], grid.values[ix, iy], 0.0)
    bottom = grid.z[0] + _edge(columns, float(grid.step[2]))
    top = grid.z[-1] - _edge(columns[:, ::-1], float(grid.step[2]))
    return BodyColumns(grid.x[ix], grid.y[iy], top, bottom), body


def _closed(silhouette: BoolArray, reach_mm: float, step_mm: float) -> BoolArray:
    if reach_mm == 0:
        return silhouette
    turns = max(1, round(reach_mm / 2 / step_mm))
    padded = np.pad(silhouette, turns + 1)
    closed = ndimage.binary_closing(padded, iterations=turns)
    return np.asarray(closed[turns + 1 : -turns - 1, turns + 1 : -turns - 1])


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


def _main_part(body: BoolArray, grid: LocalGrid) -> BoolArray:
    """The connected part that holds the body's centre, without thin appendages' far ends."""
    parts, count = ndimage.label(body)
    if count <= 1:
        return body
    seed = parts[grid.index(0, 0.0), grid.index(1, 0.0), grid.index(2, 0.0)]
    if seed == 0:
        seed = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.asarray(parts == seed)


def _first_crossing(values: NDArray[np.float32], step: float) -> tuple[BoolArray, FloatArray]:
    """Where occupancy first rises through one half along axis 1: found or not, and distance in mm."""
    inside = values > 0.5
    hit = np.asarray(inside.any(axis=1))
    index = inside.argmax(axis=1)
    after = np.take_along_axis(values, index[:, None, :], axis=1)[:, 0, :]
    before = np.take_along_axis(values, np.maximum(index - 1, 0)[:, None, :], axis=1)[:, 0, :]
    part = np.where(index > 0, (after - 0.5) / np.maximum(after - before, 1e-6), 0.0)
    return hit, np.asarray((index - part) * step, dtype=np.float64)


def _edge(columns: NDArray[np.float32], step: float) -> FloatArray:
    """Distance in mm from a column's first sample to where it first enters bone."""
    _, distance = _first_crossing(columns[:, :, None], step)
    return distance[:, 0]
