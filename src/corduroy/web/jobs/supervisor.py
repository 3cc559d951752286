"""`Supervisor`: keeps worker processes, hands them jobs, stops those that were cancelled, replaces those that died."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from corduroy.web.jobs.job import Job
from corduroy.web.jobs.jobs import Jobs
from corduroy.web.jobs.place import WorkerPlace
from corduroy.web.jobs.worker import READY, work

# Author's choices: a new process now and then gives memory back; one that cannot start need not be tried at once.
_JOBS_OF_A_WORKER = 8
_AFTER_FAILED_START_S = 5.0
_TIME_TO_DIE_S = 0.2


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    is_ready: bool = False
    job: Job | None = None
    jobs_done: int = 0
    was_ready: bool = False


class Supervisor:
    """A thread of the server; use it in a ``with`` block. At its end running jobs go back to the queue.

    Parameters
    ----------
    jobs : Jobs
    place : WorkerPlace
    workers : int
        0: jobs wait.
    """

    def __init__(self, jobs: Jobs, place: WorkerPlace, workers: int) -> None:
        self._jobs = jobs
        self._place = place
        self._wanted = workers
        self._workers: list[_Worker] = []
        self._context = multiprocessing.get_context("spawn")
        self._wake_out, self._wake_in = os.pipe()
        os.set_blocking(self._wake_in, False)
        self._ending = False
        self._no_start_before = 0.0
        self._thread = threading.Thread(target=self._run, name="supervisor of jobs", daemon=True)

    def __enter__(self) -> Self:
        for job in self._jobs.lost_at_start():
            self._jobs.lost(job, "the server ended", is_death=False)
        self._jobs.on_change(self.wake)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        self.wake()
        self._thread.join()
        self._jobs.no_more(self.wake)
        os.close(self._wake_out)
        os.close(self._wake_in)

    def wake(self) -> None:
        """Look again at what there is to do."""
        try:
            os.write(self._wake_in, b".")
        except BlockingIOError:
            return  # it is awake already, as often as the pipe can hold

    def _run(self) -> None:
        while not self._ending:
            self._stop_cancelled()
            self._start_missing()
            self._hand_out()
            watched = [self._wake_out, *(end for w in self._workers for end in (w.pipe, w.process.sentinel))]
            for ready in wait(watched, self._pause_s()):
                if ready == self._wake_out:
                    os.read(self._wake_out, 4096)
            for worker in list(self._workers):
                self._hear(worker)
        self._end_all()

    def _pause_s(self) -> float | None:
        """How long to wait where nothing happens: for ever, unless a worker is missing that may not start yet."""
        if len(self._workers) == self._wanted:
            return None
        return max(0.0, self._no_start_before - time.monotonic())

    def _start_missing(self) -> None:
        while len(self._workers) < self._wanted and time.monotonic() >= self._no_start_before:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=work, args=(theirs, self._place), name="corduroy worker", daemon=True
            )
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))

    def _hand_out(self) -> None:
        for worker in self._workers:
            if worker.is_ready and (job := self._jobs.take()) is not None:
                worker.is_ready, worker.job = False, job
                try:
                    worker.pipe.send(job)
                except OSError:
                    worker.process.kill()  # its end is dealt with as any other

    def _hear(self, worker: _Worker) -> None:
        """Take in what a worker says, and that it has ended."""
        try:
            while worker.pipe.poll():
                if worker.pipe.recv() == READY:
                    worker.jobs_done += worker.job is not None
                    worker.is_ready, worker.was_ready, worker.job = True, True, None
        except (EOFError, OSError):
            self._bury(worker)
            return
        if not worker.process.is_alive() or worker.jobs_done >= _JOBS_OF_A_WORKER:
            self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.join(_TIME_TO_DIE_S)
        worker.process.kill()
        worker.process.join()
        self._workers.remove(worker)
        if worker.job is not None:
            why = "the server ended" if self._ending else f"its worker ended ({_why(worker.process.exitcode)})"
            self._jobs.lost(worker.job, why, is_death=not self._ending)
        if not worker.was_ready and not self._ending:
            self._no_start_before = time.monotonic() + _AFTER_FAILED_START_S

    def _stop_cancelled(self) -> None:
        for worker in self._workers:
            if worker.job is not None:
                now = self._jobs.job(worker.job.number)
                if now is not None and now.cancel and not now.state.is_over:
                    worker.process.kill()

    def _end_all(self) -> None:
        for worker in list(self._workers):
            self._bury(worker)


def _why(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"killed by signal {-exit_code}"
    return f"exit code {exit_code}"
