"""Members of ensembles in several processes, each kept on disk under the hash of everything it was made from."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import corduroy
from corduroy.pipeline.files import replacing, sweep_partials
from corduroy.pipeline.store import key_of
from corduroy.provenance import content_hash
from corduroy.simulation.injection import StopReason
from corduroy.simulation.injection_study import Draw, Member, PorousVertebra, Task, run_member
from corduroy.simulation.injection_study.member import ARRAYS

_vertebrae: dict[str, PorousVertebra] = {}


class MemberRunner:
    """Computes members that are not on disk yet.

    Parameters
    ----------
    folder : Path or None
        Where members are kept; None: nowhere.
    processes : int
        1 computes in this process.
    """

    def __init__(self, folder: Path | None, processes: int) -> None:
        self._folder = folder
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        if folder is not None:
            sweep_partials(folder)

    def close(self, wait: bool = True) -> None:
        """End the processes; without waiting, what they compute is thrown away."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)

    def __call__(self, vertebra: PorousVertebra, tasks: Sequence[Task]) -> Iterator[Member]:
        """Members in the order of the tasks, each kept as soon as it is there."""
        digest = digest_of(vertebra)
        keys = [member_key(digest, task) for task in tasks]
        found = [self._load(key, task.draw) for key, task in zip(keys, tasks, strict=True)]
        computed = self._computed(
            vertebra, digest, [t for t, member in zip(tasks, found, strict=True) if member is None]
        )
        for key, member in zip(keys, found, strict=True):
            if member is None:
                member = next(computed)
                self._save(key, member)
            yield member

    def _computed(self, vertebra: PorousVertebra, digest: str, tasks: Sequence[Task]) -> Iterator[Member]:
        if self._processes == 1 or len(tasks) < 2:
            yield from (run_member(vertebra, task) for task in tasks)
            return
        if self._pool is None:
            self._pool = _pool(self._processes)
        # The vertebra travels with every task (a few hundred kB); a worker keeps the first one it gets.
        futures = [self._pool.submit(_run, digest, vertebra, task) for task in tasks]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def _load(self, key: str, draw: Draw) -> Member | None:
        """A kept member, if it is whole."""
        if self._folder is None or not (place := self._folder / f"{key}.npz").is_file():
            return None
        try:
            with place.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
                arrays: dict[str, Any] = {name: kept[name] for name in ARRAYS}
                reason = StopReason[str(kept["stop"])]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
            return None  # damaged: computed again, and written over
        return Member(draw, **arrays, stop=reason)

    def _save(self, key: str, member: Member) -> None:
        if self._folder is not None:
            with replacing(self._folder / f"{key}.npz") as temporary:
                np.savez_compressed(temporary, stop=np.array(member.stop.name), **member.arrays())  # type: ignore[arg-type]


@contextmanager
def member_runner(folder: Path | None, processes: int) -> Iterator[MemberRunner]:
    """A runner whose processes end with the block; an interrupt does not wait for what they compute."""
    runner = MemberRunner(folder, processes)
    try:
        yield runner
    except BaseException:
        runner.close(wait=False)
        raise
    runner.close()


def member_key(digest: str, task: Task) -> str:
    """The hash of all that a member is made from."""
    dose = asdict(task.dose) | {
        "cement": task.dose.cement.model_dump(mode="json"),
        "cannulas": [cannula.model_dump(mode="json") for cannula in task.dose.cannulas],
    }
    return key_of(vertebra=digest, draw=asdict(task.draw), dose=dose, source=_source())


def digest_of(vertebra: PorousVertebra) -> str:
    """SHA-256 of a vertebra's pores and ways out."""
    arrays = (vertebra.affine, vertebra.bone, vertebra.lesion, vertebra.body, vertebra.porosity)
    return key_of(
        arrays=[hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() for array in arrays],
        shape=vertebra.grid.shape,
        openings=json.dumps([asdict(opening) for opening in vertebra.openings], default=str),
        depth=vertebra.depth_mm,
    )


@lru_cache(maxsize=1)
def _source() -> str:
    """Hash of the code that makes a member."""
    room = Path(corduroy.__file__).parent / "simulation"
    files = sorted(file for part in ("", "injection", "injection_study") for file in (room / part).glob("*.py"))
    return key_of(files={str(file.relative_to(room)): content_hash(file) for file in files})


def _pool(processes: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_settle)


def _settle() -> None:
    """One thread for each process, and Ctrl-C for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import numba

    numba.set_num_threads(1)


def _run(digest: str, vertebra: PorousVertebra, task: Task) -> Member:
    return run_member(_vertebrae.setdefault(digest, vertebra), task)
