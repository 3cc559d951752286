"""The methods section: what was done, as it was done, with versions."""

from __future__ import annotations

import platform
from importlib.metadata import version

from corduroy import __version__
from corduroy.study.analysis.comparisons import Comparisons
from corduroy.study.analysis.describe import MOST_LISTED
from corduroy.study.analysis.outcomes import OUTCOMES
from corduroy.study.cohort import READERS, Cohort
from corduroy.study.descriptives import QUARTILE_RULE
from corduroy.study.results import EventResult, FollowUp, Period, RepeatedOutcome
from corduroy.study.selection import Selection

_LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "lifelines")


def methods(
    selection: Selection,
    cohort: Cohort,
    when: Period,
    comparisons: Comparisons,
    repeated: tuple[RepeatedOutcome, ...],
    events: tuple[EventResult, ...],
    follow_up: FollowUp,
) -> tuple[str, ...]:
    """Paragraphs, in the order in which a paper has them.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    when : Period
    comparisons : Comparisons
    repeated : tuple of RepeatedOutcome
    events : tuple of EventResult
    follow_up : FollowUp
    """
    found = [
        _cases(selection, cohort, when),
        _outcomes(cohort),
        _descriptives(selection),
        _tests(comparisons),
        comparisons.family.words if comparisons.family else "",
        " ".join(f"{outcome.label}: {test.words}" for outcome in repeated for test in outcome.tests),
        _events(events),
        follow_up.words,
        "Missing values were not replaced: each analysis uses the cases that have what it needs and says how many.",
        software(),
    ]
    return tuple(paragraph for paragraph in found if paragraph)


def software() -> str:
    """Which programs computed."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"Computed with Corduroy {__version__} (Python {platform.python_version()}, {libraries})."


def _cases(selection: Selection, cohort: Cohort, when: Period) -> str:
    criteria = "; ".join(criterion.words for criterion in cohort.criteria_in_words()) or "none"
    n, patients = len(selection.cases), selection.flow.patients
    days = f", operated from {when.first_operation} to {when.last_operation}" if when.first_operation else ""
    return (
        f"Cases were selected by criteria written down in a file: {criteria}. Of {selection.flow.registry_cases} cases "
        f"in the registry {n} ({patients} {'patient' if patients == 1 else 'patients'}) were analysed{days}. A "
        "criterion that is not recorded excludes a case and is counted apart. Time is counted from the first operation."
    )


def _outcomes(cohort: Cohort) -> str:
    listed = ", ".join(OUTCOMES[key].label for key in cohort.outcomes)
    whose = "the mean of all persons who measured" if cohort.reader == READERS else f"those of reader {cohort.reader}"
    measured = any(OUTCOMES[key].kind == "measurement" for key in cohort.outcomes)
    readings = f" Measurements are {whose}, first readings, at the first level of a case." if measured else ""
    least = "".join(
        f" The least change of {OUTCOMES[key].label} that matters was set to {given.value:g} ({given.citation})."
        for key, given in cohort.minimal_changes.items()
    )
    return (
        f"Outcomes: {listed}. The primary contrast, chosen beforehand, is {cohort.compare.words}; of several values at "
        f"a visit the latest counts.{readings}{least}"
    )


def _descriptives(selection: Selection) -> str:
    every = " With so few cases every value is printed." if len(selection.cases) <= MOST_LISTED else ""
    return (
        f"Numbers are described by median, {QUARTILE_RULE}, range, mean and SD (n - 1); counts with Clopper-Pearson "
        f"95 % intervals.{every}"
    )


def _tests(comparisons: Comparisons) -> str:
    """The test that each outcome is judged by, as it was run; the others are told with the results."""
    judged = [
        f"{outcome.label}: {test.words}" for outcome in comparisons.every for test in outcome.tests if test.primary
    ]
    if not judged:
        return ""
    beside = (
        "For numbers the exact sign test, the sign-flip permutation test of the mean and, resting on the normal "
        "distribution, Student's t are given for sensitivity; no test of normality chose among them."
    )
    return " ".join([*judged, *([beside] if comparisons.paired else [])])


def _events(events: tuple[EventResult, ...]) -> str:
    if not any(event.curve for event in events):
        return ""
    return (
        "A case counts as free of an event where none is recorded; that it was looked for and not seen is said only "
        "where the registry holds an entry that says so (a follow-up entry 'Seen, nothing new', a biopsy without "
        "complication, a leak that was looked for). Counts of events have exact binomial (Clopper-Pearson), first "
        "events per person-year (days / 365.25) "
        f"exact Poisson 95 % intervals. Times to an event: Kaplan-Meier (lifelines {version('lifelines')}) with "
        "limits by the beta product procedure; no band is drawn where nothing happened, the exact binomial limit among "
        "those followed so long is given instead. Where somebody died without the event, the cumulative incidence with "
        "death competing (Aalen-Johansen) is given too."
    )
