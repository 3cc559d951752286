"""The vertebral foramen and, seen from inside it, the posterior wall of the body; and the body's front.

Seen from inside the canal, the first bone in front is the posterior wall. A smooth surface through those first hits,
continued sideways through the roots of the pedicles, divides the body from the posterior arch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.boundary import Patch, VoxelCentres, refine
from corduroy.anatomy.crossings import first_crossing, with_border
from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface, fit_surface

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MIN_HOLE_MM2 = 30.0
_WALL_BAND_MM = 9.0
_FRONT_HALF_WIDTH_MM = 7.0
_FRONT_SHARE = 0.6
_MIN_WALL_POINTS = 20
_UNBROKEN_SHARE = 0.3  # a fragment pushed back into the canal leaves at least so much of the wall in view
_WALL_ROUGHNESS_MM = 2.0
_WALL_DEGREES = ((1, 1), (2, 1), (2, 2), (2, 2))
_WALL_VIEW = 0.75
_WALL_SEEN_WITHIN_MM = 1.5
_LARGEST_BULGE_MM = 0.8
_WHOLE_SHARE = 0.9  # author's choice
_CANAL_BEHIND_WALL_MM = 7.0  # author's choice: about half the antero-posterior diameter of a canal


@dataclass(frozen=True, eq=False)
class Wall:
    """The body's posterior wall or its front, as ``y(x, z)``.

    Parameters
    ----------
    surface : PolynomialSurface
    seen : ndarray of bool
        Where the surface was seen, over the grid's x and z.
    """

    surface: PolynomialSurface
    seen: BoolArray

    def refined(self, centres: VoxelCentres, grid: LocalGrid, outward: Literal[1, -1]) -> PolynomialSurface:
        """The surface placed on the voxels' centres; see `corduroy.anatomy.boundary`."""
        return refine(self.surface, centres, Patch(grid, 1, outward, self.seen))


def foramen_centre(grid: LocalGrid, body_radius_mm: float) -> tuple[FloatArray, float] | None:
    """Centre (x, y) and area in mm2 of the vertebral foramen, seen along the superior axis.

    The foramen is the largest hole of the vertebra's silhouette that lies behind the body; None when the ring
    is open or too fine for the grid.
    """
    silhouette = np.asarray(grid.solid.any(axis=2))
    cell = float(grid.step[0] * grid.step[1])
    for closing_mm in (0.0, 2.0, 4.0):
        ring = _closed(silhouette, closing_mm, float(grid.step[0]))
        holes, count = ndimage.label(ndimage.binary_fill_holes(ring) & ~ring)
        if count == 0:
            continue
        column, row = np.nonzero(holes)
        number = holes[column, row] - 1
        sizes = np.bincount(number)
        areas = sizes * cell
        points = np.column_stack([np.bincount(number, at) / sizes for at in (grid.x[column], grid.y[row])])
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


def posterior_wall(grid: LocalGrid, canal: FloatArray, canal_area_mm2: float, axes_known: bool) -> Wall:
    """The posterior wall as ``y(x, z)``, from the first bone in front of the canal.

    Parameters
    ----------
    grid : LocalGrid
        Occupancy in the vertebra's frame.
    canal : ndarray, shape (2,)
        Local (x, y) of the foramen's centre.
    canal_area_mm2 : float
        Its area, which sets how far to the sides the wall is seen.
    axes_known : bool
        Whether the grid's axes are the vertebra's own to within some degrees. Only then can a fragment that a
        fracture has pushed back into the canal be told from a wall that stands askew, and be left out.

    Raises
    ------
    ValueError
        If the wall is seen in too few places.
    """
    half_view = _WALL_VIEW * np.sqrt(canal_area_mm2 / np.pi)
    columns = np.abs(grid.x - canal[0]) <= half_view
    first = grid.index(1, canal[1])
    ahead = grid.values[columns, first:, :]
    hit, where = first_crossing(ahead, float(grid.step[1]))
    x, z = np.meshgrid(grid.x[columns], grid.z, indexing="ij")
    y = grid.y[first] + where
    middle = float(np.median(y[hit & (np.abs(z) < 4.0)])) if (hit & (np.abs(z) < 4.0)).any() else float("nan")
    near = hit & (np.abs(y - middle) < _WALL_BAND_MM) & (where > 0)
    if np.count_nonzero(near) < _MIN_WALL_POINTS:
        raise ValueError("the posterior wall is hidden")
    points = x[near], z[near], y[near]
    surface = _foremost_surface(*points) if axes_known else fit_surface(*points, (2, 2))
    away = np.abs(y - surface(x[:, :1], z[:1]))
    return Wall(surface, _placed(grid, columns, near & (away < _WALL_SEEN_WITHIN_MM)))


