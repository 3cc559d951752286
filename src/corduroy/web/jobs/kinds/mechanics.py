"""`corduroy mechanics` on a scan of a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from corduroy.errors import CaseError
from corduroy.web.jobs.job import State
from corduroy.web.jobs.kinds.inject import fill_file
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.jobs.kinds.planned import PLAN_STEPS, PlannedRequest, places, planned

if TYPE_CHECKING:
    from corduroy.pipeline.mechanics_settings import MechanicsSettings

JSON_NAME = "mechanics.json"
_STEPS = (*PLAN_STEPS, "density", "models", "report")


class MechanicsJobRequest(PlannedRequest):
    """What the mechanics may be told."""

    settings: dict[str, Any] = Field(default_factory=dict)
    """By the names of `corduroy.pipeline.mechanics_settings.MechanicsSettings`."""

    fill_from: int | None = Field(default=None, ge=1, le=2**53)
    """Number of a job `inject` on the same scan whose cement is taken; None: grown at the planned cannula."""


def check(request: MechanicsJobRequest) -> None:
    """Refuse settings that the mechanics would refuse.

    Raises
    ------
    SettingsError
    """
    _settings(request)


def run(task: Task) -> str:
    """Plan where that was not done, then compare the states of the vertebra."""
    from corduroy.pipeline.mechanics_case import Writers, mechanics_case
    from corduroy.pipeline.mechanics_settings import MechanicsRequest
    from corduroy.reports.mechanics.write import write_mechanics_report
    from corduroy.reports.plan.write import write_plan_report

    asked = MechanicsJobRequest.model_validate(task.job.request)
    case, plan, settings = planned(task, asked)
    fill = None if asked.fill_from is None else _fill(task, asked.fill_from)
    mechanics_case(
        case,
        MechanicsRequest(plan, fill, None, _settings(asked)),
        settings,
        places(task, JSON_NAME),
        Writers(write_plan_report, write_mechanics_report),
        task.on_step(_STEPS),
        task.on_count,
    )
    return "stiffness and strength were compared"


def _fill(task: Task, number: int) -> Path:
    job = task.bench.jobs.job(number)
    if job is None or job.kind != "inject" or job.scan_id != task.job.scan_id or job.state is not State.DONE:
        raise CaseError(f"job {number} as a source of cement", "a job 'inject' on the same scan that is done")
    return fill_file(task.bench.jobs.results_folder(number))


def _settings(request: MechanicsJobRequest) -> MechanicsSettings:
    from corduroy.pipeline.mechanics_settings import checked_settings

    return checked_settings(**request.settings)


MECHANICS = Kind("mechanics", "Compare stiffness and strength", True, MechanicsJobRequest, run, check)
