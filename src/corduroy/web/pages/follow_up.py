"""Which planned visits of a case are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from corduroy.registry.record import CaseFile, Visit
from corduroy.registry.record.choices import EventType

_MONTH_DAYS = 30.44
_PLANNED_MONTHS = {
    Visit.WEEK_6: 1.4,
    Visit.MONTH_3: 3.0,
    Visit.MONTH_6: 6.0,
    Visit.MONTH_12: 12.0,
    Visit.MONTH_24: 24.0,
    Visit.MONTH_36: 36.0,
}
# Author's choice: a fifth of the time since surgery, at least two weeks, before a visit counts as overdue.
_GRACE_SHARE = 0.2
_LEAST_GRACE = timedelta(days=14)
_NO_MORE = (EventType.DEATH, EventType.LOST)


@dataclass(frozen=True)
class Overdue:
    """A planned visit that did not take place.

    Parameters
    ----------
    visit : Visit
    due_on : date
    """

    visit: Visit
    due_on: date


def overdue(file: CaseFile, today: date) -> Overdue | None:
    """The latest planned visit that is overdue; None if none is, before any operation, and after loss or death.

    A visit is kept where an assessment bears its name, or was made within its time of grace. One that somebody came
    to later makes those before it no longer overdue: they cannot be made up for.

    Parameters
    ----------
    file : CaseFile
    today : date
    """
    surgery = file.surgery
    if surgery is None or any(event.type in _NO_MORE for event in file.events):
        return None
    seen = max((one.on for one in file.assessments), default=surgery)
    names = {one.visit for one in file.assessments}
    for visit, months in reversed(_PLANNED_MONTHS.items()):
        after = timedelta(days=round(months * _MONTH_DAYS))
        grace = max(_LEAST_GRACE, after * _GRACE_SHARE)
        due = surgery + after
        if today <= due + grace:
            continue
        return None if visit in names or seen >= due - grace else Overdue(visit, due)
    return None
