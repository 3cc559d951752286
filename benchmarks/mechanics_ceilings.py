"""How near the finest level's product comes to what the cores can do: the roofs and the ceiling of its instructions.

Ceilings under a roof, such as the one of a code whose additions and multiplications are not in balance: S. Williams,
A. Waterman and D. Patterson 2009, Roofline: an insightful visual performance model for multicore architectures,
https://doi.org/10.1145/1498765.1498785.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, prange, types
from numba.core import cgutils
from numba.extending import intrinsic

from benchmarks.figures import Figure, Row, at_least, fill
from benchmarks.mechanics_cases import continuum
from corduroy.simulation import VoxelModel
from corduroy.simulation.elasticity import kernels, lines
from corduroy.simulation.elasticity.model import to_kernels
from corduroy.simulation.elasticity.operator import Operator

_FLOPS_PER_VOXEL = 198
"""What the method needs at least: 24 corner sums, 42 modes, 87 blocks, 36 back to lines, 9 back to planes. The kernels
of `lines.py` do about 45 more, which are not counted, to keep all of it in registers."""
_PLAIN_FLOPS_PER_VOXEL = 2 * 24 * 24
"""Of the plain product with a voxel's matrix, which the corner modes save. Only a way to state a speed, as FFTs are
rated by 5 N log2 N whatever they compute (https://www.fftw.org/speed/): it may exceed the peak, and has no target."""
_BYTES_PER_VOXEL = 40
"""Least traffic in single precision: read u (12), write the product (12, and as much to fetch its lines), modulus
(4)."""
_WIDTH = 8
"""Voxels of a register."""
ADDED, SUBTRACTED, MULTIPLIED, FUSED, MOVED = 75, 60, 42, 24, 12
"""Vector instructions of `lines.voxel_line` for a register of voxels, as compiled for registers of 256 bits; a move by
one entry takes three."""
_CHAINS = 12
_ROUNDS = 5


def machine(n: int) -> list[Figure]:
    """The product on a continuum of n³ voxels beside what the same threads reach at their best, in turns."""
    times = _fastest(_contestants(n), _ROUNDS)
    threads = numba.get_num_threads()
    rate = n**3 / times["product"]
    bandwidth, flops = 16 * _ENTRIES / times["triad"], 128 * _FUSED_ROUNDS * threads / times["fused"]
    ceiling = _WIDTH * _MIXED_ROUNDS * threads / times["mix"]
    rows = (
        Row("rate", "product on the finest level, single precision: voxels per second", "1/s"),
        Row("flops", "its floating-point rate", "Gflop/s"),
        Row("peak", "measured peak of fused multiply and add", "Gflop/s"),
        Row("bytes", "its least memory traffic", "GB/s"),
        Row("bandwidth", "measured bandwidth (triad)", "GB/s"),
        Row("share", "share of whichever limits", "", at_least(0.5)),
        Row("plain share", "the same, counted with the plain element product's 1152 operations a voxel", ""),
        Row("line", "its line kernel alone, within the cache: voxels per second", "1/s"),
        Row(
            "ceiling", "measured ceiling of that kernel's instructions in independent chains: voxels per second", "1/s"
        ),
        Row("of ceiling", "the product's share of that ceiling", ""),
        Row("line of ceiling", "the line kernel's share of that ceiling", ""),
    )
    used = _FLOPS_PER_VOXEL * rate, _BYTES_PER_VOXEL * rate
    line = _LINE * _LINE_ROUNDS * threads / times["line"]
    values = {
        "rate": rate,
        "flops": used[0] / 1e9,
        "peak": flops / 1e9,
        "bytes": used[1] / 1e9,
        "bandwidth": bandwidth / 1e9,
        "share": max(used[0] / flops, used[1] / bandwidth),
        "plain share": _PLAIN_FLOPS_PER_VOXEL * rate / flops,
        "line": line,
        "ceiling": ceiling,
        "of ceiling": rate / ceiling,
        "line of ceiling": line / ceiling,
    }
    return fill(rows, values)


_ENTRIES, _FUSED_ROUNDS, _MIXED_ROUNDS, _LINE, _LINE_ROUNDS = 20_000_000, 1_000_000, 200_000, 120, 10_000


def _contestants(n: int) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    modulus = continuum(n)
    model = to_kernels(VoxelModel(modulus), modulus, [])
    operator = Operator(model, np.float32)
    u, out = model.vector(np.float32), model.vector(np.float32)
    u[:] = np.random.default_rng(0).random(u.size, np.float32)
    a, b, c = (np.ones(_ENTRIES, np.float32) for _ in range(3))
    sums = np.zeros(numba.get_num_threads())
    row = kernels.row_length(_LINE + 3)
    work = np.zeros((sums.size, 24 * row), np.float32)
    moduli, entries = np.ones(row, np.float32), np.ones(33, np.float32)
    span = np.array([[1, _LINE - 1]], np.int16)  # and the register's worth of voxels at its end
    return {
        "product": lambda: operator.product(u, out),
        "triad": lambda: _triad(a, b, c),
        "fused": lambda: _multiply_add(_FUSED_ROUNDS, sums),
        "mix": lambda: _mixed(_MIXED_ROUNDS, sums),
        "line": lambda: _line(_LINE_ROUNDS, work, row, moduli, entries, span),
    }


def _fastest(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Least time of each, several calls at a time, in turns, so that a disturbance meets them all."""
    found = dict.fromkeys(contestants, np.inf)
    for act in contestants.values():
        act()  # compiled, and its memory touched
    for _ in range(rounds):
        for name, act in contestants.items():
            for _ in range(8):
                start = time.perf_counter()
                act()
                found[name] = min(found[name], time.perf_counter() - start)
    return found


@njit(parallel=True, fastmath=True)
def _triad(a: Any, b: Any, c: Any) -> None:
    """The stored array is fetched before it is written: 16 bytes an entry."""
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


@njit(parallel=True)
def _line(rounds: int, work: Any, row: int, moduli: Any, entries: Any, span: Any) -> None:
    """The operator's kernel on one line of voxels again and again, its rows in the nearest cache."""
    for thread in prange(work.shape[0]):
        mine = work[thread]
        for _ in range(rounds):
            lines.voxel_line(mine, 0, 6 * row, 12 * row, 18 * row, row, moduli, entries, span)


def _mix(_typing: Any, rounds: Any) -> Any:
    """Type and code of `_mix_of_instructions`."""

    def codegen(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        shape = ir.VectorType(ir.FloatType(), _WIDTH)
        up = ir.Constant(ir.VectorType(cgutils.int32_t, _WIDTH), list(range(_WIDTH - 1, 2 * _WIDTH - 1)))
        much, little = (ir.Constant(shape, [value] * _WIDTH) for value in (0.9375, 0.015625))
        fused = ("contract",)
        act = {
            "add": lambda x, _: builder.fadd(x, little),
            "subtract": lambda x, _: builder.fsub(x, little),
            "multiply": lambda x, _: builder.fmul(x, much),
            "fuse": lambda x, _: builder.fadd(builder.fmul(x, much, flags=fused), little, flags=fused),
            "move": lambda x, other: builder.shuffle_vector(other, x, up),
        }
        chains = [cgutils.alloca_once_value(builder, ir.Constant(shape, [1.0 + n] * _WIDTH)) for n in range(_CHAINS)]
        with cgutils.for_range(builder, arguments[0]):
            held = [builder.load(chain) for chain in chains]
            for i, name in enumerate(_order()):
                at = i % _CHAINS
                held[at] = act[name](held[at], held[at - 1])
            for chain, value in zip(chains, held, strict=True):
                builder.store(value, chain)
        total = builder.load(chains[0])
        for chain in chains[1:]:
            total = builder.fadd(total, builder.load(chain))
        return builder.extract_element(total, cgutils.int32_t(0))

    return types.float32(rounds), codegen


def _order() -> list[str]:
    """The instructions, each kind spread evenly over all of them."""
    counts = {"add": ADDED, "subtract": SUBTRACTED, "multiply": MULTIPLIED, "fuse": FUSED, "move": MOVED}
    places = [((i + 0.5) / count, name) for name, count in counts.items() for i in range(count)]
    return [name for _, name in sorted(places)]


_mix_of_instructions: Any = intrinsic(_mix)
"""So many rounds of the line kernel's additions, multiplications and moves, without its loads and stores and on values
that do not depend on each other across chains. Without leave to reorder, so that none is left out."""


@njit(parallel=True)
def _mixed(rounds: int, sums: Any) -> None:
    for thread in prange(sums.size):
        sums[thread] = _mix_of_instructions(rounds)
