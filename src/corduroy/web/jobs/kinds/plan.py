"""`corduroy plan` on a scan of a case."""

from __future__ import annotations

from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.jobs.kinds.planned import PLAN_STEPS, PlannedRequest, places, planned

JSON_NAME = "plan.json"


class PlanJobRequest(PlannedRequest):
    """What a plan may be told."""


def run(task: Task) -> str:
    """Plan; stored steps of the same scan are not done again."""
    from corduroy.pipeline.plan_case import plan_case
    from corduroy.reports.plan.write import write_plan_report

    case, request, settings = planned(task, PlanJobRequest.model_validate(task.job.request))
    started = task.on_step((*PLAN_STEPS, "report"))
    document = plan_case(case, request, settings, places(task, JSON_NAME), write_plan_report, started)
    return f"a plan for {document['level']}"


PLAN = Kind("plan", "Plan the operation", True, PlanJobRequest, run)
