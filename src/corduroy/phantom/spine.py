"""The bones of a synthetic spine as one set of solids that do not touch each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.anatomy.level import Level
from corduroy.phantom.points import Where
from corduroy.phantom.shapes import FAR_MM, Array, Bounds
from corduroy.phantom.stack import Disc
from corduroy.phantom.vertebra import PhantomVertebra

_JOINT_GAP_MM = 1.5  # facet joints, author's choice
_RIB_GAP_MM = 1.5  # costovertebral joints, author's choice

# Ids as in the VerSe data sets.
_VERSE_IDS = {
    **{level: level.position + 1 for level in list(Level)[:19]},
    Level.T13: 28,
    **{Level(f"L{n}"): 19 + n for n in range(1, 7)},
    Level.S1: 26,
}


@dataclass(frozen=True, eq=False)
class PhantomSpine:
    """Vertebrae, cranial to caudal, and the discs between them.

    Parameters
    ----------
    vertebrae : tuple of PhantomVertebra
    discs : tuple of Disc
        ``discs[i]`` lies below ``vertebrae[i]``.
    pose : Frame
        The patient's axes in the world.
    """

    vertebrae: tuple[PhantomVertebra, ...]
    discs: tuple[Disc, ...]
    pose: Frame

    @cached_property
    def index(self) -> dict[Level, int]:
        """Place of each level."""
        return {v.level: i for i, v in enumerate(self.vertebrae)}

    @staticmethod
    def label(level: Level) -> int:
        """VerSe id of a level."""
        return _VERSE_IDS[level]

    def bone(self, where: Where, index: int) -> tuple[Array, Array]:
        """Distances to the front (body) and the back (arch) of one vertebra, joints and canals cut out."""
        vertebra = self.vertebrae[index]
        back = vertebra.back(where)
        for other in self.neighbours(index):
            back = np.maximum(back, -where.union(other.frame, (other.passage,)))
        if index + 1 < len(self.vertebrae):
            lower = self.vertebrae[index + 1]
            below = np.minimum(lower.front(where), lower.back(where))
            back = np.maximum(back, _JOINT_GAP_MM - below)
        return vertebra.front(where), back

    def ribs(self, where: Where, index: int) -> Array:
        """Distance to the ribs of one vertebra, joints cut out."""
        vertebra = self.vertebrae[index]
        field = where.union(vertebra.frame, vertebra.ribs)
        if not vertebra.ribs:
            return field
        for near in range(max(index - 1, 0), min(index + 2, len(self.vertebrae))):
            front, back = self.bone(where, near)
            field = np.maximum(field, _RIB_GAP_MM - np.minimum(front, back))
        return field

    def disc(self, where: Where, index: int) -> Array:
        """Distance to the disc below a vertebra."""
        upper, lower = self.vertebrae[index], self.vertebrae[index + 1]
        x, y, z = where.local(upper.frame)
        depth_below = z - upper.body.surfaces(x, y)[1]
        wall = upper.body.wall_distance(x, y, np.ones_like(x))
        x, y, z = where.local(lower.frame)
        height_above = lower.body.surfaces(x, y)[0] - z
        wall = np.maximum(wall, lower.body.wall_distance(x, y, np.ones_like(x)))
        return np.asarray(np.maximum(np.maximum(depth_below, height_above), wall))

    def neighbours(self, index: int) -> list[PhantomVertebra]:
        """The vertebrae above and below, where there are any."""
        return [self.vertebrae[i] for i in (index - 1, index + 1) if 0 <= i < len(self.vertebrae)]

    def vertebra_bounds(self, index: int) -> Bounds:
        """Box around the bone of a vertebra in its own frame."""
        vertebra = self.vertebrae[index]
        shapes = [vertebra.body, *vertebra.arch, *((vertebra.fragment,) if vertebra.fragment else ())]
        return join_bounds([shape.bounds for shape in shapes])

    def world_corners(self) -> FloatArray:
        """Lowest and highest world coordinates of all vertebrae, shape (2, 3)."""
        corners = []
        for index, vertebra in enumerate(self.vertebrae):
            low, high = np.array(self.vertebra_bounds(index))
            cube = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
            corners.append(vertebra.frame.world(cube))
        points = np.concatenate(corners)
        return np.array([points.min(axis=0), points.max(axis=0)])


def join_bounds(boxes: list[Bounds]) -> Bounds:
    """The box around boxes; a point far away if there are none."""
    if not boxes:
        return (FAR_MM, FAR_MM, FAR_MM), (FAR_MM, FAR_MM, FAR_MM)
    low = np.min([b[0] for b in boxes], axis=0).tolist()
    high = np.max([b[1] for b in boxes], axis=0).tolist()
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
