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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from corduroy.errors import ConflictError, RegistryError
from corduroy.registry.record import Assessment, Patient, TreatedCase
from corduroy.registry.store import Registry

# From the fork to the kill; a transaction takes a few milliseconds, opening a registry some tens.
_LONGEST_LIFE_S = 0.4
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
        with _forked(partial(_write_for_ever, place, number)) as (process, acknowledged):
            time.sleep(rng.uniform(0, _LONGEST_LIFE_S))
            os.kill(process, signal.SIGKILL)
            told += acknowledged()
        outcome.kills += 1
        _inspect(place, told, outcome)
    return outcome


def meeting_writers(place: str, writers: int, transactions: int) -> tuple[int, list[str]]:
    """Several processes add at once, and all count up the same assessment.

    Returns
    -------
    tuple of int and list of str
        How often a lost update was refused and done again; what is wrong in the end.
    """
    with Registry.create(place) as registry, registry.transaction(who="first", why="to be counted up") as change:
        case = change.add(TreatedCase(case_no=1, levels=("T7",)), change.add(Patient(pseudonym="FIRST")).id)
        counter = change.add(Assessment(visit="preop", on="2020-01-01", odi=0.0), case.id).id
    refused, done, open_pipes = 0, 0, []
    for number in range(writers):
        entered = _forked(partial(_count_up, place, counter, number, transactions))
        open_pipes.append((entered, entered.__enter__()))
    for entered, (_, acknowledged) in open_pipes:
        lines = acknowledged()
        refused += lines.count("refused")
        done += lines.count("done")
        entered.__exit__(None, None, None)
    with Registry.open(place) as registry:
        wrong = [] if (problem := registry.verify().problem) is None else [problem]
        last = registry.entry(counter)
        patients = sum(1 for _ in registry.entries("patient")) - 1
    total = writers * transactions
    counts = {"acknowledged": done, "patients": patients, "updates": last.version - 1, "counter": last.record.odi}  # type: ignore[attr-defined]
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

    with _forked(limited) as (_, acknowledged):
        lines = acknowledged()
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
                more = seen.record.model_copy(update={"odi": seen.record.odi + 1.0})  # type: ignore[attr-defined]
                try:
                    with registry.transaction(who=f"writer {number}", why="one more") as change:
                        change.add(Patient(pseudonym=f"W{number}-{count}"))
                        change.update(counter, seen.version, more)
                    break
                except ConflictError:
                    out("refused")
            out("done")


@contextmanager
def _forked(work: Callable[[Callable[[str], None]], None]) -> Iterator[tuple[int, Callable[[], list[str]]]]:
    """Run `work` in a child; what it tells comes back when it has ended, line by line."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            work(lambda line: _tell(writing, line))
        finally:
            os._exit(0)
    os.close(writing)
    waited = False

    def acknowledged() -> list[str]:
        nonlocal waited
        with os.fdopen(reading, "rb") as pipe:
            # A line that was cut by the kill was not acknowledged.
            lines = [line.decode().strip() for line in pipe.read().splitlines(keepends=True) if line.endswith(b"\n")]
        os.waitpid(process, 0)
        waited = True
        return lines

    try:
        yield process, acknowledged
    finally:
        if not waited:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(reading)


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
