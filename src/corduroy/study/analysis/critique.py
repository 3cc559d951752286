"""What a reviewer would object to, said beside the results."""

from __future__ import annotations

from corduroy.registry.record.choices import GelatinUse, Visit
from corduroy.study.analysis.comparisons import Comparisons
from corduroy.study.analysis.outcomes import OUTCOMES
from corduroy.study.analysis.values import PROGRAM
from corduroy.study.cohort import READERS, Cohort
from corduroy.study.objections import AnalysisFacts, Objection, objections
from corduroy.study.results import EventResult, FollowUp, MixedPair
from corduroy.study.selection import Selection

_CLAIMED = ("leak", "recurrence", "refracture", "adjacent", "reoperation")
"""Of these a series likes to say that there were none."""


def critique(
    selection: Selection,
    cohort: Cohort,
    comparisons: Comparisons,
    events: tuple[EventResult, ...],
    follow_up: FollowUp,
    mixed: tuple[MixedPair, ...],
) -> tuple[Objection, ...]:
    """The objections that follow from the data, and those that follow from how the cases were chosen.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    comparisons : Comparisons
    events : tuple of EventResult
    follow_up : FollowUp
    mixed : tuple of MixedPair
    """
    if selection.cases.empty:
        return (Objection("size", "No case fulfils the criteria: there is nothing to report.", "the flow"),)
    facts = _facts(selection, cohort, comparisons, events, follow_up, mixed)
    return (*objections(facts), *_of_selection(selection, cohort), *_of_times(cohort, comparisons))


def _facts(
    selection: Selection,
    cohort: Cohort,
    comparisons: Comparisons,
    events: tuple[EventResult, ...],
    follow_up: FollowUp,
    mixed: tuple[MixedPair, ...],
) -> AnalysisFacts:
    design = cohort.design
    return AnalysisFacts(
        n=len(selection.cases),
        end_points=len(comparisons.family.end_points) if comparisons.family else 0,
        zero_events=tuple(
            event.label.lower() for event in events if _is_claimed_of_nobody(event) and not _is_silent(event)
        ),
        unasked_events=tuple(
            (event.label.lower(), len(event.absence.silent))
            for event in events
            if event.absence and _is_claimed_of_nobody(event) and _is_silent(event)
        ),
        retrospective=design.retrospective is True,
        single_centre=design.centres == 1,
        controlled=False,
        consecutive=bool(selection.cases["consecutive"].fillna(False).all()),
        readers=_readers(selection, cohort),
        blinded_readers=design.blinded_readers is True,
        mixed_postures=_outcomes_of(mixed, "posture"),
        mixed_modalities=_outcomes_of(mixed, "modality"),
        median_follow_up_months=follow_up.median.value if follow_up.median else follow_up.months.median,
        lost=len(follow_up.lost),
        at_ceiling=tuple((outcome.label, len(outcome.at_ceiling)) for outcome in comparisons.ordinal),
        selected_at_worst=cohort.compare.before is Visit.PREOPERATIVE,
        missing=tuple((f"{outcome.label} before or after", len(outcome.incomplete)) for outcome in comparisons.every),
        interventions=_interventions(selection),
    )


def _is_claimed_of_nobody(event: EventResult) -> bool:
    return event.key in _CLAIMED and event.proportion is not None and event.proportion.count == 0


def _is_silent(event: EventResult) -> bool:
    """Whether of some cases nothing says that the event was looked for."""
    return event.absence is not None and bool(event.absence.silent)


def _readers(selection: Selection, cohort: Cohort) -> int | None:
    """How many measured what the outcomes rest on; None where nothing was measured."""
    keys = [key for key in cohort.outcomes if OUTCOMES[key].kind == "measurement"]
    frame = selection.frames["measurement"]
    frame = frame[frame["quantity"].isin(keys)]
    if frame.empty:
        return None
    if cohort.reader == READERS:
        return int(frame.loc[frame["reader"] != PROGRAM, "reader"].nunique())
    return int(frame["reader"].nunique())


def _outcomes_of(mixed: tuple[MixedPair, ...], what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pair.outcome for pair in mixed if what in pair.differs))


def _interventions(selection: Selection) -> int:
    """How many different treatments the same patients got."""
    operation = selection.frames["operation"]
    gelatin = operation["gelatin_use"].dropna()
    given = (
        not selection.frames["embolization"].empty,
        bool((operation["cement_ml"].fillna(0) > 0).any()),
        bool((gelatin != GelatinUse.NONE.value).any()),
        bool(operation["laminectomy"].notna().any()),
        bool(operation["fixation"].fillna(False).any()),
    )
    return max(1, sum(given))


def _of_selection(selection: Selection, cohort: Cohort) -> list[Objection]:
    found = []
    flow = selection.flow
    unknown = sum(len(step.not_recorded) for step in flow.steps)
    if unknown:
        told = f"{unknown} cases were left out because a criterion is not recorded; they may have differed."
        found.append(Objection("selection", told, "STROBE item 13"))
    for step in flow.steps:
        if step.criterion.key == "follow_up" and step.not_met:
            told = (
                f"{len(step.not_met)} cases were left out because their follow-up is shorter than "
                f"{cohort.criteria.min_follow_up_months} months: patients who died or stopped coming are among those "
                "who cannot be seen here."
            )
            found.append(Objection("selection", told, "STROBE item 9"))
    if flow.patients < len(flow.cases):
        told = f"{len(flow.cases)} cases of {flow.patients} patients: cases of one patient are not independent."
        found.append(Objection("independence", told, "author's choice"))
    asked = set(selection.frames["consent"]["patient_id"])
    silent = int((~selection.cases["patient_id"].isin(asked)).sum())
    if silent:
        found.append(Objection("ethics", f"Consent is not recorded for {silent} cases.", "PROCESS: ethics"))
    return found


def _of_times(cohort: Cohort, comparisons: Comparisons) -> list[Objection]:
    """A "last value" that is older than the follow-up says little about its end."""
    least = cohort.criteria.min_follow_up_months
    if least is None or cohort.compare.after != "last":
        return []
    found = []
    for outcome in comparisons.every:
        early = [pair.case for pair in outcome.pairs if pair.months < least]
        if early:
            told = (
                f"{outcome.label}: the last value of {len(early)} cases is from before the {least} months of follow-up "
                "that were asked for."
            )
            found.append(Objection("follow-up", told, "author's choice"))
    return found
