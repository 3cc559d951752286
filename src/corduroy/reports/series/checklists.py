"""The items of PROCESS and STROBE, each with its place in the report or the words "not recorded".

PROCESS 2023: 10.1097/JS9.0000000000000940 (items 1 to 6a read; the topics after 6a follow the 2018 and 2020 versions,
and their numbers in 2023 were not verified). PROCESS 2025 adds a domain on artificial intelligence. STROBE for cohort
studies: 10.1371/journal.pmed.0040296. The wording is Corduroy's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corduroy.study.results import SeriesResult

NOT_RECORDED = "not recorded"
AUTHORS = "for the authors to write"

Recorded = Callable[[SeriesResult], bool]


@dataclass(frozen=True)
class ChecklistItem:
    """One item of a guideline.

    Parameters
    ----------
    number : str
    topic : str
    section : str or None
        Title of the section that answers it; None where only the authors can.
    recorded : callable
        Whether this series has what the section needs.
    """

    number: str
    topic: str
    section: str | None = None
    recorded: Recorded = lambda _: True


@dataclass(frozen=True)
class CheckedItem:
    """An item with its answer.

    Parameters
    ----------
    number, topic : str
    answer : str
        Title of a section, "not recorded", or "for the authors to write".
    """

    number: str
    topic: str
    answer: str


def checked(items: tuple[ChecklistItem, ...], result: SeriesResult) -> list[CheckedItem]:
    """Where the report answers each item."""
    return [CheckedItem(item.number, item.topic, _answer(item, result)) for item in items]


def _answer(item: ChecklistItem, result: SeriesResult) -> str:
    if item.section is None:
        return AUTHORS
    return item.section if item.recorded(result) else NOT_RECORDED


def _has_variable(*keys: str) -> Recorded:
    def known(result: SeriesResult) -> bool:
        variables = (*result.baseline, *result.treatment)
        return any(variable.n > 0 and any(key in variable.key for key in keys) for variable in variables)

    return known


PROCESS = (
    ChecklistItem("1", "Title names a case series and its focus", "Summary"),
    ChecklistItem("2", "Keywords, with 'case series' and the subspecialty"),
    ChecklistItem("3a", "Abstract: background, rationale, aims"),
    ChecklistItem("3b", "Abstract: sample size, time frame, design", "Summary"),
    ChecklistItem("3c", "Abstract: outcomes of the intervention", "Summary"),
    ChecklistItem("3d", "Abstract: key findings, what follows for practice"),
    ChecklistItem("3e", "Abstract is structured"),
    ChecklistItem("4", "Highlights in three to five points"),
    ChecklistItem("5", "Introduction: background, theme, aims"),
    ChecklistItem("6a", "Registration of the study and its number"),
    ChecklistItem("6*", "Ethics: committee and reference", "Ethics and consent", lambda r: bool(r.ethics.references)),
    ChecklistItem("6*", "Consent of the patients", "Ethics and consent", lambda r: r.ethics.consent.n > 0),
    ChecklistItem("6*", "Design; consecutive or not", "Patients and lesions", _has_variable("consecutive")),
    ChecklistItem("6*", "Setting and dates of recruitment, treatment, follow-up", "Selection of cases",
                  lambda r: r.period.first_operation is not None),
    ChecklistItem("6*", "Participants: eligibility and selection", "Selection of cases", lambda r: bool(r.criteria)),
    ChecklistItem("6*", "Participants: characteristics, tumour stage, comorbidity", "Patients and lesions",
                  lambda r: bool(r.baseline)),
    ChecklistItem("6*", "Preparation before the intervention (embolization, timing)", "Treatment",
                  _has_variable("embol", "hours")),
    ChecklistItem("6*", "The intervention in detail", "Treatment", lambda r: bool(r.treatment)),
    ChecklistItem("6*", "Experience of the operators, learning curve"),
    ChecklistItem("6*", "Quality control: how measurements were made and by whom", "Agreement of readers",
                  lambda r: bool(r.readers)),
    ChecklistItem("6*", "Care after the intervention and schedule of follow-up", "Follow-up", lambda r: r.n > 0),
    ChecklistItem("6*", "Statistical methods", "Methods", lambda r: bool(r.methods)),
    ChecklistItem("7*", "Losses to follow-up and their reasons", "Follow-up", lambda r: r.n > 0),
    ChecklistItem("7*", "Deviations from the plan"),
    ChecklistItem("7*", "Outcomes, with intervals", "Outcomes before and after", lambda r: bool(r.paired or r.ordinal)),
    ChecklistItem("7*", "Complications and adverse events, graded (Clavien-Dindo)", "Events", lambda r: bool(r.events)),
    ChecklistItem("7*", "Patient-reported outcomes", "Outcomes before and after", lambda r: bool(r.paired)),
    ChecklistItem("8*", "Discussion: strengths, weaknesses, comparison", "What a reviewer would object to",
                  lambda r: bool(r.objections)),
    ChecklistItem("8*", "Perspective of the patients"),
    ChecklistItem("9*", "Funding, conflicts of interest"),
    ChecklistItem("AI", "Automated measurement: tool, version, how people checked it (2025)", "Automated measurement"),
)  # fmt: skip

STROBE = (
    ChecklistItem("1a", "The design is named in title or abstract", "Summary"),
    ChecklistItem("1b", "Abstract: what was done and found", "Summary"),
    ChecklistItem("2", "Background and rationale"),
    ChecklistItem("3", "Objectives and hypotheses stated beforehand", "Summary", lambda r: bool(r.contrast)),
    ChecklistItem("4", "Key elements of the design", "Summary"),
    ChecklistItem("5", "Setting, locations, dates", "Selection of cases",
                  lambda r: r.period.first_operation is not None),
    ChecklistItem("6", "Eligibility, sources, selection; follow-up", "Selection of cases", lambda r: bool(r.criteria)),
    ChecklistItem("7", "Outcomes, exposures and confounders defined", "Outcomes before and after",
                  lambda r: bool(r.paired or r.ordinal)),
    ChecklistItem("8", "Sources of data and how they were measured", "Automated measurement"),
    ChecklistItem("9", "Efforts against bias"),
    ChecklistItem("10", "How the size of the study came about", "Selection of cases"),
    ChecklistItem("11", "Quantitative variables and groupings", "Patients and lesions", lambda r: bool(r.baseline)),
    ChecklistItem("12a", "Statistical methods", "Methods", lambda r: bool(r.methods)),
    ChecklistItem("12b", "Subgroups and interactions", "Methods", lambda r: bool(r.groups)),
    ChecklistItem("12c", "How missing data were handled", "Missing values"),
    ChecklistItem("12d", "How loss to follow-up was handled", "Follow-up", lambda r: r.n > 0),
    ChecklistItem("12e", "Sensitivity analyses", "Outcomes before and after",
                  lambda r: any(len(outcome.tests) > 1 for outcome in r.paired)),
    ChecklistItem("13a", "Numbers at each stage", "Selection of cases"),
    ChecklistItem("13b", "Reasons for leaving out at each stage", "Selection of cases"),
    ChecklistItem("13c", "Flow diagram", "Selection of cases"),
    ChecklistItem("14a", "Characteristics of the participants", "Patients and lesions", lambda r: bool(r.baseline)),
    ChecklistItem("14b", "Missing values per variable", "Missing values"),
    ChecklistItem("14c", "Time of follow-up", "Follow-up", lambda r: r.n > 0),
    ChecklistItem("15", "Numbers of outcome events over time", "Events", lambda r: bool(r.events)),
    ChecklistItem("16", "Estimates with their precision", "Outcomes before and after", lambda r: bool(r.paired)),
    ChecklistItem("17", "Other analyses", "Agreement of readers", lambda r: bool(r.readers)),
    ChecklistItem("18", "Key results", "Summary"),
    ChecklistItem("19", "Limitations", "What a reviewer would object to", lambda r: bool(r.objections)),
    ChecklistItem("20", "Cautious interpretation"),
    ChecklistItem("21", "Generalisability"),
    ChecklistItem("22", "Funding"),
)  # fmt: skip
