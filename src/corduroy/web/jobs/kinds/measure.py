"""`corduroy measure` on a scan of a case."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from corduroy.errors import CaseError
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.scans import PartRole

JSON_NAME = "morphometry.json"
_STEPS = ("read", "segment", "anatomy", "measure", "report", "image", "labels", "lesion")


class MeasureRequest(BaseModel):
    """What a measurement may be told."""

    model_config = ConfigDict(extra="forbid")

    scheme: str | None = Field(default=None, max_length=100)
    """Label scheme, where it cannot be told by itself."""

    series: str | None = Field(default=None, max_length=200)
    """Number, description or UID of a series, where DICOM holds several."""


def run(task: Task) -> str:
    """Measure, and make what can be looked at; stored steps of the same scan are not done again."""
    from corduroy.pipeline import Case, CaseSettings, Outputs, run_case
    from corduroy.reports.case import write_case_report
    from corduroy.web.jobs.kinds.copies import make_copies

    image, labels = task.part(PartRole.IMAGE), task.part(PartRole.LABELS)
    if image is None and labels is None:
        raise CaseError("a scan without files", "an image, or labels", "load them first")
    case = Case(f"scan-{task.job.scan_id}", image or labels, labels if image else None)
    settings = CaseSettings.model_validate(task.job.request)
    outputs = Outputs(task.results / JSON_NAME, task.results / "report", task.derived() / "steps")
    started = task.on_step(_STEPS)
    measured = run_case(case, settings, outputs, write_case_report, started)
    make_copies(task, settings.series, started)
    return f"{len(measured.vertebrae)} vertebrae measured, {len(measured.warnings)} warnings"


MEASURE = Kind("measure", "Measure the vertebrae", True, MeasureRequest, run)
