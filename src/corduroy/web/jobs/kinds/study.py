"""`corduroy study` on the workbench's registry."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from corduroy.web.jobs.kinds.kind import Kind, Task

JSON_NAME = "series.json"
_STEPS = ("read", "analyse", "report")


class StudyRequest(BaseModel):
    """A series over the workbench's own registry; the file and place of a registry cannot be named."""

    model_config = ConfigDict(extra="forbid")

    cohort: dict[str, Any]
    """What a cohort file says (docs/study.md), all but its registry."""

    records: Literal["registry", "synthetic"] = "registry"
    """The workbench's registry, or the six invented patients."""


def cohort_of(request: StudyRequest, registry: str) -> dict[str, Any]:
    """The content of a cohort file."""
    from corduroy.study.cohort import SYNTHETIC

    return {**request.cohort, "registry": SYNTHETIC if request.records == "synthetic" else registry}


def run(task: Task) -> str:
    """Analyse the series and write its report."""
    from corduroy.pipeline.files import write_json
    from corduroy.reports.series import write_series_report
    from corduroy.study.cohort_file import cohort_from
    from corduroy.study.origin import opened_records
    from corduroy.study.plain import as_plain
    from corduroy.study.series import analyse

    started = task.on_step(_STEPS)
    started("read")
    request = StudyRequest.model_validate(task.job.request)
    cohort = cohort_from(cohort_of(request, task.bench.place.registry), "the cohort")
    with opened_records(cohort.registry, task.bench.place.folder) as records:
        started("analyse")
        result = analyse(records, cohort)
    started("report")
    written = write_series_report(result, task.results)
    write_json(task.results / JSON_NAME, as_plain(result))
    return f"{result.n} cases analysed, {len(written) + 1} files"


STUDY = Kind("study", "Analyse a case series", False, StudyRequest, run)
