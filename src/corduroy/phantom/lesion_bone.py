"""A vertebra on a grid finer than the scan's: where a lesion is drawn into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.errors import MeasurementError
from corduroy.imaging.volume import Volume
from corduroy.phantom.lesion import WallPoint
from corduroy.phantom.lesion_grid import FineGrid
from corduroy.phantom.shapes import Array

# All author's choice.
_STEP_MM = 0.25
_NEIGHBOURS = 9
_BORDER_MM = 8.0
_FADES_MM = (4.0, 10.0)


@dataclass(frozen=True, eq=False)
class Bone:
    """A vertebra on a fine grid.

    Parameters
    ----------
    vertebra : Vertebra
    body : Body
    grid : FineGrid
    x, y, z : ndarray of float32
        Local coordinates of the fine voxels.
    inside : ndarray of bool
        The vertebra.
    in_body : ndarray of bool
        Its body.
    distance : ndarray of float32
        Signed distance to the vertebra's surface, negative inside, mm.
    """

    vertebra: Vertebra
    body: Body
    grid: FineGrid
    x: Array
    y: Array
    z: Array
    inside: Array
    in_body: Array
    distance: Array

    @classmethod
    def of(cls, vertebra: Vertebra, image: Volume, *, whole: bool) -> Bone:
        """Draw a vertebra, or only what surrounds its body, on a grid finer than the image's.

        Raises
        ------
        MeasurementError
            If it has no body.
        """
        if vertebra.body is None:
            raise MeasurementError(f"{vertebra.level} has no body to plant a lesion into", "a vertebra with a body")
        voxels = np.argwhere(vertebra.mask.array > 0 if whole else vertebra.body_mask)
        grid = FineGrid.around(vertebra.mask.world_from_voxel(voxels), image)
        x, y, z = grid.local(vertebra.frame)
        inside = grid.occupied(vertebra.mask)
        in_body = np.zeros_like(inside)
        in_body[inside] = y[inside] >= vertebra.body.wall(x[inside], z[inside])
        return cls(vertebra, vertebra.body, grid, x, y, z, inside, in_body, grid.distance(inside))

    @cached_property
    def _spans(self) -> list[FloatArray]:
        """Between which the middle 96 % of the body lies along each local axis, mm."""
        return [np.quantile(axis[self.in_body], (0.02, 0.98)) for axis in (self.x, self.y, self.z)]

    @cached_property
    def half_sizes(self) -> FloatArray:
        """Half width, depth and height of the body, mm: half of what holds its middle 96 %."""
        return np.array([(high - low) / 2 for low, high in self._spans])

    @cached_property
    def centre(self) -> FloatArray:
        """Middle of the body, local mm."""
        return np.array([(high + low) / 2 for low, high in self._spans])

    def clipped(self, points: FloatArray, below_mm: FloatArray) -> Bone:
        """The bone as the picture shows it where the label map runs beyond that.

        Parameters
        ----------
        points : ndarray, shape (n, 3)
            World mm, on the label map's border.
        below_mm : ndarray, shape (n,)
            How far below that border the bone begins there; what is negative is left as it is.

        Notes
        -----
        The median of neighbours counts, for what is near on the side wall. It fades from 4 to 10 mm: in the arch and
        in the middle of the endplates the label map holds.
        """
        _, near = cKDTree(points).query(points, _NEIGHBOURS)
        settled = np.maximum(np.median(below_mm[near], axis=1), 0.0)
        border = np.abs(self.distance) < _BORDER_MM
        at = np.column_stack([axis[border] for axis in (self.x, self.y, self.z)])
        away, nearest = cKDTree(self.vertebra.frame.local(points)).query(at)
        fades_from, until = _FADES_MM
        weight = np.clip((until - away) / (until - fades_from), 0.0, 1.0)
        distance = self.distance.copy()
        distance[border] += settled[nearest] * weight
        inside = self.inside & (distance < 0)
        return replace(self, inside=inside, in_body=self.in_body & inside, distance=distance)

    def wall_point(self, place: WallPoint, solid: Array | None = None) -> FloatArray:
        """Local mm of a place on the side wall: where a level ray from the body's middle first leaves the bone.

        Parameters
        ----------
        place : WallPoint
        solid : ndarray of bool, optional
            The bone after it was pushed outwards; as it was by default.
        """
        angle = np.deg2rad(place.azimuth_deg)
        direction = np.array([np.sin(angle), np.cos(angle), 0.0])
        start = self.centre + np.array([0.0, 0.0, place.height * self.half_sizes[2]])
        steps = np.arange(0.0, 60.0, _STEP_MM)
        world = self.vertebra.frame.world(start + steps[:, None] * direction)
        mask = Volume((self.inside if solid is None else solid).astype(np.float32), self.grid.affine)
        out = mask.sample(world, 1, 0.0) < 0.5
        return np.asarray(start + steps[int(out.argmax())] * direction)
