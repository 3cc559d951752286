"""Group ``leaks``: random bodies whose smallest barrier is known by construction; is the first site named right?

Half of the bodies are even bone: cement spreads as a ball and the nearest opening comes first. In the other half a
tract of large vessels leads from near the needle to an opening that is not the nearest: it comes first. Sizes of the
openings, the needle's place and the cement are drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Row, at_least, fill
from benchmarks.groups import Report
from benchmarks.injection_phantoms import hole, outline, plan
from benchmarks.pool import Tick, map_in_pool
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import (
    CEMENTS,
    InjectionSettings,
    MediumSettings,
    Opening,
    PorousBody,
    Recipe,
    StopRule,
    WallSettings,
    inject,
)
from corduroy.simulation.injection.medium import fill_media
from corduroy.simulation.injection.openings import leak_sites

_BODIES, _QUICK = 200, 8
_SPACING_MM = 1.0
_MARGIN = 1.2
"""The second nearest opening is at least this much farther than the nearest."""
_TRACT_MM = 2.0
_TRACT_FACTOR = 100.0
_KINDS = (YeomType.B, YeomType.S, YeomType.C, YeomType.D)
_ALL = InjectionSettings(stop=StopRule(leak_types=_KINDS, leak_mm3=0.01))


@dataclass(frozen=True)
class Trial:
    """One body: its seed, and whether a tract leads to an opening."""

    seed: int
    tract: bool


def measure(quick: bool, tick: Tick) -> Report:
    """Inject every body until the first leak."""
    trials = [Trial(seed, seed % 2 == 1) for seed in range(_QUICK if quick else _BODIES)]
    right = np.array(map_in_pool(named_right, trials, tick))
    tract = np.array([trial.tract for trial in trials])
    rows = (
        Row("all", f"random bodies: first site named right, of {len(trials)}", "", at_least(0.95)),
        Row("even", "of these, even bone: the nearest opening", ""),
        Row("tract", "of these, a vascular tract to another opening", ""),
    )
    values = {"all": right.mean(), "even": right[~tract].mean(), "tract": right[tract].mean()}
    return Report(fill(rows, {key: float(value) for key, value in values.items()}))


def named_right(trial: Trial) -> bool:
    """Whether the injection's first leak is where the body was built to leak first."""
    body, tip, truth, rng = build(trial)
    cement = CEMENTS[("low-viscosity", "high-viscosity")[rng.integers(2)]]
    recipe = Recipe(cement=cement, marrow_pa_s=float(rng.uniform(0.044, 0.142)))
    result = inject(body, plan((tip[0], tip[1], tip[2]), volume_ml=40.0), recipe, _ALL)
    return result.first_site() == truth


def build(trial: Trial) -> tuple[PorousBody, NDArray[np.float64], str, np.random.Generator]:
    """A body, the needle's tip, and the site that must come first."""
    rng = np.random.default_rng(trial.seed)
    while True:
        tip = rng.uniform((-6, -4, -3), (6, 4, 3))
        openings = tuple(_random_opening(number, rng) for number in range(int(rng.integers(2, 5))))
        gaps = np.array([np.linalg.norm(o.point_mm - tip) - o.diameter_mm / 2 for o in openings])
        order = np.argsort(gaps)
        if gaps[order[1]] > _MARGIN * gaps[order[0]]:
            break
    target = int(order[1] if trial.tract else order[0])
    affine, active = outline(_SPACING_MM)
    pores, fields = fill_media(np.full(active.shape, np.float32(0.88)), active.astype(np.uint8), MediumSettings())
    if trial.tract:
        inside = _tract(affine, active, tip, openings[target].point_mm)
        a, b, c = (np.where(inside, _TRACT_FACTOR * fields[2], field).astype(np.float32) for field in fields)
        fields = a, b, c
    else:
        # a ball needs bone that is the same along all axes
        fields = (fields[2],) * 3
    sites = leak_sites(affine, active, fields, openings, WallSettings(disc_mpa=0.001))
    return PorousBody(affine, pores, fields, sites), tip, openings[target].name, rng


def _random_opening(number: int, rng: np.random.Generator) -> Opening:
    direction = rng.standard_normal(3) * (1, 1, 0.7)
    return hole(f"opening {number}", _KINDS[number], direction / np.linalg.norm(direction), float(rng.uniform(2, 5)))


def _tract(
    affine: NDArray[np.float64], active: NDArray[np.bool_], tip: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Voxels near the straight line from the tip to an opening."""
    places = np.stack(np.meshgrid(*(np.arange(n) for n in active.shape), indexing="ij"), axis=-1)
    world = places @ affine[:3, :3].T + affine[:3, 3]
    way = (end - tip) / np.linalg.norm(end - tip)
    along = np.clip((world - tip) @ way, 0, np.linalg.norm(end - tip))
    return np.asarray(active & (np.linalg.norm(world - tip - along[..., None] * way, axis=-1) < _TRACT_MM))
