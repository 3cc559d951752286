"""Group ``behaviour``: what must hold whatever the numbers are."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from benchmarks.figures import Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.injection_phantoms import hole, mirrored, outline, phantom, plan, texture
from benchmarks.pool import Tick
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import (
    Cement,
    Gelatin,
    InjectionResult,
    InjectionSettings,
    PorousBody,
    Recipe,
    StopRule,
    inject,
)

_TIP = (2.0, -3.0, 1.0)
_VOLUME_ML = 8.0
_NEVER = (0, 0)
_OPENINGS = (
    hole("basivertebral vein", YeomType.B, np.array([0.0, -1.0, 0.05]), 4.0),
    hole("breach", YeomType.C, np.array([0.8, -0.6, 0.0]), 5.0),
)
_LEAK_MM3 = 1.0
_FINE_MM = 1.0
"""Voxel size that is halved for the refinement figures."""

ROWS = (
    Row("viscosity", "higher viscosity leaks more: steps of 2 from 25 to 800 Pa·s, six bodies", "", Target(*_NEVER)),
    Row("own", "a breach raises the leak through another site by, at most", "ml", at_most(0.0)),
    Row("breach", "a breach raises the leak through itself by", "ml"),
    Row("gelatin", "clogged outlets or sponge given before raise the leak: 5 steps, six bodies", "", Target(*_NEVER)),
    Row("share", "a tenth of sponge mixed in changes the leak by, mean (it also redirects the flow)", "%"),
    Row("mirror", "mirror: largest difference of the mirrored fill", "", at_most(1e-4)),
    Row("bytes", "same input, other bytes: of three runs", "", Target(*_NEVER)),
    Row("volume", "half the voxel size: change of the filled volume at 50 % fill", "%", at_most(3.0)),
    Row(
        "leak", "half the voxel size: change of the time to the first leak, largest of four bodies", "%", at_most(10.0)
    ),
    Row("balance", "largest error of the cement's balance at any step of all these runs", "", at_most(1e-8)),
)


def thinning(consistency_pa_sn: float) -> Cement:
    """A thinning cement that does not cure, so that runs differ in one number."""
    ends = (consistency_pa_sn, consistency_pa_sn)
    return Cement(name="thinning", times_s=(0, 3600), consistency_pa_sn=ends, index=(0.7, 0.7))


def uneven(seed: int, spacing_mm: float = 1.0) -> PorousBody:
    """A body with its own texture, drawn on a fine grid and averaged, and both openings."""
    fine = outline(_FINE_MM / 2)[1].shape
    drawn = texture(fine, _FINE_MM / 2, 0.03, np.random.default_rng(seed))
    shape = outline(spacing_mm)[1].shape
    places = [np.clip(((np.arange(n) + 0.5) * m / n).astype(int), 0, m - 1) for n, m in zip(shape, fine, strict=True)]
    return phantom(spacing_mm, _OPENINGS, drawn[np.ix_(*places)])


class _Runs:
    """Runs with the same plan; notes the worst balance."""

    def __init__(self) -> None:
        self.worst = 0.0

    def __call__(
        self, body: PorousBody, recipe: Recipe | None = None, settings: InjectionSettings | None = None
    ) -> InjectionResult:
        result = inject(body, plan(_TIP, _VOLUME_ML), recipe or Recipe(cement=thinning(100.0)), settings)
        self.worst = max(self.worst, result.worst_balance)
        return result


def leaked_ml(result: InjectionResult) -> float:
    """Through all sites, at the end."""
    return float(result.leaked_mm3[-1].sum() / 1000)


def measure(quick: bool, tick: Tick) -> Report:
    """All of it."""
    run = _Runs()
    bodies = [uneven(seed) for seed in range(2 if quick else 6)]
    steps = (
        ("viscosity", lambda: sum(more_by_viscosity(body, run) for body in bodies)),
        ("own breach", lambda: other_sites(bodies, run)),
        ("gelatin", lambda: sum(more_by_clogging(body, run) for body in bodies)),
        ("share", lambda: change_by_share(bodies, run)),
        ("mirror", lambda: mirror_difference(bodies[0], run)),
        ("bytes", lambda: differing_bytes(bodies[0], run)),
        ("refined", lambda: refined(range(1 if quick else 4), 2 * _FINE_MM if quick else _FINE_MM, run)),
    )
    found = {}
    for done, (name, step) in enumerate(steps, 1):
        found[name] = step()
        tick(done, len(steps))
    values = {key: float(found[key]) for key in ("viscosity", "gelatin", "share", "mirror", "bytes")}
    values["own"], values["breach"] = found["own breach"]
    values["volume"], values["leak"] = found["refined"]
    return Report(fill(ROWS, {**values, "balance": run.worst}))


def more_by_viscosity(body: PorousBody, run: _Runs) -> int:
    """How often twice the viscosity leaks more."""
    leaks = [leaked_ml(run(body, Recipe(cement=thinning(25.0 * 2**step)))) for step in range(6)]
    return int((np.diff(leaks) > 1e-9).sum())


def other_sites(bodies: list[PorousBody], run: _Runs) -> tuple[float, float]:
    """By how much a breach raises the leak through the vein, and through itself, at most (ml)."""
    others, own = [], []
    for body in bodies:
        vein, breach, cortex = body.sites
        without = run(replace(body, sites=(vein, cortex))).leaked_mm3[-1] / 1000
        with_it = run(replace(body, sites=(vein, breach, cortex))).leaked_mm3[-1] / 1000
        others.append(with_it[0] - without[0])
        own.append(with_it[1])
    return max(0.0, *map(float, others)), float(max(own))


def more_by_clogging(body: PorousBody, run: _Runs) -> int:
    """How often stronger clogging of the outlets, or more sponge given before, leaks more."""
    clogging = [Gelatin(share=0.1, outlet_catch=catch) for catch in (0.0, 0.3, 0.6, 1.0)]
    before = [None, Gelatin(before_ml=0.5), Gelatin(before_ml=1.5)]
    more = 0
    for doses in (clogging, before):
        leaks = [leaked_ml(run(body, Recipe(cement=thinning(100.0), gelatin=dose))) for dose in doses]
        more += int((np.diff(leaks) > 1e-9).sum())
    return more


def change_by_share(bodies: list[PorousBody], run: _Runs) -> float:
    """Mean change in percent of the leak by a tenth of sponge mixed in: thickening and clogging at once."""
    recipes = [Recipe(cement=thinning(100.0), gelatin=dose) for dose in (None, Gelatin(share=0.1))]
    pairs = [[leaked_ml(run(body, recipe)) for recipe in recipes] for body in bodies]
    return 100 * float(np.mean([mixed / plain - 1 for plain, mixed in pairs]))


def mirror_difference(body: PorousBody, run: _Runs) -> float:
    """Largest difference of the fill of the mirrored body, mirrored back."""
    turned = inject(mirrored(body), plan((-_TIP[0], *_TIP[1:]), _VOLUME_ML), Recipe(cement=thinning(100.0)))
    return float(np.abs(turned.fill[::-1] - run(body).fill).max())


def differing_bytes(body: PorousBody, run: _Runs) -> int:
    """How many of two more runs end in other bytes."""
    hashes = [hashlib.sha256(run(body).fill.tobytes()).hexdigest() for _ in range(3)]
    return sum(each != hashes[0] for each in hashes[1:])


def refined(seeds: range, spacing_mm: float, run: _Runs) -> tuple[float, float]:
    """Largest change in percent of the volume of half-filled voxels and of the time to the first leak."""
    volumes, times = [], []
    until = InjectionSettings(stop=StopRule(leak_types=(YeomType.B, YeomType.C), leak_mm3=_LEAK_MM3))
    for seed in seeds:
        pair = [run(uneven(seed, size), settings=until) for size in (spacing_mm, spacing_mm / 2)]
        coarse, fine = (_first_leak(result) for result in pair)
        times.append(abs(coarse / fine - 1))
        at = 0.95 * min(coarse, fine)
        filled = [result.mask(at).sum() * result.body.voxel_mm3 for result in pair]
        volumes.append(abs(filled[0] / filled[1] - 1))
    return 100 * float(max(volumes)), 100 * float(max(times))


def _first_leak(result: InjectionResult) -> float:
    """Time in s at which the first of the openings has let out a drop."""
    reached = (result.first_reached(opening.name, _LEAK_MM3) for opening in _OPENINGS)
    return min(when[0] for when in reached if when is not None)
