"""Several cases, one after the other or in several processes, with the same results."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from corduroy.errors import CorduroyError
from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.case import Case
from corduroy.pipeline.images import ReportWriter
from corduroy.pipeline.run import OnStep, Outputs, run_case
from corduroy.pipeline.settings import CaseSettings


@dataclass(frozen=True)
class Job:
    """A case with where its results go."""

    case: Case
    outputs: Outputs


@dataclass(frozen=True)
class CaseOutcome:
    """What became of one case: a measurement, or the error that ended it. One bad case ends no other."""

    case: Case
    measurement: SpineMeasurement | None = None
    error: str | None = None


def run_serial(
    jobs: Sequence[Job],
    settings: CaseSettings,
    write_report: ReportWriter | None = None,
    on_step: OnStep | None = None,
) -> Iterator[CaseOutcome]:
    """Run cases one after the other in this process, in the order given."""
    for job in jobs:
        yield _outcome(job, settings, write_report, on_step)


def run_pool(
    jobs: Sequence[Job], settings: CaseSettings, write_report: ReportWriter | None = None, workers: int = 2
) -> Iterator[CaseOutcome]:
    """Run cases in spawned processes, and yield each outcome as it comes.

    `write_report` must be importable (a function of a module), as it travels to the workers.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupt_to_parent)
    try:
        futures = [pool.submit(_outcome, job, settings, write_report) for job in jobs]
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _outcome(
    job: Job,
    settings: CaseSettings,
    write_report: ReportWriter | None,
    on_step: OnStep | None = None,
) -> CaseOutcome:
    try:
        return CaseOutcome(job.case, run_case(job.case, settings, job.outputs, write_report, on_step))
    except CorduroyError as error:
        return CaseOutcome(job.case, error=str(error))


def _leave_interrupt_to_parent() -> None:
    """Ctrl-C reaches the whole process group; only the parent should answer it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
