"""`corduroy serve` as a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from corduroy.errors import CorduroyError

_START_S = 90.0


class ServerError(CorduroyError):
    """The server did not start."""


class RunningServer:
    """Starts in ``__enter__`` and has ended after ``__exit__``.

    Parameters
    ----------
    folder : Path
    workers : int
    log : Path
        Where what it prints goes.
    """

    def __init__(self, folder: Path, workers: int = 1, log: Path | None = None) -> None:
        self._folder = folder
        self._workers = workers
        self._log = log or folder.with_name(f"{folder.name}.log")
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", "from corduroy.cli import main; main()", "serve", str(self._folder)]
        options = ["--port", "0", "--workers", str(self._workers)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], stdout=subprocess.PIPE, stderr=log, env=environment, start_new_session=True
            )
        stop = threading.Timer(_START_S, self.process.kill)
        stop.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        stop.cancel()
        found = re.match(r"http://[^ ]+/", line)
        if found is None:
            self.kill()
            raise ServerError(f"the server printed {line!r}", do=f"look at {self._log}")
        self.url = found[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self._reap()

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.kill()
        self._reap()

    def _reap(self) -> int:
        code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def resident_mb(process: int) -> float:
    """Memory that a process has now, without its children, in MB."""
    return _status_kb(process, "VmRSS") / 1024


def peak_mb(process: int) -> float:
    """The most memory that it had since `forget_peak`, in MB."""
    return _status_kb(process, "VmHWM") / 1024


def processor_s(process: int) -> float:
    """Processor time that a process has taken so far, without its children: what it costs on a busy machine too."""
    after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def forget_peak(process: int) -> None:
    """Let `peak_mb` count from now on."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


def _status_kb(process: int, name: str) -> int:
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise ServerError(f"process {process} tells no {name}")
