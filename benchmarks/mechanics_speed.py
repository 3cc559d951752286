"""Time, memory and the share of what the machine can do, beside the peers in the same run."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from benchmarks import peer_parosol
from benchmarks.figures import Figure, Row, Target, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.mechanics_cases import Kind, continuum, modulus_of
from benchmarks.mechanics_ceilings import machine
from benchmarks.mechanics_probe import in_fresh_process
from benchmarks.peer_assembled import calculix_seconds, pyamg_seconds
from benchmarks.pool import Tick

THREADS = 2
_SIZES = (64, 96, 128)
_SMALL, _SMALLEST = 32, 20
_FASTER: dict[Kind, float] = {"continuum": 10.0, "trabecular": 12.0}
_BYTES_PER_UNKNOWN = 150.0
_REPEATS = 3


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
    figures += machine(_SMALL if quick else 96)
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
