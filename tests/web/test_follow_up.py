"""Which visits are overdue: by day, by what was kept, and never for those who cannot come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from corduroy.registry.record import Assessment, CaseFile, FollowUpEvent, Operation, Patient, TreatedCase, Visit
from corduroy.registry.record.choices import EventType
from corduroy.web.pages.follow_up import overdue

SURGERY = date(2024, 1, 10)


def file_of(
    *seen: tuple[Visit, date], operated: bool = True, ended: EventType | None = None, on: date = date(2024, 2, 1)
) -> CaseFile:
    return CaseFile(
        Patient(pseudonym="P-1"),
        TreatedCase(case_no=1, levels=("T12",)),
        assessments=tuple(Assessment(visit=visit, on=day) for visit, day in seen),
        operations=(Operation(on=SURGERY),) if operated else (),
        events=() if ended is None else (FollowUpEvent(type=ended, on=on),),
    )


def test_nothing_is_overdue_before_any_operation() -> None:
    assert overdue(file_of(operated=False), SURGERY + timedelta(days=4000)) is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [(40, None), (56, None), (58, Visit.WEEK_6), (120, Visit.MONTH_3), (230, Visit.MONTH_6), (2000, Visit.MONTH_36)],
)
def test_the_latest_visit_whose_grace_has_passed_is_told(days: int, expected: Visit | None) -> None:
    late = overdue(file_of(), SURGERY + timedelta(days=days))
    assert (None if late is None else late.visit) == expected


def test_a_visit_that_took_place_is_not_overdue_by_name_or_by_day() -> None:
    today = SURGERY + timedelta(days=130)
    assert overdue(file_of((Visit.MONTH_3, SURGERY + timedelta(days=20))), today) is None
    assert overdue(file_of((Visit.UNPLANNED, SURGERY + timedelta(days=88))), today) is None
    assert overdue(file_of((Visit.WEEK_6, SURGERY + timedelta(days=42))), today) is not None


@pytest.mark.parametrize("end", [EventType.DEATH, EventType.LOST])
def test_nobody_waits_for_the_dead_and_the_lost(end: EventType) -> None:
    assert overdue(file_of(ended=end), SURGERY + timedelta(days=400)) is None
    assert overdue(file_of(ended=EventType.FOLLOW_UP), SURGERY + timedelta(days=400)) is not None
