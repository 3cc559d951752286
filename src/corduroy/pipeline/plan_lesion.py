"""Which vertebra a plan is for, and its lesion: as a person painted it, or as the grey values show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import GeometryError, MeasurementError, PlanError
from corduroy.imaging import read_labels, resample_like
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.lesion import Baseline, Delineation, LesionFindings, as_painted, characterise, delineate
from corduroy.morphometry.results import SpineMeasurement
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.plan import require_body

Point = tuple[float, float, float]

_FRACTURED_FROM_GRADE = 2
_LEAST_OTHERS = 2
_COMPARED_LEVELS = 5  # as far as `Baseline` itself looks
_NO_CT = "not computed: no lesion mask, and no CT to find the lesion in"
_OUTSIDE_UNKNOWN = (
    "Parts of the lesion outside the bone are not known from one phase of CT: give a contrasted one (--contrast), "
    "paint them, or look at the MRI."
)


@dataclass(frozen=True)
class LesionRequest:
    """What the user says of level and lesion.

    Parameters
    ----------
    level : Level or None
    mask : Path or None
        A painted or edited mask, taken as it is.
    seed_mm : tuple of 3 floats or None
        World RAS+ of a point in the lesion.
    contrasted : Volume or None
        A phase with contrast, on any grid.
    """

    level: Level | None = None
    mask: Path | None = None
    seed_mm: Point | None = None
    contrasted: Volume | None = None


@dataclass(frozen=True, eq=False)
class PlannedLesion:
    """The lesion of a plan, as far as it is known.

    Parameters
    ----------
    level : Level
    mask : LesionMask or None
    findings : LesionFindings or None
    delineation : Delineation or None
        As the software found it; None for a painted mask.
    doubts : tuple of str
        What a person must know: a level that nobody named, a border that nobody drew.
    why_no_mask, why_no_findings : str
    """

    level: Level
    mask: LesionMask | None = None
    findings: LesionFindings | None = None
    delineation: Delineation | None = None
    doubts: tuple[str, ...] = ()
    why_no_mask: str = ""
    why_no_findings: str = ""


def find_lesion(spine: Spine, request: LesionRequest, measured: Callable[[], SpineMeasurement]) -> PlannedLesion:
    """Settle level and lesion of a plan.

    Parameters
    ----------
    spine : Spine
        With its CT, where the lesion is to be found or described.
    request : LesionRequest
    measured : callable
        Gives the measurement; asked only if the level has to be told by a fracture.

    Raises
    ------
    PlanError
        If no level can be told, or the level is not in view, or the mask is not of it.
    SettingsError
        If the seed lies outside the vertebra.

    Notes
    -----
    The level is the one that was named; else the vertebra of the mask or the seed; else the only one in which a lesion
    is found; else the only fractured one. All but the first come with a doubt.
    """
    if request.mask is not None and request.seed_mm is not None:
        raise PlanError("a lesion mask and a seed", "one of them", "leave --lesion or --seed out")
    ct = spine.ct
    contrasted = None if ct is None or request.contrasted is None else _on(ct, request.contrasted)
    painted = None if request.mask is None else read_labels(request.mask)
    level = request.level
    doubts: tuple[str, ...] = ()
    if level is None:
        level, doubts = _told_by_lesion(spine, painted, request.seed_mm)
    if level is None:
        level, doubts = _fractured(measured())
    require_body(spine, level)
    baseline = None if ct is None else Baseline.of(ct, spine, _near(spine, level))
    if painted is not None:
        return _painted(spine, level, painted, baseline, contrasted, doubts)
    if ct is None or baseline is None:
        return PlannedLesion(level, doubts=doubts, why_no_mask=_NO_CT)
    return _found(level, request.seed_mm, baseline, contrasted, doubts)


def _told_by_lesion(
    spine: Spine, painted: LabelMap | None, seed_mm: Point | None
) -> tuple[Level | None, tuple[str, ...]]:
    """The level that the mask or the seed lies in, or in which alone a lesion is found; and the doubt with it."""
    if painted is not None:
        held = _holding(spine, painted.world_from_voxel(np.argwhere(painted.array > 0)), painted.name)
        return held, (f"The level was not named: {held} holds most of the lesion mask.",)
    if seed_mm is not None:
        held = _holding(spine, np.array([seed_mm]), "the seed")
        return held, (f"The level was not named: {held} holds the seed.",)
    found = () if spine.ct is None else _levels_with_lesion(spine, Baseline.of(spine.ct, spine))
    if len(found) > 1:
        raise PlanError(
            f"no level was named, and {', '.join(found)} look as if they held a lesion", "one level", "name it: --level"
        )
    if not found:
        return None, ()
    return found[0], (f"The level was not named: {found[0]} is the only vertebra in which a lesion was found.",)


def _near(spine: Spine, level: Level) -> list[Level]:
    """The levels that a lesion of one is compared with."""
    return [each for each in spine.levels if abs(each.position - level.position) <= _COMPARED_LEVELS]


def _levels_with_lesion(spine: Spine, baseline: Baseline) -> tuple[Level, ...]:
    """Every vertebra that can be compared with others and looks as if it held a lesion."""
    found = []
    for level in baseline.features:
        try:
            if delineate(baseline.ct, spine, level, baseline=baseline).found:
                found.append(level)
        except MeasurementError:
            continue  # nothing to compare with: not known, and the plan says so once its level is named
    return tuple(found)


def _holding(spine: Spine, points: np.ndarray, name: str) -> Level:
    numbers = spine.labels.sample(points, order=0).astype(int)
    counts = {level: int((numbers == number).sum()) for number, level in spine.scheme.levels.items()}
    level = max(counts, key=lambda each: counts[each])
    if counts[level] == 0:
        raise PlanError(f"{name} meets no vertebra", "a place in a vertebra of this scan", "check the file")
    return level


def _fractured(measurement: SpineMeasurement) -> tuple[Level, tuple[str, ...]]:
    """The only fractured vertebra, and the doubt that comes with a level that nobody named."""
    broken = [v.level for v in measurement.vertebrae if (v.genant_grade or 0) >= _FRACTURED_FROM_GRADE]
    if len(broken) == 1:
        return broken[0], (f"The level was not named: {broken[0]} is the only fractured vertebra.",)
    raise PlanError(
        f"no level was named, no lesion told it, and {len(broken)} vertebrae are fractured",
        "a level",
        "name it: --level, or level in case.yaml, or --lesion",
    )


def _painted(
    spine: Spine,
    level: Level,
    painted: LabelMap,
    baseline: Baseline | None,
    contrasted: Volume | None,
    doubts: tuple[str, ...],
) -> PlannedLesion:
    """A person's mask as it is, and what its grey values say."""
    mask = LesionMask.parted(painted, spine, level)
    if baseline is None:
        return PlannedLesion(level, mask, doubts=doubts, why_no_findings="not computed: no CT")
    findings, why = _described(as_painted(baseline.ct, spine, level, painted), baseline, contrasted)
    seen = _doubt_of_being_one(level, "was painted", findings)
    return PlannedLesion(level, mask, findings, doubts=(*seen, *doubts), why_no_findings=why)


