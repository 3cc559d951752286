"""Group ``speed``: a million voxels, and the pressure solution against other solvers.

The peers run on the same matrix to the same tolerance in the same run. pyamg is no dependency; to have it run::

    pip install --target DIR --no-deps pyamg
    CORDUROY_PEER_PYAMG=DIR make bench-injection

Another two-phase simulator is compared with in the group ``peer``. (The `opm` wheel, which installs too, holds a parser
of decks and no simulator.)
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import linalg

from benchmarks.figures import Figure, Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.injection_phantoms import RECIPE, plan
from benchmarks.pool import Tick
from benchmarks.probe import peak_bytes
from corduroy.simulation.injection import LeakSite, MediumSettings, PorousBody, WallSettings, inject
from corduroy.simulation.injection.medium import fill_media
from corduroy.simulation.injection.openings import leak_sites
from corduroy.simulation.injection.pressure import PressureSolver

PLACE_VARIABLE = "CORDUROY_PEER_PYAMG"
_CELLS, _QUICK_CELLS = 1_000_000, 60_000
_BODY_ML = 45.0
_TOLERANCE = 1e-6

_RUN = (
    Row("wall", "{n} voxels, 6 ml at 0.05 ml/s (120 s of surgery): by the clock", "s", at_most(24.0)),
    Row("cpu", "the same: processors' time", "s"),
    Row("solves", "the same: pressure solutions", ""),
    Row("iterations", "the same: iterations per solution", ""),
    Row("memory", "the same: memory over that of a small run, per voxel of the body", "byte", at_most(200.0)),
    Row("balance", "the same: largest error of the cement's balance at any step", "", at_most(1e-8)),
)
_SOLVE = (
    Row("own", "pressure, {n} voxels, contrast 1e5, from zero to 1e-6: with set-up, by the clock", "s"),
    Row("own cpu", "the same: processors' time", "s"),
    Row("pyamg", "pyamg's CG with smoothed aggregation, set-up included: times as long", "", at_least(10.0)),
    Row("scipy", "SciPy's CG with the diagonal: times as long", ""),
    Row("agree", "largest relative difference from SciPy's pressure", "", at_most(1e-3)),
)


def measure(quick: bool, tick: Tick) -> Report:
    """Run in processes of their own, so that memory is theirs."""
    cells = _QUICK_CELLS if quick else _CELLS
    figures: list[Figure] = []
    work: tuple[Callable[[int], list[Figure]], ...] = (measure_run, measure_solve)
    for done, part in enumerate(work, 1):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
            figures += apart.submit(part, cells).result()
        tick(done, len(work))
    return Report(figures)


def uneven_body(cells: int) -> PorousBody:
    """An elliptic cylinder of a vertebral body's size, bone of uneven density, closed by cortex."""
    spacing = (_BODY_ML * 1000 / cells) ** (1 / 3)
    half = np.array([19.0, 14.0, 0.0])
    half[2] = _BODY_ML * 1000 / (np.pi * half[0] * half[1]) / 2
    shape = tuple(2 * int(np.ceil(h / spacing)) for h in half)
    affine = np.diag([spacing] * 3 + [1.0])
    affine[:3, 3] = -(np.array(shape) - 1) / 2 * spacing
    lines = [(np.arange(n, dtype=np.float32) - (n - 1) / 2) * spacing for n in shape]
    oval = (lines[0][:, None] / half[0]) ** 2 + (lines[1] / half[1]) ** 2 < 1
    active = np.repeat(oval[:, :, None], shape[2], axis=2)
    noise = ndimage.gaussian_filter(np.random.default_rng(7).standard_normal(shape).astype(np.float32), 2 / spacing)
    porosity = np.clip(0.88 + 0.04 * noise / noise.std(), 0.7, 0.96).astype(np.float32)
    porosity, fields = fill_media(porosity, active.astype(np.uint8), MediumSettings())
    sites: tuple[LeakSite, ...] = leak_sites(affine, active, fields, (), WallSettings())
    return PorousBody(affine, porosity, fields, sites)


def measure_run(cells: int) -> list[Figure]:
    """One injection; a small one before it has the kernels loaded."""
    inject(uneven_body(_QUICK_CELLS), plan(volume_ml=1.0), RECIPE)
    before = peak_bytes()
    body = uneven_body(cells)
    clock, processors = time.perf_counter(), time.process_time()
    result = inject(body, plan(volume_ml=6.0), RECIPE)
    count = int(body.active.sum())
    values = {
        "wall": time.perf_counter() - clock,
        "cpu": time.process_time() - processors,
        "solves": result.pressure_solves,
        "iterations": result.pressure_iterations / result.pressure_solves,
        "memory": (peak_bytes() - before) / count,
        "balance": result.worst_balance,
    }
    return fill(_named(_RUN, count), values)


def _named(rows: tuple[Row, ...], count: int) -> list[Row]:
    return [Row(row.key, row.name.format(n=f"{count:,}".replace(",", " ")), row.unit, row.target) for row in rows]


