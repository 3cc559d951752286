"""`corduroy plan` on a scan of a case."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from corduroy.anatomy.level import Level
from corduroy.errors import CaseError
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.scans import PartRole

JSON_NAME = "plan.json"
_STEPS = ("read", "segment", "anatomy", "lesion", "measure", "plan", "report")


class PlanJobRequest(BaseModel):
    """What a plan may be told."""

    model_config = ConfigDict(extra="forbid")

    level: Level | None = None
    """Level of the lesion; None: as the facts or the lesion mask say."""

    scheme: str | None = Field(default=None, max_length=100)
    """Label scheme, where it cannot be told by itself."""

    series: str | None = Field(default=None, max_length=200)
    """Number, description or UID of a series, where DICOM holds several."""


def run(task: Task) -> str:
    """Plan; stored steps of the same scan are not done again."""
    from corduroy.pipeline import Case, CaseSettings
    from corduroy.pipeline.plan_case import PlanRequest, plan_case
    from corduroy.pipeline.plan_outputs import PlanOutputs
    from corduroy.reports.plan.write import write_plan_report

    asked = PlanJobRequest.model_validate(task.job.request)
    image, labels = task.part(PartRole.IMAGE), task.part(PartRole.LABELS)
    if image is None:
        raise CaseError("a scan without an image", "a CT", "load it first")
    case = Case(f"scan-{task.job.scan_id}", image, labels)
    request = PlanRequest(
        level=asked.level,
        lesion=task.part(PartRole.LESION),
        facts=task.part(PartRole.FACTS),
        structures=task.part(PartRole.STRUCTURES),
    )
    settings = CaseSettings(scheme=asked.scheme, series=asked.series)
    outputs = PlanOutputs(task.results / JSON_NAME, task.results / "report", task.derived() / "steps")
    document = plan_case(case, request, settings, outputs, write_plan_report, task.on_step(_STEPS))
    return f"a plan for {document['level']}"


PLAN = Kind("plan", "Plan the operation", True, PlanJobRequest, run)
