"""Jobs: start, watch, cancel; logs and results."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, PlainTextResponse

from corduroy.errors import InputError
from corduroy.web.api.bodies import JobKind, NewJob, ResultFile
from corduroy.web.api.cases import MOST_AT_ONCE
from corduroy.web.api.refusals import missing, refusals
from corduroy.web.api.who import Editor, Viewer
from corduroy.web.gate import API
from corduroy.web.jobs import Job, State
from corduroy.web.jobs.kinds import KINDS
from corduroy.web.workbench import Workbench

Number = Annotated[int, Path(ge=1, le=2**53)]
_FILE = {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
# A report is a page that somebody's data went into: it may draw itself and nothing more. Browsers show no PDF so.
_PAGES = (".html", ".svg")
_OF_PAGES = {
    "content-security-policy": "sandbox allow-scripts allow-popups; default-src 'none'; img-src 'self' data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:"
}


def result_address(number: int, name: str) -> str:
    """Where a file that a job made is fetched.

    Parameters
    ----------
    number : int
        Of the job.
    name : str
        Below its results.
    """
    return f"{API}/jobs/{number}/results/{name}"


def job_operations(workbench: Workbench) -> APIRouter:
    """Operations on jobs."""
    router = APIRouter(tags=["jobs"])
    _queue(router, workbench)
    _outcomes(router, workbench)
    return router


def _queue(router: APIRouter, workbench: Workbench) -> None:
    jobs = workbench.jobs

    @router.get("/job-kinds", responses=refusals())
    def kinds(_: Viewer) -> list[JobKind]:
        """What can be done, and what may be asked of each."""
        return [
            JobKind(
                name=kind.name, title=kind.title, needs_scan=kind.needs_scan, request=kind.request.model_json_schema()
            )
            for kind in KINDS.values()
        ]

    @router.get("/jobs", responses=refusals(422))
    def several(
        _: Viewer,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
        scan_id: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
        state: State | None = None,
    ) -> list[Job]:
        """Jobs, the newest first."""
        return jobs.recent(limit, offset, scan_id, state)

    @router.post("/jobs", status_code=201, responses=refusals(404, 422))
    def start(given: NewJob, editor: Editor) -> Job:
        """Queue a job. When this answers, no restart loses it."""
        return start_job(workbench, given.kind, given.request, editor.name, given.scan_id)

    @router.get("/jobs/{number}", responses=refusals(404, 422))
    def one(number: Number, _: Viewer) -> Job:
        """One job."""
        return _job(workbench, number)

    @router.post("/jobs/{number}/cancel", responses=refusals(404, 422))
    def cancel(number: Number, editor: Editor) -> Job:
        """Stop a job; one that is over stays as it is."""
        _job(workbench, number)
        return jobs.cancel(number, editor.name) or _job(workbench, number)


def _outcomes(router: APIRouter, workbench: Workbench) -> None:
    jobs = workbench.jobs

    @router.get("/jobs/{number}/log", response_class=PlainTextResponse, responses=refusals(404, 422))
    def log(number: Number, _: Viewer) -> PlainTextResponse:
        """What the job wrote, all attempts; the end of it if it is long."""
        _job(workbench, number)
        return PlainTextResponse(jobs.log(number))

    @router.get("/jobs/{number}/results", responses=refusals(404, 422))
    def results(number: Number, _: Viewer) -> list[ResultFile]:
        """The files that the job made."""
        _job(workbench, number)
        return [
            ResultFile(name=name, bytes=path.stat().st_size, url=result_address(number, name))
            for name, path in jobs.results(number).items()
        ]

    @router.get(
        "/jobs/{number}/results/{name:path}",
        response_class=FileResponse,
        responses={200: _FILE, **refusals(404, 422)},
    )
    def result(number: Number, name: Annotated[str, Path(max_length=500)], _: Viewer) -> FileResponse:
        """One file that the job made."""
        _job(workbench, number)
        path = jobs.results(number).get(name)
        if path is None:
            raise missing(f"result of that name of job {number}")
        return FileResponse(path, headers=_OF_PAGES if path.suffix in _PAGES else None)


def start_job(
    workbench: Workbench, kind_name: str, request: dict[str, object], who: str, scan_id: str | None = None
) -> Job:
    """Check a request and queue it; for pages and interface alike.

    Raises
    ------
    InputError
        If there is no such kind or scan, or the request is not one of this kind.
    """
    kind = KINDS.get(kind_name)
    if kind is None:
        raise InputError(f"'{kind_name}' is no kind of job", f"one of {', '.join(KINDS)}")
    if kind.needs_scan != (scan_id is not None):
        raise InputError(
            f"a job '{kind_name}' {'with' if scan_id else 'without'} a scan", "a scan" if kind.needs_scan else "none"
        )
    return workbench.jobs.add(kind_name, kind.checked(request), who, scan_id)


def _job(workbench: Workbench, number: int) -> Job:
    job = workbench.jobs.job(number)
    if job is None:
        raise missing(f"job {number}")
    return job
