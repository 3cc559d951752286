"""The steps of a case, their cache by content hash, resume after an interruption; one case or many.

>>> from pathlib import Path
>>> from corduroy.pipeline import Outputs, find_cases, run_case
>>> for case in find_cases(Path("cohort")):  # doctest: +SKIP
...     run_case(case, outputs=Outputs.for_case(case))
"""

from corduroy.pipeline.batch import CaseOutcome, Job, run_pool, run_serial
from corduroy.pipeline.case import Case, find_cases
from corduroy.pipeline.images import CaseImages, ReportWriter
from corduroy.pipeline.points import measure_points
from corduroy.pipeline.run import Outputs, run_case
from corduroy.pipeline.settings import CaseSettings
from corduroy.pipeline.validation import Comparison, Summary, compare_with_truth, summarise

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
