"""Holes in endplates: how many are found, and how often one is claimed where there is none: ``make bench-endplates``.

Holes are drawn through the endplates over planted lesions, in phantoms and in the real scans; then both endplates of
all intact vertebrae of all real CTs are looked at as if the whole body were a lesion. Writes
``build/bench/endplates.json``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
from rich.console import Console

from benchmarks.data import MissingDataError
from benchmarks.figures import Row, at_least, at_most, fill, print_table, print_verdict, write_json
from benchmarks.lesion import example_baseline, mean
from benchmarks.lesion_cases import Job, Scan, baseline_of, deepest_point, scene_of
from benchmarks.pool import map_in_pool
from corduroy.anatomy import Level, Spine
from corduroy.errors import CorduroyWarning, MeasurementError
from corduroy.imaging import Volume
from corduroy.lesion import CortexBreach, Delineation, EndplateOver, delineate
from corduroy.lesion.bench import Bench
from corduroy.lesion.endplates import endplate_rays, endplates_over
from corduroy.lesion.texture import lesion_texture
from corduroy.phantom import Family, PlantedLesion, plant, random_lesion
from corduroy.phantom.lesion_grid import FineGrid
from corduroy.phantom.lesion_noise import scan_noise
from corduroy.phantom.lesion_plant import mixed_in

SEEDS: dict[Scan, range] = {
    "phantom": range(9300, 9324),
    "verse014": range(9400, 9416),
    "lidc0001": range(9500, 9508),
}
"""Every other lesion gets a hole. Lesions of other seeds showed that the limits of the side wall do here too."""

_LEVELS: dict[Scan, tuple[str, ...]] = {
    "phantom": ("T12", "L1", "L2"),
    "verse014": ("L2", "L3", "L4"),
    "lidc0001": ("T11", "T12", "L1"),
}
_FAMILIES = (Family.FATTY_HEMANGIOMA, Family.VASCULAR_HEMANGIOMA, Family.LYTIC_METASTASIS)
_DIAMETERS_MM = (3.0, 6.0)
_REACH_MM = 2.5  # of a hole, on both sides of the endplate
_PSF_MM = 0.8
_NEAR_LESION_MM, _TRIES = 2.0, 8
_MATCH_MM = 8.0
_FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
_ROWS = (
    Row("planted", "Lesions planted", ""),
    Row("holes", "of these with a hole of 3 to 6 mm in an endplate", ""),
    Row("found", "Holes found (within 8 mm)", "share", at_least(0.90)),
    Row("told", "Holes as wide as the software says it would see", ""),
    Row("told_found", "of these found", "share"),
    Row("phantom", "Holes found in phantoms", "share"),
    Row("verse014", "Holes found in verse014 (discs as in life, voxels of 1 by 1 by 2 mm)", "share"),
    Row("lidc0001", "Holes found in lidc0001 (slices of 2.5 mm)", "share"),
    Row("diameter", "Diameter of found holes: error, median of the amounts", "mm"),
    Row("false", "Lesions without a hole in which one is reported", "share", at_most(0.05)),
    Row("elsewhere", "Lesions with a hole in which another is reported more than 8 mm from it", "share"),
    Row("intact", "Intact vertebrae of all real CTs", ""),
    Row("intact_false", "of these with a hole reported in an endplate", "share", at_most(0.05)),
    Row("judged", "Their endplates of which at least a quarter can be judged", "share"),
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was drawn and what was found.

    Parameters
    ----------
    diameter_mm : float or None
        Of the hole; None where none was drawn.
    smallest_mm : float or None
        From which width on the software says that it would see a hole in that endplate.
    found_mm : float or None
        Diameter of the hole found within 8 mm of it.
    false : int
        Holes found elsewhere.
    """

    job: Job
    diameter_mm: float | None
    smallest_mm: float | None
    found_mm: float | None
    false: int


@dataclass(frozen=True, eq=False)
class Hole:
    """Where a hole is drawn, world mm; it runs along the vertebra's axis."""

    endplate: str
    point: np.ndarray
    diameter_mm: float


def main() -> None:
    """Plant, pierce, look, compare; then look at what is intact."""
    console = Console() if sys.stdout.isatty() else Console(width=160)
    jobs = [Job(scan, seed) for scan, seeds in SEEDS.items() for seed in seeds]
    outcomes = map_in_pool(outcome_of, jobs, lambda done, total: print(f"{done} of {total}", file=sys.stderr))
    figures = fill(_ROWS, {**figures_of(outcomes), **_intact_figures()}, "no such lesion among them")
    write_json(figures, _FOLDER / "endplates.json")
    print_table("endplates", figures, console)
    print_verdict(figures, console)


def outcome_of(job: Job) -> Outcome:
    """Plant a lesion, pierce the endplate over it or not, and look."""
    rng = np.random.default_rng([job.seed, 77])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        ct, spine, baseline = scene_of(job)
        planted, level, hole = _planted(job, rng, ct, spine)
        if hole is not None:
            ct = pierced(planted, spine, level, hole, rng)
            planted = replace(planted, ct=ct)
        seed = deepest_point(planted.mask)
        found = delineate(planted.ct, spine, level, seed=seed, baseline=baseline)
        return _compared(job, hole, _looked(found, planted.ct))


def _looked(found: Delineation, ct: Volume) -> dict[str, EndplateOver]:
    stroma_hu = lesion_texture(found.bench, found.inside).stroma_hu.value
    return endplates_over(found.bench, ct, found.inside, stroma_hu)


