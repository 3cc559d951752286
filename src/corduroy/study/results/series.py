"""The whole result of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from corduroy.provenance import Provenance
from corduroy.study.objections import Objection
from corduroy.study.results.basics import NotComputed
from corduroy.study.results.cohort import Criterion, Flow
from corduroy.study.results.events import EventResult, FollowUp
from corduroy.study.results.measured import MixedPair, ReaderResult, RestorationRow
from corduroy.study.results.outcomes import GroupComparison, OrdinalOutcome, PairedOutcome, RepeatedOutcome
from corduroy.study.results.pictures import Timeline, Trajectory
from corduroy.study.results.variables import Variable


@dataclass(frozen=True, slots=True)
class Missing:
    """How often a variable is not recorded.

    Parameters
    ----------
    key, label : str
    missing, of : int
        Cases; of a value at a visit, the cases that had reached that visit.
    cases : tuple of str
        Who they are, up to 10.
    """

    key: str
    label: str
    missing: int
    of: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """What the researcher says of the study's design; None: not said.

    Parameters
    ----------
    retrospective : bool or None
    centres : int or None
    blinded_readers : bool or None
    """

    retrospective: bool | None
    centres: int | None
    blinded_readers: bool | None


@dataclass(frozen=True, slots=True)
class Period:
    """When.

    Parameters
    ----------
    first_operation, last_operation, last_seen : date or None
    """

    first_operation: date | None
    last_operation: date | None
    last_seen: date | None


@dataclass(frozen=True, slots=True)
class Ethics:
    """What is recorded of consent and ethics, for PROCESS and STROBE.

    Parameters
    ----------
    consent : Variable
        The scope of consent per patient.
    references : tuple of str
        Ethics committees and references, each once.
    """

    consent: Variable
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AutomatedUse:
    """Values that a program measured: the AI domain of PROCESS 2025 is filled from these.

    Parameters
    ----------
    method : str
        Method and version, as recorded with the values.
    reader : str
        "corduroy".
    values : int
    also_read_by_persons : int
        Of these, how many a person measured too (same case, level, quantity and visit).
    in_results : bool
        Whether the outcomes of this report rest on them.
    """

    method: str
    reader: str
    values: int
    also_read_by_persons: int
    in_results: bool


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """A case series, analysed.

    Parameters
    ----------
    title : str
        The name that the cohort file gives.
    notice : str
        "SYNTHETIC DATA ..." where any of the patients is synthetic: to be printed on every page. Empty otherwise.
    criteria : tuple of Criterion
    contrast : str
        The primary contrast that was chosen beforehand, in words.
    flow : Flow
    n : int
        Cases analysed.
    design : Design
    period : Period
    ethics : Ethics
    baseline, treatment : tuple of Variable
        Patient and lesion; biopsy, embolization and operation.
    paired : tuple of PairedOutcome
        In the order of the cohort file.
    ordinal : tuple of OrdinalOutcome
    repeated : tuple of RepeatedOutcome
    groups : tuple of GroupComparison
        Empty without a split.
    events : tuple of EventResult
        Leak, re-fracture, adjacent fracture, recurrence, reoperation, death, complications.
    follow_up : FollowUp
    restorations : tuple of RestorationRow
    readers : tuple of ReaderResult
    mixed : tuple of MixedPair
    timelines : tuple of Timeline
        The first 200 cases.
    trajectories : tuple of Trajectory
    missing : tuple of Missing
    objections : tuple of corduroy.study.Objection
        Topic, sentence and source of each.
    methods : tuple of str
        Paragraphs: the tests as they were run, with versions.
    automated : tuple of AutomatedUse
    not_computed : tuple of NotComputed
        Everything that was asked for and could not be had, here and in the parts.
    provenance : Provenance
    """

    title: str
    notice: str
    criteria: tuple[Criterion, ...]
    contrast: str
    flow: Flow
    n: int
    design: Design
    period: Period
    ethics: Ethics
    baseline: tuple[Variable, ...]
    treatment: tuple[Variable, ...]
    paired: tuple[PairedOutcome, ...]
    ordinal: tuple[OrdinalOutcome, ...]
    repeated: tuple[RepeatedOutcome, ...]
    groups: tuple[GroupComparison, ...]
    events: tuple[EventResult, ...]
    follow_up: FollowUp
    restorations: tuple[RestorationRow, ...]
    readers: tuple[ReaderResult, ...]
    mixed: tuple[MixedPair, ...]
    timelines: tuple[Timeline, ...]
    trajectories: tuple[Trajectory, ...]
    missing: tuple[Missing, ...]
    objections: tuple[Objection, ...]
    methods: tuple[str, ...]
    automated: tuple[AutomatedUse, ...]
    not_computed: tuple[NotComputed, ...]
    provenance: Provenance

    @property
    def is_synthetic(self) -> bool:
        """Whether the notice has to stand on every page."""
        return bool(self.notice)