def _foremost_surface(x: FloatArray, z: FloatArray, y: FloatArray) -> PolynomialSurface:
    """A surface through the foremost points, and through those of the others that hardly lie behind it.

    Where that leaves out most points, the wall is not broken but the axes are still far askew: then all points
    count. A wall that comes out bulging into the canal is no wall but a fragment: an intact one is hollow. Then the
    plane through the foremost points stands for it; but where all points but a few lie on one hollow surface, a row of
    points on the rim of an endplate has led it astray, and that surface is the wall.
    """
    kept = y >= np.quantile(y, 1.0 - _UNBROKEN_SHARE)
    plane = surface = fit_surface(x[kept], z[kept], y[kept], (1, 1))
    for degrees in _WALL_DEGREES:
        kept = y - surface(x, z) > -_WALL_ROUGHNESS_MM
        if np.count_nonzero(kept) < max(_UNBROKEN_SHARE * len(y), _MIN_WALL_POINTS):
            return fit_surface(x, z, y, (2, 2))
        surface = fit_surface(x[kept], z[kept], y[kept], degrees)
    if _bulge_mm(surface) <= _LARGEST_BULGE_MM:
        return surface
    whole = fit_surface(x, z, y, (2, 2))
    on_it = np.abs(y - whole(x, z)) < _WALL_ROUGHNESS_MM
    return whole if on_it.mean() > _WHOLE_SHARE and _bulge_mm(whole) <= _LARGEST_BULGE_MM else plane


def _bulge_mm(surface: PolynomialSurface) -> float:
    """How far a wall's centre stands behind its rims, upper and lower or left and right."""
    steps = np.array([[0.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    centre, *rims = surface(*(surface.centre + steps * surface.half_width).T)
    return float(max(rims[0] + rims[1], rims[2] + rims[3]) / 2 - centre)


def anterior_wall(grid: LocalGrid, inside: BoolArray) -> Wall:
    """The front of the body near the mid-sagittal plane as ``y(x, z)``.

    Raises
    ------
    ValueError
        If too little of the front is seen.
    """
    columns = np.abs(grid.x) <= _FRONT_HALF_WIDTH_MM
    solid = with_border(inside[columns], grid.values[columns], axis=1)
    hit, depth = first_crossing(solid[:, ::-1, :], float(grid.step[1]))
    x, z = np.meshgrid(grid.x[columns], grid.z, indexing="ij")
    y = grid.y[-1] - depth
    tall = solid.max(axis=1).sum(axis=1, keepdims=True) * grid.step[2]
    central = hit & (np.abs(z) < _FRONT_SHARE * tall / 2)
    surface = fit_surface(x[central], z[central], y[central], (2, 2))
    away = np.abs(y - surface(x[:, :1], z[:1]))
    return Wall(surface, _placed(grid, columns, central & (away < _WALL_SEEN_WITHIN_MM)))


def _placed(grid: LocalGrid, columns: BoolArray, seen: BoolArray) -> BoolArray:
    """A mask over some columns of the grid's x, put back in its place."""
    whole = np.zeros((len(grid.x), len(grid.z)), dtype=bool)
    whole[columns] = seen
    return whole


def _closed(silhouette: BoolArray, reach_mm: float, step_mm: float) -> BoolArray:
    if reach_mm == 0:
        return silhouette
    turns = max(1, round(reach_mm / 2 / step_mm))
    padded = np.pad(silhouette, turns + 1)
    closed = ndimage.binary_closing(padded, iterations=turns)
    return np.asarray(closed[turns + 1 : -turns - 1, turns + 1 : -turns - 1])
