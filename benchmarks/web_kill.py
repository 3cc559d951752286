"""Servers and workers killed in the middle of saves, uploads and jobs: what was acknowledged must be there."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np

from benchmarks.figures import Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.web_server import RunningServer
from corduroy.registry.record import Assessment
from corduroy.registry.store import Registry
from corduroy.web.jobs import State
from corduroy.web.scans import PartRole
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench

ROWS = (
    Row("servers", "Servers killed", "", at_least(50)),
    Row("workers", "Workers killed besides", ""),
    Row("saves", "Saves that were acknowledged", ""),
    Row("uploads", "Uploads that were acknowledged", ""),
    Row("jobs", "Jobs that were accepted", ""),
    Row("lost_saves", "Acknowledged saves that are missing or not as acknowledged", "", at_most(0)),
    Row("lost_uploads", "Acknowledged uploads that are missing or not as sent", "", at_most(0)),
    Row("lost_jobs", "Accepted jobs that are missing or did not come to their end", "", at_most(0)),
    Row("half", "Files that nobody was told of, after the next start", "", at_most(0)),
    Row("whole", "The registry's trail is whole", "", at_least(1)),
)
_SIDE = 24
_JOB_EVERY_S = 0.5
_PATIENCE_S = 600.0


@dataclass
class Outcome:
    """What the clients were told, and what was found in the end."""

    servers: int = 0
    workers: int = 0
    saves: dict[str, float] = field(default_factory=dict)
    uploads: dict[str, str] = field(default_factory=dict)
    jobs: set[int] = field(default_factory=set)
    lost_saves: list[str] = field(default_factory=list)
    lost_uploads: list[str] = field(default_factory=list)
    lost_jobs: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    is_whole: bool = False


def measure(quick: bool, tick: Tick) -> Report:
    """Kill, and look."""
    with TemporaryDirectory() as temporary:
        kills = 3 if quick else 50
        outcome = kill(Path(temporary) / "workbench", kills, np.random.default_rng(1), lambda done: tick(done, kills))
    for line in (*outcome.lost_saves, *outcome.lost_uploads, *outcome.lost_jobs, *outcome.half)[:10]:
        print(line)
    values = {name: float(len(value)) for name, value in vars(outcome).items() if isinstance(value, dict | set | list)}
    counted = {"servers": float(outcome.servers), "workers": float(outcome.workers), "whole": float(outcome.is_whole)}
    return Report(fill(ROWS, {**values, **counted}))


def kill(folder: Path, kills: int, rng: np.random.Generator, tell: Callable[[int], None]) -> Outcome:
    """Start a server, let clients work on it, kill it at a random moment, and so on; then look at everything.

    Parameters
    ----------
    folder : Path
        Of a workbench that is not there yet.
    kills : int
        Servers to be killed; in every second round a worker is killed before.
    rng : Generator
    tell : callable
        Told how many were killed.
    """
    case, outcome = _prepared(folder), Outcome()
    for number in range(kills):
        with RunningServer(folder) as server, _Clients(server.url, case, outcome, number):
            time.sleep(rng.uniform(0.1, 2.5))
            if number % 2:
                outcome.workers += _kill_a_worker(server.process.pid)
                time.sleep(rng.uniform(0.0, 1.0))
            server.kill()
        outcome.servers += 1
        tell(number + 1)
    _run_dry(folder, outcome)
    _look(folder, outcome)
    return outcome


def _prepared(folder: Path) -> str:
    """A workbench with one case; its id."""
    from corduroy.registry.record import Patient, TreatedCase

    Workbench(ServerSettings(folder=folder)).close()
    with Registry.open(folder / "registry.sqlite") as registry, registry.transaction(who="bench", why="kill") as change:
        patient = change.add(Patient(pseudonym="P-1"))
        return change.add(TreatedCase(case_no=1, levels=("T7",), aggressive=True), patient.id).id  # type: ignore[arg-type]


class _Clients:
    """Three people who save, upload and start jobs for as long as the server lives, and remember what it told them."""

    def __init__(self, url: str, case: str, outcome: Outcome, number: int) -> None:
        self._client = httpx2.Client(base_url=f"{url}api/v1", timeout=30)
        self._case = case
        self._outcome = outcome
        self._counter = itertools.count(1000 * number)
        self._threads = [
            threading.Thread(target=self._work, args=(deed,)) for deed in (self._save, self._upload, self._job)
        ]

    def __enter__(self) -> None:
        # A new server is slow at first; kills are to meet it at work.
        self._save()
        self._upload()
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()
        self._client.close()

    def _work(self, deed: Callable[[], None]) -> None:
        with suppress(httpx2.TransportError):
            while True:
                deed()

    def _save(self) -> None:
        odi = float(next(self._counter) % 100)
        record = {"visit": "unplanned", "on": "2026-01-05", "odi": odi}
        answer = self._client.post(
            "/records/assessment", json={"record": record, "parent_id": self._case, "confirm": True}
        )
        self._outcome.saves[answer.raise_for_status().json()["id"]] = odi

    def _upload(self) -> None:
        scan = self._new_scan()
        content = _nifti(next(self._counter))
        answer = self._client.put(f"/scans/{scan}/image", content=content)
        told = answer.raise_for_status().json()
        if told["sha256"] == hashlib.sha256(content).hexdigest():
            self._outcome.uploads[scan] = told["sha256"]

    def _job(self) -> None:
        scan = self._new_scan()
        self._client.put(f"/scans/{scan}/image", content=_nifti(7)).raise_for_status()
        answer = self._client.post("/jobs", json={"kind": "prepare", "scan_id": scan})
        self._outcome.jobs.add(answer.raise_for_status().json()["number"])
        time.sleep(_JOB_EVERY_S)

    def _new_scan(self) -> str:
        return str(self._client.post("/scans", json={"case_id": self._case}).raise_for_status().json()["id"])


def _nifti(seed: int) -> bytes:
    """A small image, each another."""
    from nibabel.nifti1 import Nifti1Image

    grey = np.random.default_rng(seed).integers(-1000, 1000, (_SIDE, _SIDE, _SIDE), dtype=np.int16)
    return gzip.compress(Nifti1Image(grey, np.eye(4)).to_bytes(), 1)


def _kill_a_worker(server: int) -> bool:
    """Kill one of the processes that the server has started, if there is one that works."""
    for child in _children(server):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGKILL)
            return True
    return False


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        yield from (int(child) for child in (task / "children").read_text(encoding="ascii").split())


def _run_dry(folder: Path, outcome: Outcome) -> None:
    """Let a server that nobody kills bring all jobs to their end."""
    end = time.monotonic() + _PATIENCE_S
    with (
        RunningServer(folder, workers=2) as server,
        httpx2.Client(base_url=f"{server.url}api/v1", timeout=60) as client,
    ):
        for number in sorted(outcome.jobs):
            while True:
                answer = client.get(f"/jobs/{number}")
                state = State(answer.json()["state"]) if answer.status_code == 200 else None
                if state is None or state.is_over or time.monotonic() > end:
                    break
                time.sleep(0.2)
            if state is not State.DONE:
                outcome.lost_jobs.append(f"job {number}: {answer.text}")


def _look(folder: Path, outcome: Outcome) -> None:
    with Workbench(ServerSettings(folder=folder)) as workbench:
        named = set()
        for scan, sha256 in outcome.uploads.items():
            path = workbench.scans.file(scan, PartRole.IMAGE)
            if path is None or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                outcome.lost_uploads.append(f"scan {scan}")
        for scan in workbench.scans.of_case("cs-2"):
            named |= {workbench.scans.file(scan.id, role) for role in scan.parts}
        found = {path for path in (folder / "scans").glob("*/*") if path.is_file()}
        views = {path for path in (folder / "scans").glob("*/derived/view/*") if path.name.startswith(".partial")}
        outcome.half += [str(path) for path in (found - named) | views]
        _look_at_saves(workbench.registry, outcome)


def _look_at_saves(registry: Registry, outcome: Outcome) -> None:
    held = {entry.id: entry.record for entry in registry.entries("assessment")}
    for entry_id, odi in outcome.saves.items():
        record = held.get(entry_id)
        if not isinstance(record, Assessment) or record.odi != odi:
            outcome.lost_saves.append(f"{entry_id}: {record}")
    outcome.is_whole = registry.verify().is_whole
