"""Group ``stability``: how far a vertebra's numbers change when only pose and spacing do."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.data import SCHEME, MissingDataError, measurement_of, real_masks, spine_of
from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.label_limit import known_plates_wedge_deg
from benchmarks.pool import Tick, map_in_pool
from benchmarks.reposing import Pose, random_pose, reposed
from corduroy.anatomy import Level, build_spine
from corduroy.errors import CorduroyError, CorduroyWarning
from corduroy.imaging import LabelMap, read_labels
from corduroy.morphometry import VertebraMeasurement, measure_spine
from corduroy.morphometry.results import POSITIONS

REPOSINGS = 30
_QUICK_REPOSINGS = 3
_QUICK_SCANS = 2
_SEED = 7_301
_HEIGHT_SD_MM = at_most(0.6)
_ANGLE_SD_DEG = at_most(1.5)
_QUANTITIES = (*POSITIONS, "wedge angle")
_KNOWN = "wedge angle of known endplates"
_MOST_LISTED = 12

_ROWS = (
    Row("height p95", "stability: SD of a height over re-posings, 95th percentile", "mm", _HEIGHT_SD_MM),
    Row("height median", "stability: SD of a height over re-posings, median", "mm"),
    Row("height max", "stability: SD of a height over re-posings, largest", "mm"),
    Row("height share", f"stability: heights with an SD {_HEIGHT_SD_MM} mm", "%"),
    Row("angle p95", "stability: SD of the wedge angle over re-posings, 95th percentile", "deg", _ANGLE_SD_DEG),
    Row("angle median", "stability: SD of the wedge angle over re-posings, median", "deg"),
    Row("angle max", "stability: SD of the wedge angle over re-posings, largest", "deg"),
    Row("angle share", f"stability: wedge angles with an SD {_ANGLE_SD_DEG} deg", "%"),
    Row("known p95", "stability: SD of the wedge angle if pose and shape were known, 95th percentile", "deg"),
    Row("known share", f"stability: wedge angles with an SD {_ANGLE_SD_DEG} deg if pose and shape were known", "%"),
    Row("lost", "stability: numbers that a re-posing lost", "%"),
    Row("vertebrae", "stability: vertebrae", ""),
)

Values = dict[str, dict[str, float | None]]
"""Level, then quantity."""


@dataclass(frozen=True)
class Job:
    """One re-posing of one scan."""

    scan: str
    labels: Path
    number: int
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """The values of one quantity of one vertebra over all re-posings, None where one lost it."""

    scan: str
    level: str
    quantity: str
    values: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """The values that there are."""
        return [value for value in self.values if value is not None]

    @property
    def deviation(self) -> float:
        """Standard deviation of one re-posing."""
        return float(np.std(self.known, ddof=1))


def measure(quick: bool, tick: Tick) -> Report:
    """Re-pose, resample and measure every real mask; `quick` takes two masks and three re-posings."""
    try:
        masks = real_masks()
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    chosen = list(masks.items())[:_QUICK_SCANS] if quick else list(masks.items())
    repeats = _QUICK_REPOSINGS if quick else REPOSINGS
    jobs = [Job(n, path, k, levels) for n, path in chosen for levels in [_whole_levels(path)] for k in range(repeats)]
    spreads = _spreads(jobs, map_in_pool(remeasure, jobs, tick))
    figures = fill(_ROWS, _values(spreads), "too few values")
    return Report(figures, (_widest(spreads),))


def remeasure(job: Job) -> Values:
    """Measure one re-posing."""
    labels = _read(job.labels)
    name = [ord(letter) for letter in job.scan]
    pose = random_pose(np.random.default_rng([_SEED, job.number, *name]), labels)
    moved = reposed(labels, pose)
    values: Values = {level: {_KNOWN: _known_plates(job.labels, level, moved, pose)} for level in job.levels}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CorduroyWarning)
            measured = measure_spine(build_spine(moved, SCHEME))
    except CorduroyError:
        return values
    for vertebra in measured.vertebrae:
        if str(vertebra.level) in values:
            values[str(vertebra.level)] |= _numbers(vertebra)
    return values


def _known_plates(labels: Path, level: str, moved: LabelMap, pose: Pose) -> float | None:
    """What the re-posed mask tells of the wedge angle once the vertebra is known."""
    parsed = Level.parse(level)
    number, vertebra = _number(labels, parsed), spine_of(labels).vertebrae[parsed]
    return known_plates_wedge_deg(moved.mask(number), pose, vertebra) if number in moved.labels else None


@lru_cache(maxsize=1)
def _read(labels: Path) -> LabelMap:
    """A process gets several re-posings of the same scan in a row."""
    return read_labels(labels)


def _whole_levels(labels: Path) -> tuple[str, ...]:
    """Levels in which the scan's border has no part and that are measured as the mask stands."""
    spine, measured = spine_of(labels), measurement_of(labels)
    return tuple(
        str(level)
        for level in spine.levels
        if level != Level.S1
        and not spine.vertebrae[level].cut
        and None not in _numbers(measured[level]).values()
        and not _touches_border(labels, level)
    )


