"""What a reviewer would object to: said by the authors first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corduroy.study.interval import percent
from corduroy.study.proportions import clopper_pearson

_FEW = 20  # author's choice
_SHORT_FOLLOW_UP_MONTHS = 72.0
_MOST_LOST = 0.05


@dataclass(frozen=True)
class AnalysisFacts:
    """What is known about an analysis. A fact that does not apply keeps its default and raises no objection.

    Parameters
    ----------
    n : int
        Patients.
    end_points : int
        Paired end points that were tested.
    zero_events : tuple of str
        Events that were looked for and that nobody had, for example ``("recurrence", "cement leakage")``.
    unasked_events : tuple of (str, int)
        Events of which none is recorded, and patients of whom nothing says that anybody looked.
    retrospective, single_centre, controlled, consecutive : bool
        `consecutive`: it is stated that every eligible patient was included.
    readers : int or None
        Who measured the images; None where nothing was measured.
    blinded_readers : bool
    mixed_postures, mixed_modalities : tuple of str
        Measurements compared before and after in different posture, or by different modality.
    median_follow_up_months : float or None
    lost : int
        Patients lost to follow-up.
    at_ceiling : tuple of (str, int)
        Scale, and patients who started at its best grade.
    selected_at_worst : bool
        Patients were operated because they were at their worst.
    missing : tuple of (str, int)
        Variable, and patients without it.
    undefined_outcomes : tuple of str
        Outcomes without a stated definition, for example what counts as recurrence.
    contrast_chosen_beforehand : bool
    interventions : int
        Treatments given together to the same patients.
    """

    n: int
    end_points: int = 1
    zero_events: tuple[str, ...] = ()
    unasked_events: tuple[tuple[str, int], ...] = ()
    retrospective: bool = False
    single_centre: bool = False
    controlled: bool = True
    consecutive: bool = True
    readers: int | None = None
    blinded_readers: bool = True
    mixed_postures: tuple[str, ...] = ()
    mixed_modalities: tuple[str, ...] = ()
    median_follow_up_months: float | None = None
    lost: int = 0
    at_ceiling: tuple[tuple[str, int], ...] = ()
    selected_at_worst: bool = False
    missing: tuple[tuple[str, int], ...] = ()
    undefined_outcomes: tuple[str, ...] = ()
    contrast_chosen_beforehand: bool = True
    interventions: int = 1


@dataclass(frozen=True)
class Objection:
    """One objection.

    Parameters
    ----------
    topic : str
    sentence : str
    source : str
        Where the objection comes from, or "author's choice".
    """

    topic: str
    sentence: str
    source: str


def objections(facts: AnalysisFacts) -> tuple[Objection, ...]:
    """The objections that a careful reviewer would raise, from the facts of an analysis.

    Parameters
    ----------
    facts : AnalysisFacts

    Returns
    -------
    tuple of Objection
        Empty only where no fact calls for one.
    """
    found = [objection for rule in _RULES for objection in rule(facts)]
    return tuple(found)


def _size(facts: AnalysisFacts) -> list[Objection]:
    if facts.n >= _FEW:
        return []
    floor = f"2/2^{facts.n} = {2 / 2**facts.n:.4g}"
    found = [
        Objection(
            "size",
            f"With {facts.n} patients no exact paired test can give a two-sided p below {floor}; an estimate with its "
            "interval says more than any p.",
            "enumeration",
        )
    ]
    if facts.end_points > 1 and facts.end_points * 2 / 2**facts.n > 0.05:
        found.append(
            Objection(
                "multiplicity",
                f"{facts.end_points} paired end points were tested; the smallest p that {facts.n} patients allow, "
                f"{floor}, does not pass Holm's adjustment for so many.",
                "Holm 1979",
            )
        )
    return found


def _multiplicity(facts: AnalysisFacts) -> list[Objection]:
    found = []
    if facts.end_points > 1:
        found.append(
            Objection(
                "multiplicity",
                f"{facts.end_points} end points are {facts.end_points} chances of a false finding; only the adjusted p "
                "values count.",
                "Holm 1979",
            )
        )
    if not facts.contrast_chosen_beforehand:
        found.append(
            Objection(
                "multiplicity",
                "The times that were compared were not chosen before the data were seen: their p values are "
                "exploratory.",
                "author's choice",
            )
        )
    return found


def _zero_events(facts: AnalysisFacts) -> list[Objection]:
    if facts.n < 1:
        return []
    high = percent(clopper_pearson(0, facts.n).interval.high)
    unasked = [
        Objection(
            "zero events",
            f"No {event} is recorded among {facts.n} patients; of {silent} the records do not say that anybody looked. "
            f"Even if all were looked at, a true share of up to {high} is possible (95 % Clopper-Pearson).",
            "10.1093/biomet/26.4.404",
        )
        for event, silent in facts.unasked_events
    ]
    return unasked + [
        Objection(
            "zero events",
            f"No {event} among {facts.n} patients is compatible with a true share of up to {high} (95 % "
            "Clopper-Pearson).",
            "10.1093/biomet/26.4.404",
        )
        for event in facts.zero_events
    ]


def _design(facts: AnalysisFacts) -> list[Objection]:
    sentences = [
        (facts.retrospective, "The series is retrospective: what was not recorded then cannot be known now."),
        (facts.single_centre, "All patients come from one centre; results may not carry over to others."),
        (
            not facts.controlled,
            "There is no control group: improvement is not shown to be due to the treatment.",
        ),
        (
            not facts.consecutive,
            "It is not stated that patients are consecutive: those who did badly may be missing.",
        ),
        (
            facts.interventions > 1,
            f"{facts.interventions} interventions were given together: the share of each cannot be told.",
        ),
    ]
    return [Objection("design", sentence, "MINORS; PMC3826835 table 4") for applies, sentence in sentences if applies]


def _regression(facts: AnalysisFacts) -> list[Objection]:
    if not facts.selected_at_worst or facts.controlled:
        return []
    return [
        Objection(
            "regression to the mean",
            "Patients were treated when they were at their worst: part of the improvement would have come without any "
            "treatment.",
            "author's choice",
        )
    ]


def _imaging(facts: AnalysisFacts) -> list[Objection]:
    found = []
    if facts.mixed_postures:
        found.append(
            Objection(
                "posture",
                f"{_listed(facts.mixed_postures)}: measured in different postures before and after. Between sitting "
                "and lying alone, with no treatment, the wedge angle changed by about 5 degrees and the anterior "
                "height by about 3.4 mm.",
                "10.1186/s13018-023-03758-w table 1",
            )
        )
    if facts.mixed_modalities:
        found.append(
            Objection(
                "modality",
                f"{_listed(facts.mixed_modalities)}: measured by different modalities before and after; magnification "
                "and the choice of section differ.",
                "author's choice",
            )
        )
    if facts.readers == 1:
        found.append(
            Objection("readers", "One reader measured: the measurement error is not known.", "author's choice")
        )
    if facts.readers is not None and not facts.blinded_readers:
        found.append(Objection("readers", "Readers knew which image was before and which after.", "MINORS item 5"))
    return found


def _follow_up(facts: AnalysisFacts) -> list[Objection]:
    found = []
    months = facts.median_follow_up_months
    if months is not None and months < _SHORT_FOLLOW_UP_MONTHS:
        found.append(
            Objection(
                "follow-up",
                f"Follow-up of {months:.4g} months (median) cannot exclude late recurrence: recurrences after 6 and 13 "
                "years have been reported.",
                "case reports in the project's clinical reference, section 1.3",
            )
        )
    if facts.lost and facts.lost / max(facts.n, 1) > _MOST_LOST:
        found.append(
            Objection(
                "follow-up",
                f"{facts.lost} of {facts.n} patients were lost to follow-up, more than 5 %.",
                "MINORS item 7",
            )
        )
    return found


def _data(facts: AnalysisFacts) -> list[Objection]:
    found = [
        Objection(
            "ceiling",
            f"{count} of {facts.n} patients started at the best grade of {scale} and could not improve.",
            "author's choice",
        )
        for scale, count in facts.at_ceiling
        if count
    ]
    found += [
        Objection("missing data", f"{variable} is missing in {count} of {facts.n} patients.", "STROBE item 14b")
        for variable, count in facts.missing
        if count
    ]
    found += [
        Objection("definitions", f"What counted as {outcome} is not stated.", "STROBE item 7")
        for outcome in facts.undefined_outcomes
    ]
    return found


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


_RULES: tuple[Callable[[AnalysisFacts], list[Objection]], ...] = (
    _size,
    _multiplicity,
    _zero_events,
    _design,
    _regression,
    _imaging,
    _follow_up,
    _data,
)
