"""What a worker process does: take a job from the pipe, run it, tell the database how it ended, ask for another."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from corduroy.errors import CorduroyError
from corduroy.web.jobs.place import WorkerPlace

if TYPE_CHECKING:
    from corduroy.web.jobs.job import Job
    from corduroy.web.jobs.kinds.kind import Bench

READY = "ready"


def work(pipe: Connection, place: WorkerPlace) -> None:
    """The body of the process; ends with the server, however that ends.

    Parameters
    ----------
    pipe : Connection
        Jobs come out of it; into it goes `READY`.
    place : WorkerPlace
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server answers it
    from corduroy.web.jobs.kinds.kind import Bench

    inbox = _Inbox(pipe)
    bench = Bench.opened(place)
    while True:
        pipe.send(READY)
        _run(bench, inbox.take())


class _Inbox:
    """A thread listens to the pipe, so that the server's end is noticed also while a job runs."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._came = threading.Semaphore(0)
        self._jobs: list[Job] = []
        threading.Thread(target=self._listen, name="inbox", daemon=True).start()

    def take(self) -> Job:
        """The next job."""
        self._came.acquire()
        return self._jobs.pop(0)

    def _listen(self) -> None:
        while True:
            try:
                self._jobs.append(self._pipe.recv())
            except (EOFError, OSError):
                os._exit(1)
            self._came.release()


def _run(bench: Bench, job: Job) -> None:
    from corduroy.web.jobs.job import State
    from corduroy.web.jobs.kinds import KINDS

    log = bench.jobs.log_path(job.number)
    log.parent.mkdir(parents=True, exist_ok=True)
    with _writing_into(log):
        print(f"--- {job.kind}, attempt {job.attempt}", flush=True)
        try:
            told = KINDS[job.kind].run(bench.of_job(job))
            state = State.DONE
        except CorduroyError as error:
            state, told = State.FAILED, str(error)
        except Exception as error:
            traceback.print_exc()
            state, told = State.FAILED, f"a fault of the program: {type(error).__name__}; the log has the particulars"
        print(f"--- {state}: {told}", flush=True)
    bench.jobs.finish(job, state, told)


@contextmanager
def _writing_into(log: Path) -> Iterator[None]:
    """Whatever is printed or warned meanwhile goes to the end of a file, from libraries in C too."""
    kept = os.dup(1), os.dup(2)
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab", buffering=0) as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = _show_warning
            yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, held in zip((1, 2), kept, strict=True):
            os.dup2(held, number)
            os.close(held)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Python's form names a source line, which means nothing to a user."""
    print(f"warning: {message}", flush=True)
