"""What plan, injection and mechanics of a scan have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from corduroy.anatomy.level import Level
from corduroy.errors import CaseError
from corduroy.web.jobs.kinds.kind import Task
from corduroy.web.scans import PartRole

if TYPE_CHECKING:
    from corduroy.pipeline import Case, CaseSettings
    from corduroy.pipeline.plan_case import PlanRequest
    from corduroy.pipeline.plan_outputs import PlanOutputs

PLAN_STEPS = ("read", "segment", "anatomy", "lesion", "measure", "plan")


class PlannedRequest(BaseModel):
    """What a plan may be told, and whatever rests on one."""

    model_config = ConfigDict(extra="forbid")

    level: Level | None = None
    """Level of the lesion; None: as the facts or the lesion say."""

    scheme: str | None = Field(default=None, max_length=100)
    """Label scheme, where it cannot be told by itself."""

    series: str | None = Field(default=None, max_length=200)
    """Number, description or UID of a series, where DICOM holds several."""

    seed_mm: tuple[FiniteFloat, FiniteFloat, FiniteFloat] | None = None
    """A point in the lesion, RAS+ in mm: right, anterior, superior. The lesion is delineated from it; a painted one
    that was loaded with the scan is not used then."""


def planned(task: Task, asked: PlannedRequest) -> tuple[Case, PlanRequest, CaseSettings]:
    """The job's scan as the pipeline takes it.

    Raises
    ------
    CaseError
        If the scan has no image.
    """
    from corduroy.pipeline import Case, CaseSettings
    from corduroy.pipeline.plan_case import PlanRequest

    image = task.part(PartRole.IMAGE)
    if image is None:
        raise CaseError("a scan without an image", "a CT", "load it first")
    request = PlanRequest(
        level=asked.level,
        lesion=task.part(PartRole.LESION) if asked.seed_mm is None else None,
        facts=task.part(PartRole.FACTS),
        structures=task.part(PartRole.STRUCTURES),
        contrasted=task.part(PartRole.CONTRAST),
        seed_mm=asked.seed_mm,
    )
    case = Case(f"scan-{task.job.scan_id}", image, task.part(PartRole.LABELS))
    return case, request, CaseSettings(scheme=asked.scheme, series=asked.series)


def places(task: Task, json_name: str) -> PlanOutputs:
    """Results into the job's folder; steps beside the scan, so that what follows finds them."""
    from corduroy.pipeline.plan_outputs import PlanOutputs

    return PlanOutputs(task.results / json_name, task.results / "report", task.derived() / "steps")
