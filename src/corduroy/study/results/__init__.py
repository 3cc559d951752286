"""What the analysis of a series hands to a report: frozen, complete, and with the records behind every number.

A report renders these and computes nothing. `SeriesResult` is the root.
"""

from corduroy.study.results.basics import Estimate, NotComputed, Proportion, Rate, Source, TestLine
from corduroy.study.results.cohort import Criterion, Flow, FlowStep
from corduroy.study.results.events import (
    Absence,
    CurveStep,
    EventResult,
    FollowUp,
    LeakRow,
    Occurrence,
    RiskRow,
    SurvivalCurve,
)
from corduroy.study.results.measured import MixedPair, ReaderResult, RestorationRow
from corduroy.study.results.outcomes import (
    Better,
    GroupComparison,
    Mcid,
    OrdinalOutcome,
    Pair,
    PairedOutcome,
    RepeatedOutcome,
    VisitSummary,
)
from corduroy.study.results.pictures import Timeline, TimelineMark, Trajectory, TrajectoryLine, TrajectoryPoint
from corduroy.study.results.series import AutomatedUse, Design, Ethics, Missing, Period, SeriesResult
from corduroy.study.results.variables import CategoricalVariable, Category, NumericVariable, Value, Variable

__all__ = [
    "Absence",
    "AutomatedUse",
    "Better",
    "CategoricalVariable",
    "Category",
    "Criterion",
    "CurveStep",
    "Design",
    "Estimate",
    "Ethics",
    "EventResult",
    "Flow",
    "FlowStep",
    "FollowUp",
    "GroupComparison",
    "LeakRow",
    "Mcid",
    "Missing",
    "MixedPair",
    "NotComputed",
    "NumericVariable",
    "Occurrence",
    "OrdinalOutcome",
    "Pair",
    "PairedOutcome",
    "Period",
    "Proportion",
    "Rate",
    "ReaderResult",
    "RepeatedOutcome",
    "RestorationRow",
    "RiskRow",
    "SeriesResult",
    "Source",
    "SurvivalCurve",
    "TestLine",
    "Timeline",
    "TimelineMark",
    "Trajectory",
    "TrajectoryLine",
    "TrajectoryPoint",
    "Value",
    "Variable",
    "VisitSummary",
]