def uneven_flow(cells: int) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.float32], int]:
    """Voxels, viscosities (a ball of cement in marrow), half resistances and the needle's place, with ghosts."""
    n = round(cells ** (1 / 3))
    n += n % 2
    shape = (n + 2,) * 3
    active = np.zeros(shape, bool)
    active[1:-1, 1:-1, 1:-1] = True
    rng = np.random.default_rng(11)
    noise = ndimage.gaussian_filter(rng.standard_normal(shape).astype(np.float32), 2)
    half = np.where(active, 0.5 * np.exp(-1.15 * noise / noise.std()), 0).astype(np.float32)
    places = [np.linspace(-1, 1, m) for m in shape]
    a, b, c = np.meshgrid(*places, indexing="ij", sparse=True)
    viscosity = np.where(a**2 + b**2 + c**2 < 0.3, 1000.0, 1.0)
    middle = int(np.ravel_multi_index((n // 2,) * 3, shape))
    return active, np.where(active, viscosity, 0).astype(np.float32), half, middle


def measure_solve(cells: int) -> list[Figure]:
    """The same matrix by all."""
    active, viscosity, half, middle = uneven_flow(cells)
    sources = np.zeros(active.size)
    sources[middle] = 1.0
    _warm_up()
    clock, processors = time.perf_counter(), time.process_time()
    solver, pressure = _solve(active, viscosity, half, sources)
    values: dict[str, float | None] = {
        "own": time.perf_counter() - clock,
        "own cpu": time.process_time() - processors,
    }
    own = float(values["own"] or np.nan)
    matrix = _matrix(solver)
    inside = active.ravel()
    matrix, right = matrix[inside][:, inside].tocsr(), sources[inside]
    clock = time.perf_counter()
    diagonal = sparse.diags(1 / matrix.diagonal())
    other, _ = linalg.cg(matrix, right, rtol=_TOLERANCE, maxiter=20_000, M=diagonal)
    values["scipy"] = (time.perf_counter() - clock) / own
    values["agree"] = float(np.abs(pressure[inside] - other).max() / other.max())
    amg, reason = _peer()
    values["pyamg"] = None if amg is None else _pyamg(amg, matrix, right) / own
    return fill(_named(_SOLVE, int(inside.sum())), values, reason)


def _warm_up() -> None:
    active, viscosity, half, middle = uneven_flow(_QUICK_CELLS)
    sources = np.zeros(active.size)
    sources[middle] = 1.0
    _solve(active, viscosity, half, sources)


def _solve(
    active: NDArray[np.bool_], viscosity: NDArray[np.float32], half: NDArray[np.float32], sources: NDArray[np.float64]
) -> tuple[PressureSolver, NDArray[np.float64]]:
    """Set up and solve; pressure zero behind the low face of the last axis."""
    solver = PressureSolver(active, _TOLERANCE)
    sink = solver.tower.finest.sink.reshape(active.shape)
    sink[1:-1, 1:-1, 1] = 1.0
    solver.renew(viscosity.ravel(), (half.ravel(),) * 3)
    pressure = np.zeros(active.size)
    solver.solve(sources, pressure)
    return solver, pressure


def _matrix(solver: PressureSolver) -> sparse.csr_matrix:
    finest = solver.tower.finest
    size = finest.right.size
    total = sparse.diags(finest.sink.astype(float)).tocsr()
    for face, step in zip(finest.faces, (finest.shape[1] * finest.shape[2], finest.shape[2], 1), strict=True):
        here = np.flatnonzero(face)
        there, value = here + step, face[here].astype(float)
        rows = np.concatenate([here, there, here, there])
        columns = np.concatenate([here, there, there, here])
        entries = np.concatenate([value, value, -value, -value])
        total = total + sparse.coo_matrix((entries, (rows, columns)), (size, size)).tocsr()
    return total


def _peer() -> tuple[ModuleType | None, str]:
    place = os.environ.get(PLACE_VARIABLE)
    if not place:
        return None, f"not installed ({PLACE_VARIABLE})"
    sys.path.append(place)
    try:
        return importlib.import_module("pyamg"), ""
    except ImportError as error:
        return None, f"does not load: {error}"


def _pyamg(amg: ModuleType, matrix: sparse.csr_matrix, right: NDArray[np.float64]) -> float:
    """Seconds with set-up, by the clock; a small problem before it has everything loaded."""
    small = sparse.diags([2.0, -1.0, -1.0], [0, 1, -1], shape=(500, 500)).tocsr()
    amg.smoothed_aggregation_solver(small).solve(np.ones(500), accel="cg")
    clock = time.perf_counter()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    hierarchy = amg.smoothed_aggregation_solver(matrix)
    hierarchy.solve(right, tol=_TOLERANCE, accel="cg", maxiter=500)
    return time.perf_counter() - clock
