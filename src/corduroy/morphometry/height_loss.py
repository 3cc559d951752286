"""Height loss against the neighbours, or the growth curve where there are none, and the grade it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import MeasurementError
from corduroy.morphometry.growth import (
    RESIDUAL_CV,
    PatientScale,
    Position,
    expected_growth,
    fit_patient_scale,
    has_curve,
    reference_from_curve,
)
from corduroy.morphometry.results import GRADE_MAY_BE_NONE, GRADE_UNCERTAIN, Deformity
from corduroy.provenance import Z95, Measured
from corduroy.scales.genant import GenantGrade, deformity_kind, genant_grade

HeightGroup = dict[str, Measured | None]

POSITIONS: tuple[Position, ...] = ("anterior", "middle", "posterior")

# How far a loss is to be trusted with its reference; author's choice.
_TRUST = {"neighbours": 1.0, "one_neighbour": 0.8, "growth_curve": 0.6, "none": 0.3}
_FLAGS: dict[str, tuple[str, ...]] = {
    "neighbours": (),
    "one_neighbour": ("height reference from one neighbour only",),
    "growth_curve": ("height reference from the growth curve",),
    "none": ("no height reference",),
}


@dataclass(frozen=True)
class Loss:
    """Loss of height of one vertebra, with the reference it stands on.

    Parameters
    ----------
    reference, loss : dict of position to Measured or None
        mm; percent of the reference.
    score : float or None
        The greatest loss, percent.
    grade : GenantGrade or None
    deformity : {"none", "wedge", "biconcave", "crush"} or None
    trust : float
        0 to 1, by the kind of reference.
    flags : tuple of str
        Empty with two intact neighbours; otherwise which reference had to do.
    grade_doubt : tuple of str
        Flag of a grade that the interval of the greatest loss does not bear out.
    """

    reference: HeightGroup
    loss: HeightGroup
    score: float | None
    grade: GenantGrade | None
    deformity: Deformity | None
    trust: float
    flags: tuple[str, ...] = ()
    grade_doubt: tuple[str, ...] = ()


def doubt_of_grade(percent: float, uncertainty: float) -> tuple[str, ...]:
    """The flag of a grade whose 95 % interval reaches into another; none where it does not."""
    lowest, highest = genant_grade(percent - uncertainty), genant_grade(min(percent + uncertainty, 100.0))
    if lowest == highest:
        return ()
    return (GRADE_MAY_BE_NONE if lowest == 0 < genant_grade(percent) else GRADE_UNCERTAIN,)


def height_losses(heights: Mapping[Level, HeightGroup], fractured: Collection[Level] = ()) -> dict[Level, Loss]:
    """Losses of all vertebrae of one spine.

    Parameters
    ----------
    heights : mapping of Level to mapping of position to Measured or None
    fractured : collection of Level
        Vertebrae known to be deformed; they serve as nobody's reference.

    Returns
    -------
    dict of Level to Loss

    Notes
    -----
    Loss = ``[(A1 + A2) - 2 A0] / (A1 + A2) * 100``, A1 and A2 the same height of the vertebrae next above and below
    (10.1371/journal.pone.0135735, figure 1). A neighbour that lies more than 15 % below the patient's own growth
    curve is taken as fractured and does not serve. With one neighbour left, its height times the expected growth to
    this level is the reference; with none, the scaled curve (see `corduroy.morphometry.growth`).

    The uncertainty of a loss against two neighbours is that of the measurement alone; against one neighbour or the
    curve it includes the spread of healthy vertebrae, because that reference is an estimate.
    """
    scale = _scale_or_none(heights)
    unfit = set(fractured) | (set(scale.left_out) if scale else set())
    return {level: _loss(level, heights, unfit, scale) for level in heights}


def _scale_or_none(heights: Mapping[Level, HeightGroup]) -> PatientScale | None:
    try:
        return fit_patient_scale(heights)
    except MeasurementError:  # only cervical vertebrae: neighbours alone must do
        return None


def _loss(
    level: Level, heights: Mapping[Level, HeightGroup], fractured: set[Level], scale: PatientScale | None
) -> Loss:
    kind, reference = _reference(level, heights, fractured, scale)
    group = heights[level]
    loss: HeightGroup = {p: _relative_loss(group.get(p), reference.get(p)) for p in POSITIONS}
    known = [measured for measured in loss.values() if measured is not None]
    if len(known) < len(POSITIONS):
        return Loss(reference, loss, None, None, None, _TRUST["none"], _FLAGS["none"])
    worst = max(known, key=lambda measured: measured.value)
    return Loss(
        reference=reference,
        loss=loss,
        score=worst.value,
        grade=genant_grade(worst.value),
        deformity=deformity_kind(*(measured.value for measured in known)),
        trust=_TRUST[kind],
        flags=_FLAGS[kind],
        grade_doubt=doubt_of_grade(worst.value, worst.uncertainty),
    )


def _reference(
    level: Level, heights: Mapping[Level, HeightGroup], fractured: set[Level], scale: PatientScale | None
) -> tuple[str, HeightGroup]:
    neighbours = [n for n in _neighbours(level, set(heights)) if n not in fractured]
    if len(neighbours) == 2:
        above, below = (heights[n] for n in neighbours)
        return "neighbours", {p: _mean(above.get(p), below.get(p)) for p in POSITIONS}
    if neighbours:
        group = heights[neighbours[0]]
        return "one_neighbour", {p: _grown(group.get(p), neighbours[0], level, p) for p in POSITIONS}
    if scale is not None and has_curve(level) and set(scale.used) - {level}:
        curve = reference_from_curve(level, scale)
        return "growth_curve", {p: _like(curve[p], heights[level].get(p)) for p in POSITIONS}
    return "none", dict.fromkeys(POSITIONS)


def _neighbours(level: Level, present: set[Level]) -> list[Level]:
    """The next vertebra above and the next below, where they are present."""
    above = [upper for upper in present if upper.is_next_above(level, present)]
    below = [lower for lower in present if level.is_next_above(lower, present)]
    # T13 and L6 lie between: of several, the nearest is the neighbour.
    return sorted(above, key=lambda v: -v.position)[:1] + sorted(below, key=lambda v: v.position)[:1]


def _mean(above: Measured | None, below: Measured | None) -> Measured | None:
    if above is None or below is None:
        return None
    return replace(
        above,
        value=(above.value + below.value) / 2.0,
        uncertainty=float(np.hypot(above.uncertainty, below.uncertainty)) / 2.0,
        method="mean of the neighbours above and below",
    )


def _grown(neighbour: Measured | None, source: Level, level: Level, position: Position) -> Measured | None:
    if neighbour is None:
        return None
    factor = expected_growth(source, level, position) if has_curve(source) and has_curve(level) else 1.0
    value = neighbour.value * factor
    spread = Z95 * np.sqrt(2.0) * RESIDUAL_CV * value
    return replace(
        neighbour,
        value=value,
        uncertainty=float(np.hypot(neighbour.uncertainty * factor, spread)),
        method=f"height of {source} and its expected growth",
    )


def _like(curve: Measured, measured: Measured | None) -> Measured:
    """A height of the curve that bears the origin of the heights which scaled it."""
    if measured is None:
        return curve
    return replace(measured, value=curve.value, uncertainty=curve.uncertainty, method=curve.method)


def _relative_loss(height: Measured | None, reference: Measured | None) -> Measured | None:
    if height is None or reference is None:
        return None
    fraction = height.value / reference.value
    spread = 100.0 * float(np.hypot(height.uncertainty, fraction * reference.uncertainty)) / reference.value
    return replace(
        height,
        value=100.0 * (1.0 - fraction),
        unit="%",
        uncertainty=spread,
        method=f"height loss against {reference.method}",
    )
