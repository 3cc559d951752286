from .batch import CaseOutcome, Job, run_pool, run_serial
from .case import Case, find_cases
from .images import CaseImages, ReportWriter
from .points import measure_points
from .run import Outputs, run_case
from .settings import CaseSettings
from .validation import Comparison, Summary, compare_with_truth, summarise

__all__ = [
    "Case",
    "CaseImages",
    "CaseOutcome",
    "CaseSettings",
    "Comparison",
    "Job",
    "Outputs",
    "ReportWriter",
    "Summary",
    "compare_with_truth",
    "find_cases",
    "measure_points",
    "run_case",
    "run_pool",
    "run_serial",
    "summarise",
]