def _touches_border(labels: Path, level: Level) -> bool:
    image = spine_of(labels).labels
    box = image.boxes[_number(labels, level)]
    return any(s.start == 0 or s.stop == n for s, n in zip(box, image.shape, strict=True))


def _number(labels: Path, level: Level) -> int:
    """The label of a level."""
    spine = spine_of(labels)
    return next(n for n in spine.labels.labels if spine.scheme.levels.get(n) == level)


def _numbers(vertebra: VertebraMeasurement) -> dict[str, float | None]:
    measured = {**{p: vertebra.heights.get(p) for p in POSITIONS}, "wedge angle": vertebra.wedge_angle}
    return {name: None if m is None else m.value for name, m in measured.items()}


def _spreads(jobs: list[Job], results: list[Values]) -> list[Spread]:
    groups: dict[tuple[str, str, str], list[float | None]] = {}
    for job, result in zip(jobs, results, strict=True):
        for level in job.levels:
            for quantity in (*_QUANTITIES, _KNOWN):
                value = result.get(level, {}).get(quantity)
                groups.setdefault((job.scan, level, quantity), []).append(value)
    return [Spread(*key, tuple(values)) for key, values in groups.items()]


def _values(spreads: list[Spread]) -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    groups = (
        ("height", POSITIONS, _HEIGHT_SD_MM),
        ("angle", ("wedge angle",), _ANGLE_SD_DEG),
        ("known", (_KNOWN,), _ANGLE_SD_DEG),
    )
    for name, quantities, target in groups:
        deviations = [s.deviation for s in spreads if s.quantity in quantities and len(s.known) > 1]
        if deviations:
            values[f"{name} median"], values[f"{name} p95"] = (float(q) for q in np.percentile(deviations, (50, 95)))
            values[f"{name} max"] = max(deviations)
            values[f"{name} share"] = 100.0 * float(np.mean([target.holds(d) for d in deviations]))
    every = [value for spread in spreads if spread.quantity != _KNOWN for value in spread.values]
    values["lost"] = 100.0 * every.count(None) / len(every) if every else None
    values["vertebrae"] = len({(s.scan, s.level) for s in spreads})
    return values


def _widest(spreads: list[Spread]) -> Table:
    """The vertebrae whose numbers move most, each beside its own limit."""
    table = Table(title="widest over re-posings", title_justify="left", box=None, pad_edge=False)
    for column in ("scan", "level", "quantity"):
        table.add_column(column)
    for column in ("SD", "from", "to", "lost"):
        table.add_column(column, justify="right")
    limits = {q: _HEIGHT_SD_MM.high if q in POSITIONS else _ANGLE_SD_DEG.high for q in _QUANTITIES}
    known = [s for s in spreads if s.quantity in limits and len(s.known) > 1]
    for s in sorted(known, key=lambda s: -s.deviation / limits[s.quantity])[:_MOST_LISTED]:
        ends = (s.deviation, min(s.known), max(s.known))
        table.add_row(s.scan, s.level, s.quantity, *(f"{n:.2f}" for n in ends), str(s.values.count(None)))
    return table
