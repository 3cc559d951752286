"""Superior and inferior endplate as smooth surfaces with sub-voxel position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corduroy.anatomy.body import BoundaryPoints
from corduroy.anatomy.boundary import Patch, VoxelCentres, refine
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface, fit_surface

FloatArray = NDArray[np.float64]

_DEGREES = (4, 5)


@dataclass(frozen=True, eq=False)
class Endplate:
    """One endplate of a vertebral body.

    Parameters
    ----------
    side : {"superior", "inferior"}
    frame : Frame
        The frame in which the surface is a height ``z(x, y)``.
    surface : PolynomialSurface
    edge : {"labels", "grey values"}
        What the surface was placed on.
    """

    side: Literal["superior", "inferior"]
    frame: Frame
    surface: PolynomialSurface
    edge: Literal["labels", "grey values"] = "labels"

    def z(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """Height along the frame's superior axis at local (x, y), mm."""
        return self.surface(x, y)

    def points(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """World points of the surface above local (x, y), shape (..., 3)."""
        x_grid, y_grid = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        return self.frame.world(np.stack([x_grid, y_grid, self.surface(x_grid, y_grid)], axis=-1))


def fit_endplates(
    centres: VoxelCentres, grid: LocalGrid, top: BoundaryPoints, bottom: BoundaryPoints
) -> tuple[Endplate, Endplate]:
    """Superior and inferior endplate: a first fit to the boundary's points, refined on the voxels' centres.

    Raises
    ------
    ValueError
        If the body has too few points.
    """
    first = fit_surface(top.x, top.y, top.z, _DEGREES)
    superior = refine(first, centres, Patch(grid, 2, 1, top.footprint))
    first = fit_surface(bottom.x, bottom.y, bottom.z, _DEGREES)
    inferior = refine(first, centres, Patch(grid, 2, -1, bottom.footprint))
    return Endplate("superior", grid.frame, superior), Endplate("inferior", grid.frame, inferior)


def plane_normal(x: FloatArray, y: FloatArray, height: FloatArray) -> FloatArray:
    """Upward unit normal, in local coordinates, of the robust plane through surface points."""
    plane = fit_surface(x, y, height, (1, 1))
    _, by_y, by_x = plane.coefficients
    normal = np.array([-by_x / plane.half_width[0], -by_y / plane.half_width[1], 1.0])
    return np.asarray(normal / np.linalg.norm(normal))
