"""Writers that are killed, that meet, that run out of disk: is everything kept of which they were told so?

A writer acknowledges each commit on a pipe, after the transaction has ended; then everything acknowledged must be
found, whole, and the trail valid, whatever happened to the writer.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from corduroy.errors import ConflictError, RegistryError
from corduroy.registry.record import Assessment, Operation, Patient, TreatedCase
from corduroy.registry.store import Registry

# A writer is killed some writes after its start and some milliseconds after the last of these; one write takes a few.
_MOST_WRITES = 8
_LONGEST_WAIT_S = 0.02
_KILLS_OF_ONE_REGISTRY = 20


@dataclass
class Outcome:
    """What the kills left.

    Parameters
    ----------
    kills, acknowledged : int
    lost : list of str
        Acknowledged writes that are not there, or not as acknowledged.
    broken : list of str
        What `verify` found, and transactions of which only a part is there.
    """

    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def kill_writers(new_place: Callable[[], str], kills: int, rng: np.random.Generator) -> Outcome:
    """Let a writer work and kill it with SIGKILL at a random moment, again and again.

    Parameters
    ----------
    new_place : callable
        Gives a place where no registry is.
    kills : int
    rng : Generator
    """
    outcome = Outcome()
    place, told = "", list[str]()
    for number in range(kills):
        if number % _KILLS_OF_ONE_REGISTRY == 0:
            place, told = new_place(), []
            Registry.create(place).close()
        with Child(partial(_write_for_ever, place, number)) as child:
            child.wait_for(int(rng.integers(_MOST_WRITES)))
            time.sleep(rng.uniform(0, _LONGEST_WAIT_S))
            child.kill()
            told += child.all_lines()
        outcome.kills += 1
        _inspect(place, told, outcome)
    return outcome


def meeting_writers(place: str, writers: int, transactions: int) -> tuple[int, list[str]]:
    """Several processes add at once, and all count up the same value.

    Returns
    -------
    tuple of int and list of str
        How often a lost update was refused and done again; what is wrong in the end.
    """
    with Registry.create(place) as registry, registry.transaction(who="first", why="to be counted up") as change:
        case = change.add(TreatedCase(case_no=1, levels=("T7",)), change.add(Patient(pseudonym="FIRST")).id)
        counter = change.add(Operation(on="2020-01-01", gelatin_mg=0.0), case.id).id
    with ExitStack() as stack:
        tasks = [partial(_count_up, place, counter, number, transactions) for number in range(writers)]
        children = [stack.enter_context(Child(task)) for task in tasks]
        lines = [line for child in children for line in child.all_lines()]
    refused, done = lines.count("refused"), lines.count("done")
    with Registry.open(place) as registry:
        wrong = [] if (problem := registry.verify().problem) is None else [problem]
        last = registry.entry(counter)
        patients = sum(1 for _ in registry.entries("patient")) - 1
    total = writers * transactions
    counts = {
        "acknowledged": done,
        "patients": patients,
        "updates": last.version - 1,
        "counter": last.record.gelatin_mg,
    }  # type: ignore[attr-defined]
    wrong += [f"{name} {count}, not {total}" for name, count in counts.items() if count != total]
    return refused, wrong


def write_until_full(place: str, limit_bytes: int) -> tuple[list[str], str]:
    """A writer that may make files of no more than so many bytes.

    Returns
    -------
    tuple of list of str and str
        What it acknowledged, and the error with which it ended.
    """

    def limited(out: Callable[[str], None]) -> None:
        # Without a handler for the signal the process would end; ignored, the write fails as on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        try:
            _write_for_ever(place, 0, out)
        except RegistryError as error:
            out(f"error {error}")

    with Child(limited) as child:
        lines = child.all_lines()
    errors = [line for line in lines if line.startswith("error ")]
    return [line for line in lines if line not in errors], errors[0] if errors else ""


def lost_of(registry: Registry, told: list[str]) -> list[str]:
    """Acknowledged writes that are not there, or older than acknowledged."""
    lost = []
    for line in told:
        entry_id, version, odi = line.split()
        entry = registry.entry(entry_id)
        if entry.version < int(version) or (entry.version == int(version) and entry.record.odi != float(odi)):  # type: ignore[attr-defined]
            lost.append(line)
    return lost


def _inspect(place: str, told: list[str], outcome: Outcome) -> None:
    with Registry.open(place) as registry:
        outcome.lost += lost_of(registry, told)
        if problem := registry.verify().problem:
            outcome.broken.append(problem)
        counts = {kind: sum(1 for _ in registry.entries(kind)) for kind in ("patient", "case", "assessment")}
        if len(set(counts.values())) > 1:
            outcome.broken.append(f"a transaction is there in part: {counts}")
    outcome.acknowledged += len(told)
    told.clear()


def _write_for_ever(place: str, number: int, out: Callable[[str], None]) -> None:
    """Add a patient with case and assessment, then change the assessment; tell of each when it is committed."""
    with Registry.open(place) as registry:
        count = 0
        while True:
            count += 1
            with registry.transaction(who=f"writer {number}", why="crash test") as change:
                case = change.add(
                    TreatedCase(case_no=1, levels=("T7",)), change.add(Patient(pseudonym=f"K{number}-{count}")).id
                )
                added = change.add(Assessment(visit="preop", on="2020-01-01", odi=1.0), case.id)
            out(f"{added.id} 1 1.0")
            with registry.transaction(who=f"writer {number}", why="crash test") as change:
                change.update(added.id, 1, Assessment(visit="preop", on="2020-01-01", odi=2.0))
            out(f"{added.id} 2 2.0")


def _count_up(place: str, counter: str, number: int, transactions: int, out: Callable[[str], None]) -> None:
    with Registry.open(place) as registry:
        for count in range(transactions):
            while True:
                seen = registry.entry(counter)
                more = seen.record.model_copy(update={"gelatin_mg": seen.record.gelatin_mg + 1.0})  # type: ignore[attr-defined]
                try:
                    with registry.transaction(who=f"writer {number}", why="one more") as change:
                        change.add(Patient(pseudonym=f"W{number}-{count}"))
                        change.update(counter, seen.version, more)
                    break
                except ConflictError:
                    out("refused")
            out("done")


class Child:
    """A forked process and the lines that it tells.

    Parameters
    ----------
    work : callable
        Is given a function that tells a line.
    """

    def __init__(self, work: Callable[[Callable[[str], None]], None]) -> None:
        reading, writing = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(reading)
            try:
                work(lambda line: _tell(writing, line))
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(writing)
        self._pipe = os.fdopen(reading, "rb")
        self._lines: list[str] = []
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._pipe.close()

    def wait_for(self, lines: int) -> None:
        """Until so many lines were told, or the child has ended."""
        while len(self._lines) < lines and (line := self._pipe.readline()):
            self._keep(line)

    def kill(self) -> None:
        """End it at once."""
        if not self._ended:
            os.kill(self._process, signal.SIGKILL)
            self._wait()

    def all_lines(self) -> list[str]:
        """What it has told by its end."""
        for line in self._pipe:
            self._keep(line)
        if not self._ended:
            self._wait()
        return self._lines

    def _wait(self) -> None:
        os.waitpid(self._process, 0)
        self._ended = True

    def _keep(self, line: bytes) -> None:
        # A line that was cut by the kill was not told.
        if line.endswith(b"\n"):
            self._lines.append(line.decode().strip())


def _tell(pipe: int, line: str) -> None:
    os.write(pipe, line.encode() + b"\n")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size, in memory; only root may make one.

    Raises
    ------
    PermissionError
    """
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode:
        raise PermissionError(made.stderr.decode().strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
