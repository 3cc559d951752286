"""Two or more visits of one patient: restoration, angles and canal of every vertebra, and whether they compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corduroy.anatomy.level import Level
from corduroy.errors import MeasurementError
from corduroy.morphometry.changes import Change, announce, change_of
from corduroy.morphometry.restoration import Restoration, restoration_of
from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.provenance import Measured


@dataclass(frozen=True)
class VertebraCourse:
    """One vertebra at two visits.

    Parameters
    ----------
    level : Level
    restoration : dict of position to Restoration or None
        Anterior, middle, posterior; None where a visit has no such height.
    wedge_angle, regional_cobb, canal_area : Change or None
        Degrees, kyphosis positive, so that a correction is negative; mm2.
    """

    level: Level
    restoration: dict[str, Restoration | None]
    wedge_angle: Change | None
    regional_cobb: Change | None
    canal_area: Change | None


@dataclass(frozen=True)
class VisitComparison:
    """Two visits of one patient.

    Parameters
    ----------
    vertebrae : tuple of VertebraCourse
        Those measured at both visits, cranial to caudal.
    alignment : dict of str to Change or None
    concerns : tuple of str
        All that forbids a plain comparison, each once.
    """

    vertebrae: tuple[VertebraCourse, ...]
    alignment: dict[str, Change | None]
    concerns: tuple[str, ...]

    def __getitem__(self, level: Level | str) -> VertebraCourse:
        for vertebra in self.vertebrae:
            if vertebra.level == Level(level):
                return vertebra
        raise KeyError(level)

    @property
    def comparable(self) -> bool:
        """Whether everything compared was obtained alike, as far as is recorded."""
        return not self.concerns


@dataclass(frozen=True)
class Course:
    """Three or more visits: each against the first, and each against the one before it.

    Parameters
    ----------
    from_first, stepwise : tuple of VisitComparison
        Both one shorter than the list of visits.
    """

    from_first: tuple[VisitComparison, ...]
    stepwise: tuple[VisitComparison, ...]


def compare_visits(before: SpineMeasurement, after: SpineMeasurement) -> VisitComparison:
    """Compare all that two visits of one patient have in common.

    Parameters
    ----------
    before, after : SpineMeasurement
        From a scan or from six points. The referents of the restoration are the reference heights of `before`.

    Raises
    ------
    MeasurementError
        If no vertebra was measured at both visits.
    InputError
        If both dates are known and `after` is the earlier one.

    Warns
    -----
    ComparisonWarning
        Once for each reason why the visits are not comparable.
    """
    result = _compare(before, after)
    announce(result.concerns)
    return result


def follow(visits: Sequence[SpineMeasurement]) -> Course:
    """Two or more visits of one patient, in order of time.

    Raises
    ------
    MeasurementError
        If there are fewer than two visits, or two that share no vertebra.
    InputError
        If known dates run backwards.

    Warns
    -----
    ComparisonWarning
        Once for each reason why visits are not comparable.
    """
    if len(visits) < 2:
        raise MeasurementError(f"{len(visits)} visit", "at least two visits of one patient")
    course = Course(
        from_first=tuple(_compare(visits[0], later) for later in visits[1:]),
        stepwise=tuple(_compare(earlier, later) for earlier, later in pairwise(visits)),
    )
    announce(_each_once(c.concerns for c in (*course.from_first, *course.stepwise)))
    return course


def _compare(before: SpineMeasurement, after: SpineMeasurement) -> VisitComparison:
    later = {v.level: v for v in after.vertebrae}
    courses = tuple(_vertebra(v, later[v.level]) for v in before.vertebrae if v.level in later)
    if not courses:
        raise MeasurementError("two visits that share no vertebra", "two visits of one patient and region")
    alignment = {
        name: _optional_change(measured, after.alignment.get(name)) for name, measured in before.alignment.items()
    }
    parts: list[Change | Restoration | None] = [*alignment.values()]
    for course in courses:
        parts += [*course.restoration.values(), course.wedge_angle, course.regional_cobb, course.canal_area]
    return VisitComparison(courses, alignment, _each_once(p.concerns for p in parts if p is not None))


def _vertebra(before: VertebraMeasurement, after: VertebraMeasurement) -> VertebraCourse:
    return VertebraCourse(
        level=before.level,
        restoration={
            position: _optional_restoration(
                before.heights.get(position),
                after.heights.get(position),
                before.reference_heights.get(position),
            )
            for position in POSITIONS
        },
        wedge_angle=_optional_change(before.wedge_angle, after.wedge_angle),
        regional_cobb=_optional_change(before.regional_cobb, after.regional_cobb),
        canal_area=_optional_change(before.canal.area, after.canal.area),
    )


def _optional_change(before: Measured | None, after: Measured | None) -> Change | None:
    return None if before is None or after is None else change_of(before, after)


def _optional_restoration(
    before: Measured | None, after: Measured | None, referent: Measured | None
) -> Restoration | None:
    return None if before is None or after is None else restoration_of(before, after, referent)


def _each_once(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(concern for group in groups for concern in group))
