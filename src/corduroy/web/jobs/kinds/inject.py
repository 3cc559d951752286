"""`corduroy inject` on a scan of a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from corduroy.pipeline.file_names import INJECTED_FILE
from corduroy.web.jobs.kinds.kind import Kind, Task
from corduroy.web.jobs.kinds.planned import PLAN_STEPS, PlannedRequest, places, planned

if TYPE_CHECKING:
    from corduroy.pipeline.injection_settings import InjectionCaseSettings

JSON_NAME = "injection.json"
_STEPS = (*PLAN_STEPS, "density", "injection", "ensemble", "what if", "report")


class InjectJobRequest(PlannedRequest):
    """What an injection may be told."""

    settings: dict[str, Any] = Field(default_factory=dict)
    """By the names of `corduroy.pipeline.injection_settings.InjectionCaseSettings`; a cement by its name."""


def fill_file(results: Path) -> Path:
    """The mask of the cement that a finished job left below its results."""
    return results / "report" / INJECTED_FILE


def check(request: InjectJobRequest) -> None:
    """Refuse settings that the injection would refuse.

    Raises
    ------
    SettingsError
    """
    _settings(request)


def run(task: Task) -> str:
    """Plan where that was not done, then inject."""
    from corduroy.pipeline.injection_case import InjectionWriters, injection_case
    from corduroy.pipeline.injection_settings import InjectionRequest
    from corduroy.reports.injection.write import write_injection_report
    from corduroy.reports.plan.write import write_plan_report

    asked = InjectJobRequest.model_validate(task.job.request)
    case, plan, settings = planned(task, asked)
    injection_case(
        case,
        InjectionRequest(plan, _settings(asked), processes=1),
        settings,
        places(task, JSON_NAME),
        InjectionWriters(write_plan_report, write_injection_report),
        task.on_step(_STEPS),
        task.on_count,
    )
    return "cement was injected in simulation"


def _settings(request: InjectJobRequest) -> InjectionCaseSettings:
    """No file of the server can be named as a cement's curve."""
    from corduroy.pipeline.injection_settings import checked_injection
    from corduroy.simulation.injection import cement_named

    cement_named(str(request.settings.get("cement", "high-viscosity")))
    return checked_injection(**request.settings)


INJECT = Kind("inject", "Simulate the injection of cement", True, InjectJobRequest, run, check)