def _found(
    level: Level, seed_mm: Point | None, baseline: Baseline, contrasted: Volume | None, doubts: tuple[str, ...]
) -> PlannedLesion:
    """The lesion as the grey values show it."""
    try:
        delineation = delineate(baseline.ct, baseline.spine, level, seed=seed_mm, baseline=baseline)
    except MeasurementError as error:
        return PlannedLesion(level, doubts=doubts, why_no_mask=f"not computed: {error}")
    if not delineation.found:
        why = f"not computed: {level} looks like its neighbours; paint the lesion (--lesion) or name a point (--seed)"
        return PlannedLesion(level, doubts=doubts, why_no_mask=why)
    findings, why = _described(delineation, baseline, contrasted)
    if findings is None:
        return PlannedLesion(level, doubts=doubts, why_no_mask=why)
    drawn = f"The lesion was delineated by the software ({delineation.how}): look at its border, edit it, give it back."
    mask = LesionMask.found(delineation, findings)
    outside = () if mask.outside_known else (_OUTSIDE_UNKNOWN,)
    seen = _doubt_of_being_one(level, f"was delineated {delineation.how}", findings)
    return PlannedLesion(level, mask, findings, delineation, (*seen, *doubts, drawn, *outside))


def _doubt_of_being_one(level: Level, how: str, findings: LesionFindings | None) -> tuple[str, ...]:
    """The first thing to know of a plan: that what somebody pointed at looks like intact bone, or was not compared."""
    if findings is None or findings.differs:
        return ()
    if findings.differs is None:
        return (f"{level}: what {how} was not compared with intact bone: too little of it lies inside the body.",)
    return (
        f"NO LESION IS SEEN HERE: what {how} in {level} does not differ from the patient's intact vertebrae by more "
        "than these differ among themselves. All that follows is for the place that was named, not for a lesion that "
        "was seen; how hemangioma-like it is means nothing and is not given.",
    )


def _described(
    delineation: Delineation, baseline: Baseline, contrasted: Volume | None
) -> tuple[LesionFindings | None, str]:
    """What the grey values say of a lesion, or why they cannot be asked."""
    others = baseline.without(delineation.level).features
    if len(others) < _LEAST_OTHERS:
        return None, f"not computed: {len(others)} other vertebrae to compare the grey values with, at least 2 needed"
    try:
        return characterise(delineation, baseline.ct, baseline.spine, contrasted=contrasted, baseline=baseline), ""
    except MeasurementError as error:
        return None, f"not computed: {error}"


def _on(ct: Volume, contrasted: Volume) -> Volume:
    """The contrasted phase on the grid of the CT.

    Raises
    ------
    GeometryError
        If nothing of it lies there.
    """
    if contrasted.same_grid_as(ct):
        return contrasted
    points = ct.world_from_voxel(np.argwhere(np.ones((3, 3, 3), dtype=bool)) * (np.array(ct.shape) - 1) / 2)
    if not np.isfinite(contrasted.sample(points, order=1, fill=np.nan)).any():
        raise GeometryError(f"{contrasted.name} does not lie on {ct.name}", "two phases of one patient")
    return resample_like(contrasted, ct)
