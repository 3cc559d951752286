"""Two fresh processes for what takes minutes, with a tick after every piece of work."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Tick = Callable[[int, int], None]
"""Told how many pieces of a group are done, and of how many."""

_PROCESSES = 2
_CHUNK = 4


def map_in_pool(work: Callable[[Job], Result], jobs: Sequence[Job], tick: Tick) -> list[Result]:
    """``[work(job) for job in jobs]`` by two spawned processes, in order."""
    results = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        for result in pool.map(work, jobs, chunksize=_CHUNK):
            results.append(result)
            tick(len(results), len(jobs))
    return results
