"""Is anything lost: writers killed at random moments, writers at once, a disk that is full."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks.crash import kill_writers, lost_of, meeting_writers, small_disk, write_until_full
from benchmarks.figures import Figure, Row, Target, at_least, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.postgres_server import NoServerError, running_server
from corduroy.registry.store import Registry

_KILLS, _QUICK_KILLS = 200, 10
_TRANSACTIONS, _QUICK_TRANSACTIONS = 200, 10
_NONE = Target(0, 0)

ROWS = (
    Row("kills", "{0}: writers killed with SIGKILL at a random moment", "kills", at_least(_KILLS)),
    Row("acknowledged", "{0}: writes that they had acknowledged", "writes"),
    Row("lost", "{0}: of these not found, or older than acknowledged", "writes", _NONE),
    Row("broken", "{0}: trails not whole, or transactions kept in part, after a kill", "kills", _NONE),
    Row("refused", "{0}: lost updates refused, of two writers at once", "updates"),
    Row("wrong", "{0}: what the two writers lost", "findings", _NONE),
)
FULL_DISK = (
    Row("told", "full disk: the writer ends with the line that says so", "of 1", at_least(1)),
    Row("kept", "full disk: writes acknowledged before it", "writes"),
    Row("gone", "full disk: of these not found afterwards", "writes", _NONE),
    Row("damaged", "full disk: files that `verify` finds not whole", "files", _NONE),
)


def measure(quick: bool, tick: Tick) -> Report:
    """The same on SQLite and PostgreSQL; the full disk on SQLite alone.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    figures: list[Figure] = []
    for step, name in enumerate(("SQLite", "PostgreSQL")):
        rows = [Row(row.key, row.name.format(name), row.unit, row.target) for row in ROWS]
        try:
            with _places(name) as new_place:
                figures += fill(rows, _attacked(new_place, quick))
        except NoServerError as reason:
            figures += fill(rows, {}, str(reason))
        tick(step + 1, 3)
    try:
        figures += fill(FULL_DISK, _full_disk())
    except PermissionError as reason:
        figures += fill(FULL_DISK, {}, f"no small disk may be made: {reason}")
    return Report(figures)


@contextmanager
def _places(name: str) -> Iterator[Callable[[], str]]:
    """Places where no registry is."""
    with ExitStack() as stack:
        if name == "PostgreSQL":
            yield stack.enter_context(running_server(durable=True)).new_database
            return
        folder, numbers = stack.enter_context(tempfile.TemporaryDirectory()), count()
        yield lambda: f"{folder}/{next(numbers)}.sqlite"


def _attacked(new_place: Callable[[], str], quick: bool) -> dict[str, float | None]:
    outcome = kill_writers(new_place, _QUICK_KILLS if quick else _KILLS, np.random.default_rng(1))
    transactions = _QUICK_TRANSACTIONS if quick else _TRANSACTIONS
    refused, wrong = meeting_writers(new_place(), 2, transactions)
    return {
        "kills": outcome.kills,
        "acknowledged": outcome.acknowledged,
        "lost": len(outcome.lost),
        "broken": len(outcome.broken),
        "refused": refused,
        "wrong": len(wrong),
    }


def _full_disk() -> dict[str, float | None]:
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk", "2m") as disk:
        place = str(disk / "registry.sqlite")
        Registry.create(place).close()
        acknowledged, error = write_until_full(place, 1 << 30)
        with Registry.open(place) as registry:
            return {
                "told": float("the disk is full" in error),
                "kept": len(acknowledged),
                "gone": len(lost_of(registry, acknowledged)),
                "damaged": float(not registry.verify().is_whole),
            }
