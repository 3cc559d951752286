"""The plane geometry of six points: which way is anterior, heights, angles, and checks of the names."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, PointsError
from corduroy.morphometry.readings import PointReading

PLACES = {"anterior": "ant", "middle": "mid", "posterior": "post"}

# Author's choice: a slice is flat, so more than this much depth between points means several slices or a wrong point.
_OUT_OF_PLANE_MM = 3.0

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlaneVertebra:
    """One vertebra's six points in the image plane, in mm of the image (not corrected for magnification).

    Parameters
    ----------
    level : Level
    points : dict of str to ndarray, shape (2,)
        Named as in `POINT_NAMES`.
    """

    level: Level
    points: dict[str, Vector]

    def height(self, position: str) -> float:
        """Distance between the superior and the inferior point, mm of the image."""
        place = PLACES[position]
        return float(np.linalg.norm(self.points[f"sup_{place}"] - self.points[f"inf_{place}"]))

    def endplate(self, which: str) -> Vector:
        """From the posterior to the anterior rim of the ``"sup"`` or ``"inf"`` endplate.

        The middle point lies in the concavity and has no part in the endplate's direction.
        """
        return self.points[f"{which}_ant"] - self.points[f"{which}_post"]

    @property
    def anterior(self) -> Vector:
        """Forward direction, from the names of the points alone."""
        return self.endplate("sup") + self.endplate("inf")

    @property
    def superior(self) -> Vector:
        """Upward direction, from the names of the points alone."""
        return sum(
            (self.points[f"sup_{place}"] - self.points[f"inf_{place}"] for place in PLACES.values()),
            np.zeros(2),
        )

    @property
    def centre(self) -> Vector:
        """Mean of the six points."""
        return np.asarray(np.mean(list(self.points.values()), axis=0))


@dataclass(frozen=True, eq=False)
class PlaneSpine:
    """The vertebrae of one reading in one plane, from cranial to caudal.

    Parameters
    ----------
    vertebrae : tuple of PlaneVertebra
    handedness : {1, -1}
        1 if anterior turns into superior counter-clockwise, -1 if the image is mirrored.
    """

    vertebrae: tuple[PlaneVertebra, ...]
    handedness: int

    def kyphosis_deg(self, upper: Vector, lower: Vector) -> float:
        """Angle between two endplates of `PlaneVertebra.endplate`, positive where they converge anteriorly."""
        return self.handedness * float(np.degrees(np.arctan2(_cross(upper, lower), upper @ lower)))


def plane_spine(reading: PointReading) -> PlaneSpine:
    """The reading in its plane, with the names of its points checked against each other.

    Raises
    ------
    PointsError
        If the names contradict the places: endplates swapped, anterior and posterior swapped, crossing points, or
        levels out of order. The message names the vertebra.

    Warns
    -----
    DoubtWarning
        If points of a scan do not lie in one sagittal plane.
    """
    vertebrae = _flattened(reading)
    turns = {vertebra.level: _cross(vertebra.anterior, vertebra.superior) for vertebra in vertebrae}
    handedness = 1 if np.median(list(turns.values())) > 0 else -1
    for vertebra in vertebrae:
        if turns[vertebra.level] * handedness <= 0:
            raise _swapped(vertebra, "its endplates or its rims are the other way round than in the others")
        _check_corners(vertebra)
    for upper, lower in pairwise(vertebrae):
        _check_order(upper, lower)
    return PlaneSpine(vertebrae, handedness)


def _flattened(reading: PointReading) -> tuple[PlaneVertebra, ...]:
    groups = {level: reading.points[level] for level in reading.levels}
    if next(iter(next(iter(groups.values())).values())).shape == (2,):
        return tuple(PlaneVertebra(level, group) for level, group in groups.items())
    axes, depth = _common_plane(list(groups.values()))
    if depth > _OUT_OF_PLANE_MM:
        warnings.warn(
            f"{reading.source or 'the reading'}: points of one vertebra lie up to {depth:.1f} mm out of a common "
            "plane; heights and angles are taken in that plane",
            DoubtWarning,
            stacklevel=3,
        )
    return tuple(
        PlaneVertebra(level, {name: point @ axes for name, point in group.items()}) for level, group in groups.items()
    )


def _common_plane(groups: list[dict[str, Vector]]) -> tuple[Vector, float]:
    """Axes, shape (3, 2), of the plane that all vertebrae share but for a shift, and the largest distance from it.

    A reader steps from slice to slice down a scoliotic spine, so each vertebra is centred first.
    """
    centred = np.concatenate([np.array(list(g.values())) - np.mean(list(g.values()), axis=0) for g in groups])
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return directions[:2].T, float(np.abs(centred @ directions[2]).max())


def _check_corners(vertebra: PlaneVertebra) -> None:
    for which in ("sup", "inf"):
        if vertebra.endplate(which) @ vertebra.anterior <= 0:
            raise _swapped(vertebra, f"{which}_ant lies behind {which}_post")
    for place in PLACES.values():
        if (vertebra.points[f"sup_{place}"] - vertebra.points[f"inf_{place}"]) @ vertebra.superior <= 0:
            raise _swapped(vertebra, f"sup_{place} lies below inf_{place}")


def _check_order(upper: PlaneVertebra, lower: PlaneVertebra) -> None:
    upward = upper.superior + lower.superior
    if (upper.centre - lower.centre) @ upward <= 0 or upper.anterior @ lower.anterior <= 0:
        raise PointsError(
            f"{upper.level} does not lie above {lower.level}, or they face opposite ways",
            "levels from cranial to caudal that all face anteriorly",
            "check the labels of both",
        )


def _swapped(vertebra: PlaneVertebra, what: str) -> PointsError:
    return PointsError(
        f"the points of {vertebra.level} contradict their names: {what}",
        "sup above inf, ant before post",
        f"check the labels of {vertebra.level}",
    )


def _cross(first: Vector, second: Vector) -> float:
    return float(first[0] * second[1] - first[1] * second[0])
