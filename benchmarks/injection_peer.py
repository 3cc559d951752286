"""Group ``peer``: the same displacement in three dimensions by another two-phase simulator, in answer and in time.

Cement is pushed into the middle of a cube of uneven permeability, with quadratic relative permeabilities (the peer
knows no piston), and leaves on all sides. open-DARTS, fully implicit, is no dependency; `benchmarks.peer_darts` says
how to have it run. Its first-order steps of time smear the front, so it runs twice: with as many steps as make it
about as sharp as Corduroy, and with four times as many, which both are held against.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks import peer_darts
from benchmarks.figures import Row, Target, fill
from benchmarks.groups import Report
from benchmarks.injection_bodies import newtonian, schedule
from benchmarks.pool import Tick
from corduroy.simulation.injection import InjectionResult, InjectionSettings, LeakSite, PorousBody, Recipe, inject

Array = NDArray[np.float64]

RATIO, POROSITY, PORE_VOLUMES = 3.0, 0.5, 0.15
_VOXELS, _QUICK_VOXELS = 26, 12
_STEPS, _FINE = 50, 4
_PERMEABILITY_MM2 = 1e-3
_MARROW_PA_S = 1e-3
_SECONDS = 100.0
_WITHIN = Target(0.97, 1.03)  # what the analytic cases must hold

_ROWS = (
    Row("moved", "{n}: cement that lies elsewhere than in the peer's fine run", "%"),
    Row("peer moved", "{n}: the same of the peer with a quarter of the steps", "%"),
    Row("pressure", "{n}: pressure at the needle over that of the peer's fine run", "", _WITHIN),
    Row("outline", "{n}: reach of the front over that of the peer's fine run", "", _WITHIN),
    Row("seconds", "{n}: Corduroy, by the clock", "s"),
    Row("peer seconds", "{n}: the peer with a quarter of the steps, by the clock", "s"),
    Row("times", "{n}: times as fast as the peer with a quarter of the steps", ""),
)


def measure(quick: bool, tick: Tick) -> Report:
    """Both on one cube."""
    n = _QUICK_VOXELS if quick else _VOXELS
    permeability = uneven_cube(n)
    inject_into(uneven_cube(_QUICK_VOXELS))  # the kernels are loaded
    start = time.perf_counter()
    result = inject_into(permeability)
    seconds = time.perf_counter() - start
    values = {"seconds": seconds}
    tick(1, 3)
    if peer_darts.is_there():
        values |= compare(result, permeability, seconds, tick)
    rows = [Row(row.key, row.name.format(n=f"{n - 2}³ voxels"), row.unit, row.target) for row in _ROWS]
    return Report(fill(rows, values, peer_darts.NOT_INSTALLED))


def uneven_cube(n: int) -> Array:
    """Permeability in mm² with a spread of e^±0.5 over two voxels; the outermost voxels go on as those within."""
    noise = ndimage.gaussian_filter(np.random.default_rng(5).standard_normal((n - 2,) * 3), 2)
    return np.pad(_PERMEABILITY_MM2 * np.exp(0.5 * noise / noise.std()), 1, mode="edge")


def pore_volume(permeability: Array) -> float:
    """Cement to be injected, in voxels."""
    return float(PORE_VOLUMES * POROSITY * (permeability.shape[0] - 2) ** 3)


def inject_into(permeability: Array) -> InjectionResult:
    """Corduroy's run, on voxels of 1 mm without the outermost, which are its way out."""
    inner = permeability[1:-1, 1:-1, 1:-1].astype(np.float32)
    index = np.indices(inner.shape)
    # to the centre of the voxel outside, as the peer counts
    faces = sum(((i == 0).astype(float) + (i == inner.shape[0] - 1) for i in index), np.zeros(inner.shape))
    voxels = np.flatnonzero(faces)
    site = LeakSite("all sides", None, voxels, (faces * inner).ravel()[voxels])
    porosity = np.full(inner.shape, np.float32(POROSITY))
    body = PorousBody(np.eye(4), porosity, (inner,) * 3, (site,))
    volume = pore_volume(permeability)
    tip = [permeability.shape[0] // 2 - 1] * 3
    plan = schedule(volume, volume / _SECONDS, [tip], bore_mm=0.5)
    fluids = Recipe(cement=newtonian(RATIO * _MARROW_PA_S), marrow_pa_s=_MARROW_PA_S)
    return inject(body, plan, fluids, InjectionSettings(displacement="corey"))


def compare(result: InjectionResult, permeability: Array, seconds: float, tick: Tick) -> dict[str, float]:
    """Corduroy and the peer's plain run against the peer's fine one."""
    plain_seconds, plain, _ = _peer(permeability, _STEPS)
    tick(2, 3)
    _, fine, pressure = _peer(permeability, _STEPS * _FINE)
    tick(3, 3)
    middle = tuple(n // 2 - 1 for n in permeability.shape)
    own = result.fill.astype(float)
    return {
        "moved": _moved(own, fine),
        "peer moved": _moved(plain, fine),
        "pressure": float(result.pressure_mpa[middle]) * 1e6 / _pressure_here(pressure[middle]),
        "outline": _reach(own) / _reach(fine),
        "peer seconds": plain_seconds,
        "times": plain_seconds / seconds,
    }


def _peer(permeability: Array, steps: int) -> tuple[float, Array, Array]:
    """With voxels of a metre: the same numbers of voxels are injected."""
    md = permeability / _PERMEABILITY_MM2 * 1000
    seconds, cement, pressure = peer_darts.in_fresh_process(md, POROSITY, RATIO, pore_volume(permeability), steps)
    return seconds, cement[1:-1, 1:-1, 1:-1], pressure[1:-1, 1:-1, 1:-1]


def _pressure_here(peer_pa: float) -> float:
    """The peer's pressure, as flow times viscosity over permeability and length are here."""
    per_day = 1 / (peer_darts.DAYS * 86400)
    there = per_day * 1e-3 / (1000 * peer_darts.MILLIDARCY_M2 * 1.0)
    here = 1e-9 / _SECONDS * _MARROW_PA_S / (_PERMEABILITY_MM2 * 1e-6 * 1e-3)
    return peer_pa / there * here


def _moved(one: Array, other: Array) -> float:
    """Cement that would have to be carried elsewhere to make the one the other, in percent."""
    return float(50 * np.abs(one - other).sum() / other.sum())


def _reach(cement: Array) -> float:
    """Radius of the ball whose volume is that of the voxels that the front has passed."""
    return float((np.count_nonzero(cement > 0.25) * 3 / 4 / np.pi) ** (1 / 3))
