"""Endplates of a label map moved to where the CT's grey values show them, where they show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from corduroy.anatomy.endplates import Endplate
from corduroy.anatomy.grey_edge import GreyFit, fit_edge
from corduroy.anatomy.grey_voxels import disc_too_thin, voxel_along, voxels_beside
from corduroy.anatomy.level import Level
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.imaging.volume import LabelMap, Volume

Side = Literal["superior", "inferior"]
Vertebrae = dict[Level, Vertebra]

# All author's choice.
WORTHWHILE_MM = 0.5  # with smaller voxels the mask's own steps are finer than the blur
_LEAST_CLEAR, _LEAST_CLEAR_SHARE = 60, 0.5
_LEAST_KEPT = 0.85
_LEAST_CONTRAST = 1.5  # grey values' change over one voxel, against their noise
_FARTHEST_VOXELS = 1.0
_FARTHEST_AT_PERCENT = 97.5
_MARGIN_MM = (-0.6, 1.5)
_MOST_NOISE = 2.0  # against the median of the scan's endplates
_LEAST_TRIED = 4
_LARGEST_OFFSET_VOXELS = 0.75
_NOT_USED = "endplates are taken from the label map alone: "


@dataclass(frozen=True)
class _Placed:
    """What became of one endplate that the grey values could show."""

    level: Level
    side: Side
    step_mm: float
    fit: GreyFit
    accepted: bool


def with_grey_endplates(
    vertebrae: Vertebrae, ct: Volume, labels: LabelMap, numbers: Mapping[Level, int]
) -> tuple[Vertebrae, tuple[str, ...]]:
    """Place the endplates on a CT's grey values.

    Parameters
    ----------
    vertebrae : dict of Level to Vertebra
        As found in the label map, cranial to caudal.
    ct : Volume
        Hounsfield units, on any grid.
    labels : LabelMap
    numbers : mapping of Level to int
        The vertebrae's labels.

    Returns
    -------
    vertebrae : dict of Level to Vertebra
        Those endplates that show clearly replaced, the others as they were.
    warnings : tuple of str
        Why nothing was moved, where grey values and labels contradict each other throughout.

    Notes
    -----
    An endplate stays where the mask has it if its disc is too thin to be seen unmixed; if air, metal or cement fill
    half of its surroundings; if the grey values hardly change across it, scatter twice as far as about the scan's
    other endplates, or are not those of a shell; or if the two surfaces part by more than a voxel. Both endplates of a
    vertebra move or neither: nearly parallel plates have like steps in the mask, whose errors cancel in an angle and
    would not if one plate had none.

    When this misleads: a disc that is calcified along a part of the endplate pulls the surface there, by less than a
    voxel.
    """
    if float(ct.spacing.max()) <= WORTHWHILE_MM:
        return vertebrae, ()
    placed = [
        found
        for level, vertebra in vertebrae.items()
        for side in _sides(vertebra)
        if (found := _placed(vertebrae, level, side, ct, labels, numbers[level])) is not None
    ]
    placed = _without_noisy(placed)
    problem = _contradiction(placed)
    if problem is not None:
        return vertebrae, (_NOT_USED + problem,)
    moved = dict(vertebrae)
    for level, vertebra in vertebrae.items():
        accepted = [one for one in placed if one.level == level and one.accepted]
        if accepted and len(accepted) == len(_sides(vertebra)):
            for one in accepted:
                moved[level] = _with_surface(moved[level], one)
    return moved, ()


def _sides(vertebra: Vertebra) -> tuple[Side, ...]:
    if vertebra.body is None or vertebra.cut:
        return ()
    return ("superior",) if vertebra.level.region == "sacral" else ("superior", "inferior")


def _placed(
    vertebrae: Vertebrae, level: Level, side: Side, ct: Volume, labels: LabelMap, number: int
) -> _Placed | None:
    """The endplate on grey values, None where too little of its surroundings is seen."""
    body = vertebrae[level].body
    assert body is not None  # or it has no sides
    plate = _plate(body, side)
    points = body.top if side == "superior" else body.bottom
    facing = _facing(vertebrae, level, side)
    if facing is not None and disc_too_thin(plate, points, facing, ct):
        return None
    voxels = voxels_beside(plate, points, body.grid, ct, labels, number, facing)
    clear, seen = np.count_nonzero(voxels.clear), np.count_nonzero(voxels.of_ct)
    if clear < max(_LEAST_CLEAR, _LEAST_CLEAR_SHARE * seen):
        return None
    step = voxel_along(ct, plate)
    fit = fit_edge(plate.surface, voxels, step, voxel_along(labels, plate))
    moved = np.abs(fit.surface(points.x, points.y) - plate.z(points.x, points.y))
    accepted = (
        fit.kept >= _LEAST_KEPT
        and fit.slope_hu_mm * step >= _LEAST_CONTRAST * fit.noise_hu
        and _MARGIN_MM[0] <= fit.margin_mm <= _MARGIN_MM[1]
        and float(np.percentile(moved, _FARTHEST_AT_PERCENT)) <= _FARTHEST_VOXELS * step
    )
    return _Placed(level, side, step, fit, accepted)


def _facing(vertebrae: Vertebrae, level: Level, side: Side) -> Endplate | None:
    """The endplate on the other side of the disc, where that vertebra is in view."""
    order, step = list(vertebrae), -1 if side == "superior" else 1
    place = order.index(level) + step
    if not 0 <= place < len(order):
        return None
    above, below = sorted((level, order[place]), key=order.index)
    body = vertebrae[order[place]].body
    if body is None or not above.is_next_above(below, set(vertebrae)):
        return None
    return _plate(body, "inferior" if side == "superior" else "superior")


def _plate(body: Body, side: Side) -> Endplate:
    return body.superior if side == "superior" else body.inferior


def _without_noisy(placed: list[_Placed]) -> list[_Placed]:
    """Give up endplates about which grey values scatter far more than about the scan's others."""
    if not placed:
        return placed
    most = _MOST_NOISE * float(np.median([one.fit.noise_hu for one in placed]))
    return [replace(one, accepted=one.accepted and one.fit.noise_hu <= most) for one in placed]


def _contradiction(placed: list[_Placed]) -> str | None:
    """In words, how the grey values of a whole scan contradict its labels."""
    if len(placed) < _LEAST_TRIED:
        return None
    good = [one for one in placed if one.accepted]
    if 2 * len(good) < len(placed):
        return f"the CT shows only {len(good)} of {len(placed)} where the label map has them"
    margins = {side: [one.fit.margin_mm for one in good if one.side == side] for side in ("superior", "inferior")}
    if not all(margins.values()):
        return None
    above, below = (float(np.median(margins[side])) for side in ("superior", "inferior"))
    if abs(above - below) / 2 > _LARGEST_OFFSET_VOXELS * float(np.median([one.step_mm for one in good])):
        return (
            f"the label map lies {abs(above - below) / 2:.1f} mm too far {'up' if above > below else 'down'} on the CT"
        )
    return None


def _with_surface(vertebra: Vertebra, placed: _Placed) -> Vertebra:
    assert vertebra.body is not None
    plate = replace(_plate(vertebra.body, placed.side), surface=placed.fit.surface, edge="grey values")
    body = (
        replace(vertebra.body, superior=plate) if placed.side == "superior" else replace(vertebra.body, inferior=plate)
    )
    return replace(vertebra, body=body)