def _planted(job: Job, rng: Generator, ct: Volume, spine: Spine) -> tuple[PlantedLesion, Level, Hole | None]:
    """A lesion with a whole side wall that the vertebra can hold, and a place for a hole where one is wanted."""
    for _ in range(_TRIES):
        level = Level(str(rng.choice(_LEVELS[job.scan])))
        drawn = random_lesion(rng, _FAMILIES[job.seed % len(_FAMILIES)])
        lesion = replace(drawn, breaches=(), epidural=None, paravertebral=None, expansion=None)
        try:
            planted = plant(ct, spine, level, lesion, rng)
            return planted, level, _hole(planted, ct, spine, level, rng) if job.seed % 2 == 0 else None
        except MeasurementError:
            continue
    raise MeasurementError(f"none of {_TRIES} lesions fits", "a lesion that reaches an endplate")


def _hole(planted: PlantedLesion, ct: Volume, spine: Spine, level: Level, rng: Generator) -> Hole:
    """A place in an endplate right over the lesion."""
    bench = Bench.of(ct, spine.vertebrae[level])
    lesion = bench.sampled(planted.mask) >= 0.5
    for name in rng.permutation(("superior endplate", "inferior endplate")):
        rays = endplate_rays(bench)[str(name)]
        over = rays[bench.away_from(lesion, rays.local) < _NEAR_LESION_MM]
        if len(over.local):
            chosen = int(rng.integers(len(over.local)))
            point = bench.grid.frame.world(over.local[chosen])
            return Hole(str(name), point, float(rng.uniform(*_DIAMETERS_MM)))
    raise MeasurementError(f"the lesion of {level} reaches no endplate", None, "plant another")


def pierced(planted: PlantedLesion, spine: Spine, level: Level, hole: Hole, rng: Generator) -> Volume:
    """The scan with a short cylinder of the lesion's stroma through the endplate, blurred and noisy as the scan is."""
    ct, vertebra = planted.ct, spine.vertebrae[level]
    grid = FineGrid.around(hole.point[None], ct)
    middle = vertebra.frame.local(hole.point)
    x, y, z = (axis - np.float32(value) for axis, value in zip(grid.local(vertebra.frame), middle, strict=True))
    drawn = (np.abs(z) < _REACH_MM) & (np.hypot(x, y) < hole.diameter_mm / 2)
    wide = FineGrid.around(vertebra.mask.world_from_voxel(np.argwhere(vertebra.mask.array > 0)), ct).box
    noise = scan_noise(ct.crop(wide), spine.labels.crop(wide)).draw(ct.crop(grid.box).shape, rng)
    return mixed_in(ct, grid, drawn, np.float32(planted.truth.lesion.stroma_hu), noise, _PSF_MM)


def _compared(job: Job, hole: Hole | None, seen: dict[str, EndplateOver]) -> Outcome:
    breaches = [breach for endplate in seen.values() for breach in endplate.breaches]
    if hole is None:
        return Outcome(job, None, None, None, len(breaches))
    own = [b for b in breaches if b.place == hole.endplate and _apart_mm(b, hole) < _MATCH_MM]
    smallest = seen[hole.endplate].smallest_breach_mm if hole.endplate in seen else None
    found = own[0].diameter_mm.value if own else None
    return Outcome(job, hole.diameter_mm, smallest, found, len(breaches) - len(own))


def _apart_mm(breach: CortexBreach, hole: Hole) -> float:
    return float(np.linalg.norm(breach.point - hole.point))


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """All figures over planted lesions, by the rows' keys."""
    holes = [o for o in outcomes if o.diameter_mm is not None]
    whole = [o for o in outcomes if o.diameter_mm is None]
    told = [o for o in holes if (o.smallest_mm or np.inf) <= (o.diameter_mm or 0.0)]
    errors = [abs(o.found_mm - (o.diameter_mm or 0.0)) for o in holes if o.found_mm is not None]
    return {
        "planted": len(outcomes),
        "holes": len(holes),
        "found": _found(holes),
        "told": len(told),
        "told_found": _found(told),
        **{scan: _found([o for o in holes if o.job.scan == scan]) for scan in SEEDS},
        "diameter": float(np.median(errors)) if errors else None,
        "false": mean([o.false > 0 for o in whole]),
        "elsewhere": mean([o.false > 0 for o in holes]),
    }


def _intact_figures() -> dict[str, float | None]:
    """Endplates of the vertebrae of all real CTs; none has a Schmorl's node by eye."""
    claimed, judged = [], []
    for baseline in (baseline_of("verse014"), baseline_of("lidc0001"), example_baseline()):
        for level in baseline.features:
            bench = Bench.of(baseline.ct, baseline.spine.vertebrae[level])
            stroma_hu = lesion_texture(bench, bench.in_body).stroma_hu.value
            seen = endplates_over(bench, baseline.ct, bench.in_body, stroma_hu)
            claimed.append(any(endplate.breaches for endplate in seen.values()))
            judged += [endplate.smallest_breach_mm is not None for endplate in seen.values()]
    return {"intact": len(claimed), "intact_false": mean(claimed), "judged": mean(judged)}


def _found(holes: Sequence[Outcome]) -> float | None:
    return mean([o.found_mm is not None for o in holes])


if __name__ == "__main__":
    try:
        main()
    except MissingDataError as error:
        sys.exit(f"The benchmark of the endplates needs the real scans: {error}")
