"""`Jobs`: the queue. A job that was accepted is in the database, and stays there whatever is killed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from corduroy.errors import InputError
from corduroy.web.base import Database, Folder, moment
from corduroy.web.base.tables import JOBS, SCANS
from corduroy.web.jobs.job import Job, State

MOST_DEATHS = 3
"""Author's choice. A job that ended its worker three times would do it again."""

MOST_ATTEMPTS = 10
"""Author's choice, servers that ended counted too: a job may be what ends them."""

_LONGEST_LOG = 200_000


class Jobs:
    """Thread-safe; the server and its workers each have their own on the same database."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder
        self._listeners: list[Callable[[], None]] = []
        self._guard = threading.Lock()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have a function called when there may be something to do."""
        with self._guard:
            self._listeners.append(listener)

    def no_more(self, listener: Callable[[], None]) -> None:
        """Undo `on_change`."""
        with self._guard:
            self._listeners.remove(listener)

    def add(self, kind: str, request: dict[str, Any], who: str, scan_id: str | None = None) -> Job:
        """Queue a job; when this returns, it is on the disk.

        Parameters
        ----------
        kind : str
        request : dict
            As the kind's own `check` has let it through.
        who : str
        scan_id : str, optional

        Raises
        ------
        InputError
            If there is no such scan any more.
        """
        row = {"kind": kind, "scan_id": scan_id, "request": json.dumps(request), "state": State.QUEUED, "who": who}
        fresh = {
            "made_at": moment(),
            "attempt": 0,
            "deaths": 0,
            "step": "",
            "done_percent": 0,
            "told": "",
            "cancel": False,
        }
        with self._database.noted(who, f"start {kind}", scan_id or "") as connection:
            if scan_id and not connection.execute(select(SCANS.c.id).where(SCANS.c.id == scan_id)).first():
                raise InputError(f"there is no scan {scan_id}", do="look at the case's scans")
            number = connection.execute(insert(JOBS).values(**row, **fresh).returning(JOBS.c.number)).scalar_one()
            job = _one(connection, number)
        self._tell()
        return job

    def job(self, number: int) -> Job | None:
        """One job, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.number == number)).mappings().first()
        return None if row is None else _job(row)

    def recent(
        self, limit: int = 50, offset: int = 0, scan_id: str | None = None, state: State | None = None
    ) -> list[Job]:
        """The newest first."""
        query = select(JOBS).order_by(JOBS.c.number.desc()).limit(limit).offset(offset)
        if scan_id is not None:
            query = query.where(JOBS.c.scan_id == scan_id)
        if state is not None:
            query = query.where(JOBS.c.state == state)
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def cancel(self, number: int, who: str) -> Job | None:
        """Ask a job to stop; one that waits is cancelled at once, one that is over stays as it is."""
        with self._database.noted(who, "cancel job", str(number)) as connection:
            own = JOBS.c.number == number
            ended = {"state": State.CANCELLED, "ended_at": moment(), "cancel": True, "told": f"cancelled by {who}"}
            connection.execute(update(JOBS).where(own, JOBS.c.state == State.QUEUED).values(**ended))
            running = update(JOBS).where(own, JOBS.c.state == State.RUNNING)
            connection.execute(running.values(cancel=True, told=f"cancelled by {who}"))
            row = connection.execute(select(JOBS).where(own)).mappings().first()
        self._tell()
        return None if row is None else _job(row)

    def take(self) -> Job | None:
        """Take the oldest job that waits, for a worker that is ready."""
        with self._database.writing() as connection:
            waiting = select(JOBS.c.number).where(JOBS.c.state == State.QUEUED).order_by(JOBS.c.number).limit(1)
            number = connection.execute(waiting).scalar()
            if number is None:
                return None
            taken = {"state": State.RUNNING, "attempt": JOBS.c.attempt + 1, "started_at": moment(), "step": "starting"}
            connection.execute(update(JOBS).where(JOBS.c.number == number).values(**taken, done_percent=0))
            return _one(connection, number)

    def progress(self, job: Job, step: str, done_percent: int) -> None:
        """Tell how far a job is. Nothing, if another worker has it by now."""
        self._set(job, step=step, done_percent=done_percent)

    def finish(self, job: Job, state: State, told: str) -> bool:
        """End a job; False if another worker has it by now, or it is over."""
        kept = {"done_percent": 100} if state is State.DONE else {}
        done = self._set(job, state=state, told=told, ended_at=moment(), **kept)
        self._tell()
        return done

    def lost(self, job: Job, why: str, *, is_death: bool) -> None:
        """The worker of a job is gone: cancelled if that was wanted, else once more from the queue, or failed.

        Parameters
        ----------
        job : Job
        why : str
        is_death : bool
            Whether the worker ended by itself; False where the server ended it, or ended with it.
        """
        with self._database.reading() as connection:
            now = _one(connection, job.number)
        deaths = now.deaths + is_death
        if now.cancel:
            self.finish(job, State.CANCELLED, now.told)
        elif deaths >= MOST_DEATHS or job.attempt >= MOST_ATTEMPTS:
            self.finish(job, State.FAILED, f"taken {job.attempt} times without a result; the last time: {why}")
        else:
            self._set(job, state=State.QUEUED, step="", deaths=deaths, told=f"{why}; waits to be tried again")
            self._tell()

    def lost_at_start(self) -> list[Job]:
        """The jobs that a server which is no more had running."""
        return self.recent(limit=10_000, state=State.RUNNING)

    def log(self, number: int) -> str:
        """The end of what a job wrote, all attempts."""
        path = self.log_path(number)
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _LONGEST_LOG))
            return stream.read().decode("utf-8", errors="replace")

    def log_path(self, number: int) -> Path:
        """The file with what a job wrote."""
        return self._folder.job(number) / "log.txt"

    def results_folder(self, number: int) -> Path:
        """Where a job's results are."""
        return self._folder.job(number) / "results"

    def results(self, number: int) -> dict[str, Path]:
        """The files of a job by their path below its results, none that a killed worker left half done."""
        folder = self.results_folder(number)
        found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
        return {
            name.as_posix(): path
            for name, path in found.items()
            if not any(part.startswith(".") or part == "steps" for part in name.parts)
        }

    def _set(self, job: Job, **values: Any) -> bool:
        own = (JOBS.c.number == job.number, JOBS.c.attempt == job.attempt, JOBS.c.state == State.RUNNING)
        with self._database.writing() as connection:
            return bool(connection.execute(update(JOBS).where(*own).values(**values)).rowcount)

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def _one(connection: Connection, number: int) -> Job:
    return _job(connection.execute(select(JOBS).where(JOBS.c.number == number)).mappings().one())


def _job(row: RowMapping) -> Job:
    return Job.model_validate({**row, "request": json.loads(row["request"])})
