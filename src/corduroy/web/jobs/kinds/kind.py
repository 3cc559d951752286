"""`Kind`: what a kind of job is, and `Bench`: what it finds when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from corduroy.errors import InputError
from corduroy.web.base import Database, Folder
from corduroy.web.jobs.job import Job
from corduroy.web.jobs.jobs import Jobs
from corduroy.web.jobs.place import WorkerPlace
from corduroy.web.scans import PartRole, Scans


@dataclass(frozen=True)
class Bench:
    """Where a worker works."""

    place: WorkerPlace
    database: Database
    jobs: Jobs
    scans: Scans

    @classmethod
    def opened(cls, place: WorkerPlace) -> Self:
        """On the server's folder; the server holds its lock."""
        folder = Folder(place.folder)
        database = Database.opened(folder.database)
        return cls(place, database, Jobs(database, folder), Scans(database, folder, place.largest_upload_bytes))

    def of_job(self, job: Job) -> Task:
        """The bench with a job on it."""
        return Task(self, job)


@dataclass(frozen=True)
class Task:
    """A job that is being done."""

    bench: Bench
    job: Job

    @property
    def results(self) -> Path:
        """Where results go."""
        return self.bench.jobs.results_folder(self.job.number)

    def on_step(self, steps: tuple[str, ...]) -> Callable[[str], None]:
        """A function to be told of each step as it starts; the share that is done is the share of steps before it."""

        def started(step: str) -> None:
            print(step, flush=True)
            done = round(100 * steps.index(step) / len(steps)) if step in steps else self.job.done_percent
            self.bench.jobs.progress(self.job, step, done)

        return started

    def on_count(self, done: int, total: int) -> None:
        """Tell how many of how many parts of a step are done."""
        held = self.bench.jobs.job(self.job.number)
        if held is not None:
            step = held.step.partition(" (")[0]
            self.bench.jobs.progress(self.job, f"{step} ({done} of {total})", held.done_percent)

    def part(self, role: PartRole) -> Path | None:
        """A file of the job's scan."""
        return None if self.job.scan_id is None else self.bench.scans.file(self.job.scan_id, role)

    def derived(self) -> Path:
        """Where what is made from the job's scan is kept from one job to the next."""
        if self.job.scan_id is None:
            raise InputError(f"a job '{self.job.kind}' without a scan", "a scan")
        return self.bench.scans.derived(self.job.scan_id)


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Parameters
    ----------
    name : str
    title : str
        What it does, for a list.
    needs_scan : bool
    request : type of BaseModel
        What may be asked for.
    run : callable
        Does it, and returns one line about what came out.
    check : callable, optional
        Refuses a request that fits its form and still cannot be done, before it is queued.
    """

    name: str
    title: str
    needs_scan: bool
    request: type[BaseModel]
    run: Callable[[Task], str]
    check: Callable[[Any], None] | None = None

    def checked(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request as it is kept.

        Raises
        ------
        InputError
            If it asks for something that this kind does not know.
        """
        try:
            asked = self.request.model_validate(request)
        except ValidationError as problem:
            told = "; ".join(
                f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in problem.errors()
            )
            raise InputError(f"a job '{self.name}': {told}", do="see the interface's description") from None
        if self.check is not None:
            self.check(asked)
        return asked.model_dump(mode="json", by_alias=True)
