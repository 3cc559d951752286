"""`Vertebra`: one vertebra in its own axes, with body, endplates, posterior wall and canal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.body import BoundaryPoints, body_boundary, body_inside
from corduroy.anatomy.boundary import VoxelCentres
from corduroy.anatomy.canal import CanalRing
from corduroy.anatomy.endplates import Endplate, fit_endplates, plane_normal
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid, bounds_in, outline_points, sample_along
from corduroy.anatomy.level import Level
from corduroy.anatomy.surface import PolynomialSurface
from corduroy.anatomy.walls import Wall, anterior_wall, foramen_centre, gap_behind_body, posterior_wall
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_COARSE_MM = 2.0
_FINE_MM = 1.0
_RIM_MM = 1.5
_MAX_TURNS = 5
_TURNS_TO_KNOW = 2
_STILL_DEG = 2.0
_BODY_REACH_MM = 34.0
_BODY_HALF_HEIGHT_MM = 27.0
_OPEN_RING_AREA_MM2 = 200.0


@dataclass(frozen=True, eq=False)
class Body:
    """The vertebral body.

    Parameters
    ----------
    grid : LocalGrid
        Occupancy of the whole vertebra on the body's axes.
    inside : ndarray of bool
        The body on that grid: bone in front of the posterior wall.
    wall : PolynomialSurface
        Posterior wall as ``y(x, z)``.
    front : PolynomialSurface
        Anterior wall near the mid-sagittal plane as ``y(x, z)``.
    superior, inferior : Endplate
    top, bottom : BoundaryPoints
        The points that the endplates were first fitted to.
    """

    grid: LocalGrid
    inside: BoolArray
    wall: PolynomialSurface
    front: PolynomialSurface
    superior: Endplate
    inferior: Endplate
    top: BoundaryPoints
    bottom: BoundaryPoints


@dataclass(frozen=True, eq=False)
class Vertebra:
    """One vertebra.

    Parameters
    ----------
    level : Level
    mask : LabelMap
        The vertebra, cropped, 0 and 1.
    frame : Frame
        Origin at the body's centre; the superior axis halves the angle between the endplates.
    canal_point : ndarray, shape (3,)
        A world point inside the canal at the height of the body's centre.
    ring_closed : bool
        Whether bone closes the canal all around in the view along the superior axis.
    body : Body or None
        None where no body could be found (C1, C2, a fragment).
    canal : CanalRing or None
    cut : bool
        Whether part of the body is missing: it reaches the border of the image, or the label holds a fragment. An
        endplate or wall may then be no bone's end, and nothing of the body is measured.
    flags : tuple of str
        What makes this vertebra doubtful, in plain words.
    confidence : float
        0 to 1.
    """

    level: Level
    mask: LabelMap
    frame: Frame
    canal_point: FloatArray
    ring_closed: bool
    body: Body | None = None
    canal: CanalRing | None = None
    cut: bool = False
    flags: tuple[str, ...] = ()
    confidence: float = 1.0

    @cached_property
    def body_mask(self) -> BoolArray:
        """The body's voxels on the grid of `mask`."""
        voxels = np.argwhere(self.mask.array)
        front = np.zeros(self.mask.shape, dtype=bool)
        if self.body is None:
            return front
        local = self.frame.local(self.mask.world_from_voxel(voxels))
        ahead = local[:, 1] >= self.body.wall(local[:, 0], local[:, 2])
        front[tuple(voxels[ahead].T)] = True
        return front

    @cached_property
    def arch_mask(self) -> BoolArray:
        """The posterior arch's voxels on the grid of `mask`: all that is not body."""
        return np.asarray((self.mask.array > 0) & ~self.body_mask)


def build_vertebra(level: Level, mask: LabelMap, start: Frame) -> Vertebra:
    """Find a vertebra's axes, body, endplates and posterior wall.

    Parameters
    ----------
    level : Level
    mask : LabelMap
        One vertebra, cropped, 0 and 1.
    start : Frame
        First axes, from `corduroy.anatomy.orient.first_frame`; may be 25 degrees off.

    Raises
    ------
    ValueError
        If the mask holds no body with two endplates.
    """
    frame = start
    outline = outline_points(mask)
    for turn in range(_MAX_TURNS):
        found = _look(mask, outline, frame, np.full(3, _COARSE_MM), axes_known=turn >= _TURNS_TO_KNOW)
        turned = _turned(frame, found, level)
        still = np.degrees(np.arccos(np.clip(np.diag(turned.axes.T @ frame.axes).min(), -1, 1))) < _STILL_DEG
        frame = turned
        if still and turn >= _TURNS_TO_KNOW:
            break
    found = _look(mask, outline, frame, np.full(3, _FINE_MM), axes_known=True)
    centres = VoxelCentres.around(found.inside, mask, found.grid)
    superior, inferior = fit_endplates(centres, found.grid, found.top, found.bottom)
    wall = found.wall.refined(centres, found.grid, outward=-1)
    front = anterior_wall(found.grid, found.inside).refined(centres, found.grid, outward=1)
    body = Body(found.grid, found.inside, wall, front, superior, inferior, found.top, found.bottom)
    canal_point = frame.world([found.canal[0], found.canal[1], 0.0])
    flags = () if found.closed else ("the bony ring around the canal is open",)
    return Vertebra(level, mask, frame, canal_point, found.closed, body, flags=flags)


@dataclass(frozen=True, eq=False)
class _View:
    """What is seen of a vertebra along trial axes."""

    grid: LocalGrid
    canal: FloatArray
    closed: bool
    wall: Wall
    top: BoundaryPoints
    bottom: BoundaryPoints
    inside: BoolArray


def _look(mask: LabelMap, outline: FloatArray, frame: Frame, step: FloatArray, axes_known: bool) -> _View:
    lower, upper = bounds_in(outline, frame, float(mask.spacing.max()))
    reach = np.array([_BODY_REACH_MM, _BODY_REACH_MM, _BODY_HALF_HEIGHT_MM])
    lower = np.maximum(lower, -reach * [1, 2, 1]) - step
    upper = np.minimum(upper, reach) + step
    grid = sample_along(mask, frame, lower, upper, step)
    found = foramen_centre(grid, _BODY_REACH_MM / 2)
    centre, area = found if found is not None else (gap_behind_body(grid), _OPEN_RING_AREA_MM2)
    wall = posterior_wall(grid, centre, area, axes_known)
    inside = body_inside(grid, wall.surface)
    top, bottom = body_boundary(grid, inside, wall.surface, _RIM_MM)
    return _View(grid, centre, found is not None, wall, top, bottom, inside)


def _turned(frame: Frame, view: _View, level: Level) -> Frame:
    """The frame moved to the body's centre and turned to its endplates and its canal."""
    top, bottom = view.top, view.bottom
    normal = plane_normal(top.x, top.y, top.z)
    if level.region != "sacral":
        normal = normal + plane_normal(bottom.x, bottom.y, bottom.z)
    tall = view.inside.sum(axis=2, dtype=np.float64)
    x, y = view.grid.x, view.grid.y[tall.any(axis=0)]
    # By the columns' heights: the root of a process on one side is low and hardly draws the centre to itself.
    middle = float(tall.sum(axis=1) @ x / tall.sum())
    centre = np.array([middle, y[[0, -1]].mean(), (np.median(top.z) + np.median(bottom.z)) / 2])
    forward = np.array([centre[0] - view.canal[0], centre[1] - view.canal[1], 0.0])
    return Frame.from_directions(frame.world(centre), frame.axes @ normal, frame.axes @ forward)
