"""Time, memory and the share of what the machine can do, beside the peers in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import njit, prange
from rich.table import Table

from benchmarks import peer_parosol
from benchmarks.figures import Figure, Row, Target, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.mechanics_cases import Kind, continuum, modulus_of
from benchmarks.mechanics_probe import in_fresh_process
from benchmarks.peer_assembled import calculix_seconds, pyamg_seconds
from benchmarks.pool import Tick
from corduroy.simulation import VoxelModel
from corduroy.simulation.elasticity.model import to_kernels
from corduroy.simulation.elasticity.operator import Operator

THREADS = 2
_SIZES = (64, 96, 128)
_SMALL, _SMALLEST = 32, 20
_FASTER: dict[Kind, float] = {"continuum": 10.0, "trabecular": 12.0}
_BYTES_PER_UNKNOWN = 150.0
_REPEATS = 3
_FLOPS_PER_VOXEL = 198
"""What the method needs at least: 24 corner sums, 42 modes, 87 blocks, 36 back to lines, 9 back to planes. The kernels
of `lines.py` do about 45 more, which are not counted, to keep all of it in registers."""
_BYTES_PER_VOXEL = 40
"""Least traffic in single precision: read u (12), write the product (12, and as much to fetch its lines), modulus
(4)."""


def measure(quick: bool, tick: Tick) -> Report:
    """All sizes, or the smallest if quick."""
    sizes = (_SMALL,) if quick else _SIZES
    jobs: list[tuple[Kind, int]] = [(kind, n) for kind in ("continuum", "trabecular") for n in sizes]
    figures, particulars = (
        [],
        Table("cube", "unknowns", "set-up (s)", "iterations", "by ParOSol", title="particulars", box=None),
    )
    for done, (kind, n) in enumerate(jobs):
        tick(done, len(jobs) + 2)
        part, row = _cube(kind, n, _REPEATS if n < max(_SIZES) else 2)
        figures += part
        particulars.add_row(*row)
    tick(len(jobs), len(jobs) + 2)
    figures += _assembled(_SMALLEST if quick else _SMALL)
    tick(len(jobs) + 1, len(jobs) + 2)
    figures += _machine(_SMALL if quick else 96)
    return Report(figures, (particulars,))


def _cube(kind: Kind, n: int, repeats: int) -> tuple[list[Figure], tuple[str, ...]]:
    modulus = modulus_of(kind, n)
    runs = [in_fresh_process(modulus, THREADS) for _ in range(repeats)]
    best = min(runs, key=lambda run: run["seconds"])
    peer = peer_parosol.in_fresh_process(modulus, THREADS) if peer_parosol.is_there() else None
    name = f"{kind} {n}³"
    rows = (
        Row("seconds", f"{name}: set-up and solution", "s"),
        Row("rate", f"{name}: unknowns per second", "1/s"),
        Row("cpu", f"{name}: processors' time, both threads", "s"),
        Row("faster", f"{name}: times as fast as ParOSol", "", at_least(_FASTER[kind])),
        Row("cpu faster", f"{name}: the same by processors' time", ""),
        Row("bytes", f"{name}: peak memory per unknown", "byte", at_most(_BYTES_PER_UNKNOWN)),
        Row("agree", f"{name}: apparent modulus over ParOSol's", "", Target(0.999, 1.001)),
    )
    values: dict[str, float | None] = {
        "seconds": best["seconds"],
        "rate": best["unknowns"] / best["seconds"],
        "cpu": best["cpu_s"],
        "bytes": min(run["bytes"] for run in runs) / best["unknowns"],
    }
    peers: dict[str, float | str | None] = {}
    if peer is not None:
        values |= _against(best, peer)
        peers = {"seconds": peer["seconds"], "cpu": peer["cpu_s"], "rate": best["unknowns"] / peer["seconds"]}
        peers["bytes"] = THREADS * peer["bytes"] / best["unknowns"]
    reason = "" if peer is not None else peer_parosol.NOT_INSTALLED
    by_peer = "" if peer is None else f"{peer['iterations']} iterations"
    particulars = (name, f"{best['unknowns']:.0f}", f"{best['setup_s']:.2f}", f"{best['iterations']:.0f}", by_peer)
    return fill(rows, values, reason, peers), particulars


def _against(run: dict[str, float], peer: dict[str, Any]) -> dict[str, float | None]:
    return {
        "faster": peer["seconds"] / run["seconds"],
        "cpu faster": peer["cpu_s"] / run["cpu_s"],
        "agree": run["modulus_mpa"] / peer["modulus_mpa"],
    }


def _assembled(n: int) -> list[Figure]:
    modulus = continuum(n)
    mine = min((in_fresh_process(modulus, THREADS) for _ in range(_REPEATS)), key=lambda run: run["seconds"])
    algebraic, direct = pyamg_seconds(modulus), calculix_seconds(modulus, THREADS)
    rows = (
        Row("pyamg", f"continuum {n}³: times as fast as scipy's conjugate gradients with pyamg", ""),
        Row("pyamg agree", f"continuum {n}³: apparent modulus over that", "", Target(0.999, 1.001)),
        Row("calculix", f"continuum {n}³: times as fast as CalculiX, direct solver, its files included", ""),
    )
    values = {
        "pyamg": None if algebraic is None else algebraic[0] / mine["seconds"],
        "pyamg agree": None if algebraic is None else mine["modulus_mpa"] / algebraic[1],
        "calculix": None if direct is None else direct / mine["seconds"],
    }
    peers: dict[str, float | str | None] = {"pyamg": None if algebraic is None else f"{algebraic[0]:.2f} s"}
    peers["calculix"] = None if direct is None else f"{direct:.1f} s"
    return fill(rows, values, "peer not installed, or failed", peers)


def _machine(n: int) -> list[Figure]:
    """How near the finest level's product comes to what the cores can do."""
    modulus = continuum(n)
    kernels = to_kernels(VoxelModel(modulus), modulus, [])
    operator = Operator(kernels, np.float32)
    u, out = kernels.vector(np.float32), kernels.vector(np.float32)
    u[:] = np.random.default_rng(0).random(u.size, np.float32)
    rate = n**3 / _fastest(lambda: operator.product(u, out), 40)
    a, b, c = (np.ones(20_000_000, np.float32) for _ in range(3))
    # The stored array is fetched before it is written: 16 bytes an entry.
    bandwidth = 16 * a.size / _fastest(lambda: _triad(a, b, c), 10)
    rounds, sums = 1_000_000, np.zeros(numba.get_num_threads())
    flops = 128 * rounds * sums.size / _fastest(lambda: _multiply_add(rounds, sums), 10)
    rows = (
        Row("rate", "product on the finest level, single precision: voxels per second", "1/s"),
        Row("flops", "its floating-point rate", "Gflop/s"),
        Row("peak", "measured peak of fused multiply and add", "Gflop/s"),
        Row("bytes", "its least memory traffic", "GB/s"),
        Row("bandwidth", "measured bandwidth (triad)", "GB/s"),
        Row("share", "share of whichever limits", "", at_least(0.5)),
    )
    used = _FLOPS_PER_VOXEL * rate, _BYTES_PER_VOXEL * rate
    values = {
        "rate": rate,
        "flops": used[0] / 1e9,
        "peak": flops / 1e9,
        "bytes": used[1] / 1e9,
        "bandwidth": bandwidth / 1e9,
        "share": max(used[0] / flops, used[1] / bandwidth),
    }
    return fill(rows, values)


def _fastest(act: Callable[[], object], times: int) -> float:
    act()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return min(found)


@njit(parallel=True, fastmath=True)
def _triad(a: Any, b: Any, c: Any) -> None:
    for i in prange(a.size):
        a[i] = b[i] + np.float32(1.5) * c[i]


@njit(parallel=True, fastmath=True)
def _multiply_add(rounds: int, sums: Any) -> None:
    for thread in prange(sums.size):
        held = np.ones(64, np.float32)
        for _ in range(rounds):
            for j in range(64):
                held[j] = held[j] * np.float32(1.000001) + np.float32(1e-7)
        sums[thread] = held.sum()
