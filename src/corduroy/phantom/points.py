"""Where the phantom is evaluated: a regular grid or scattered points, each shape only near itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.phantom.shapes import FAR_MM, Array, Bounds, Shape

_REACH_MM = 4.0  # beyond a shape's box by this much its distance is not needed


class Where(Protocol):
    """A set of world points."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the arrays that come back."""
        ...

    def union(self, frame: Frame, shapes: Iterable[Shape]) -> Array:
        """Distance to the nearest of some shapes given in `frame`, `FAR_MM` where none is near."""
        ...

    def local(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Coordinates of all points in `frame`."""
        ...


@dataclass(frozen=True, eq=False)
class GridPoints:
    """The nodes of a regular grid.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        World from grid index.
    shape : tuple of int
    dtype : dtype
    """

    affine: FloatArray
    shape: tuple[int, int, int]
    dtype: DTypeLike = np.float32

    def local(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Coordinates of all nodes in `frame`."""
        return self._coordinates(frame, tuple(slice(0, n) for n in self.shape))

    def union(self, frame: Frame, shapes: Iterable[Shape]) -> Array:
        """Distance to the nearest shape; see `Where.union`."""
        field = np.full(self.shape, FAR_MM, self.dtype)
        for shape in shapes:
            box = self._box(frame, shape.bounds)
            if box is not None:
                near = shape.distance(*self._coordinates(frame, box))
                field[box] = np.minimum(field[box], near)
        return field

    def part(self, box: tuple[slice, slice, slice]) -> GridPoints:
        """A block of this grid."""
        affine = self.affine.copy()
        affine[:3, 3] += self.affine[:3, :3] @ [s.start for s in box]
        size = tuple(s.stop - s.start for s in box)
        return GridPoints(affine, (size[0], size[1], size[2]), self.dtype)

    def box_around(self, frame: Frame, bounds: Bounds) -> tuple[slice, slice, slice] | None:
        """The block that holds a box given in `frame`, with some room; None if it misses the grid."""
        return self._box(frame, bounds)

    def _coordinates(self, frame: Frame, box: tuple[slice, ...]) -> tuple[Array, Array, Array]:
        matrix = frame.axes.T @ self.affine[:3, :3]
        origin = frame.local(self.affine[:3, 3])
        i, j, k = (np.arange(s.start, s.stop) for s in box)
        x, y, z = (
            (matrix[a, 0] * i + origin[a]).astype(self.dtype)[:, None, None]
            + (matrix[a, 1] * j).astype(self.dtype)[None, :, None]
            + (matrix[a, 2] * k).astype(self.dtype)[None, None, :]
            for a in range(3)
        )
        return x, y, z

    def _box(self, frame: Frame, bounds: Bounds) -> tuple[slice, slice, slice] | None:
        low, high = np.subtract(bounds[0], _REACH_MM), np.add(bounds[1], _REACH_MM)
        centre, half = (low + high) / 2, (high - low) / 2
        inverse = np.linalg.inv(self.affine[:3, :3])
        middle = inverse @ (frame.world(centre) - self.affine[:3, 3])
        reach = np.abs(inverse @ frame.axes) @ half
        starts = np.maximum(np.ceil(middle - reach), 0).astype(int)
        stops = np.minimum(np.floor(middle + reach) + 1, self.shape).astype(int)
        if (stops <= starts).any():
            return None
        a, b, c = (slice(int(p), int(q)) for p, q in zip(starts, stops, strict=True))
        return a, b, c


@dataclass(frozen=True, eq=False)
class ScatteredPoints:
    """Any points.

    Parameters
    ----------
    world : ndarray, shape (n, 3)
        RAS+ mm.
    """

    world: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of points, as an array shape."""
        return (len(self.world),)

    def local(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Coordinates of all points in `frame`."""
        axes = frame.axes.astype(self.world.dtype)
        local = (self.world - frame.origin.astype(self.world.dtype)) @ axes
        return local[:, 0], local[:, 1], local[:, 2]

    def union(self, frame: Frame, shapes: Iterable[Shape]) -> Array:
        """Distance to the nearest shape; see `Where.union`."""
        local = self.local(frame)
        field = np.full(len(self.world), FAR_MM, self.world.dtype)
        for shape in shapes:
            near = np.ones(len(self.world), bool)
            for values, low, high in zip(local, *shape.bounds, strict=True):
                near &= (values >= low - _REACH_MM) & (values <= high + _REACH_MM)
            index = np.flatnonzero(near)
            if index.size:
                distance = shape.distance(*(values[index] for values in local))
                field[index] = np.minimum(field[index], distance)
        return field
