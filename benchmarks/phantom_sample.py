"""The phantoms that accuracy is judged on, and what was measured on each."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from benchmarks.data import SCHEME
from benchmarks.pool import Tick, map_in_pool
from corduroy.anatomy import build_spine
from corduroy.errors import CorduroyError, CorduroyWarning
from corduroy.imaging import LabelMap, Volume
from corduroy.morphometry import SpineMeasurement, measure_spine
from corduroy.morphometry.results import POSITIONS
from corduroy.phantom import Phantom, random_spine
from corduroy.pipeline.validation import compare_with_truth

Regime = Literal["1 mm", "2 mm", "random spacing"]
REGIMES: tuple[Regime, ...] = ("1 mm", "2 mm", "random spacing")
Images = Literal["label map", "with CT"]
IMAGES: tuple[Images, ...] = ("label map", "with CT")

PHANTOMS = 204
QUICK_PHANTOMS = 6
_SEED = 20_240_601
_TILT_DEG = 20.0
_LEVELS = (("T11", "T12", "L1"), ("L1", "L2", "L3"), ("T11", "T12", "L1"), ("L1", "L2", "L3"), ("T7", "T8", "T9"))


@dataclass(frozen=True)
class Outcome:
    """One quantity of one vertebra: true, measured, and the half-width of the stated 95 % interval."""

    images: Images
    regime: Regime
    fractured: bool
    quantity: str
    truth: float
    value: float
    half_width: float

    @property
    def error(self) -> float:
        """Size of the error, in the unit of the quantity."""
        return abs(self.value - self.truth)

    @property
    def covered(self) -> bool:
        """Whether the truth lies in the stated interval."""
        return self.error <= self.half_width


@dataclass(frozen=True)
class Examined:
    """What came of one phantom, from its label map alone or with its CT.

    Parameters
    ----------
    images : {"label map", "with CT"}
    outcomes : tuple of Outcome
    vertebrae, without_height, without_canal : int
        How many were modelled, how many lack a height, how many lack the canal that the model has.
    grades : tuple of (int, int or None)
        True and measured Genant grade of every vertebra.
    """

    images: Images
    outcomes: tuple[Outcome, ...]
    vertebrae: int
    without_height: int
    without_canal: int
    grades: tuple[tuple[int, int | None], ...]


def examine_phantoms(quick: bool, tick: Tick) -> list[Examined]:
    """Make and measure the whole sample; the same numbers every time."""
    pairs = map_in_pool(examine, range(QUICK_PHANTOMS if quick else PHANTOMS), tick)
    return [one for pair in pairs for one in pair]


def examine(index: int) -> list[Examined]:
    """Make one phantom of the sample, and measure it without and with its CT.

    Spacing changes with every phantom, the levels with every ninth; the first three of each nine have a fracture of
    their middle vertebra.
    """
    rng = np.random.default_rng([_SEED, index])
    regime = REGIMES[index % 3]
    levels = _LEVELS[index // 9 % len(_LEVELS)]
    phantom = random_spine(rng, levels, fractures=int(index // 3 % 3 == 0), tilt_deg=_TILT_DEG)
    ct, labels = phantom.render(rng, _spacing(rng, regime))
    seen: dict[Images, Volume | None] = {"label map": None, "with CT": ct}
    return [_examined(phantom, labels, grey, images, regime) for images, grey in seen.items()]


def _examined(phantom: Phantom, labels: LabelMap, ct: Volume | None, images: Images, regime: Regime) -> Examined:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CorduroyWarning)
            measured = measure_spine(build_spine(labels, SCHEME, ct))
    except CorduroyError:
        true = phantom.truth().vertebrae
        return Examined(images, (), *[len(true)] * 3, tuple((v.genant_grade, None) for v in true))
    return _compared(phantom, measured, images, regime)


def _spacing(rng: Generator, regime: Regime) -> list[float]:
    """Voxel size along right, anterior, superior, mm; random spacing is isotropic, or has thick axial or sagittal
    slices."""
    if regime == "1 mm":
        return [1.0] * 3
    if regime == "2 mm":
        return [2.0] * 3
    thick = int(rng.integers(4))
    if thick in (1, 3):
        return [float(rng.uniform(0.5, 2.5))] * 3
    spacing = [float(rng.uniform(0.5, 1.0))] * 3
    spacing[thick] = float(rng.uniform(1.0, 2.5))
    return spacing


def _compared(phantom: Phantom, measured: SpineMeasurement, images: Images, regime: Regime) -> Examined:
    truth = phantom.truth()
    found = {vertebra.level: vertebra for vertebra in measured.vertebrae}
    broken = {str(v.level): v.deformity != "none" for v in truth.vertebrae}
    outcomes = tuple(
        Outcome(images, regime, broken[c.place], c.quantity, c.truth, c.measured.value, c.measured.uncertainty)
        for c in compare_with_truth(measured, truth)
        if c.place in broken
    )
    whole = {level for level, v in found.items() if all(v.heights.get(position) is not None for position in POSITIONS)}
    with_canal = {level for level, v in found.items() if v.canal.area is not None}
    return Examined(
        images,
        outcomes,
        len(truth.vertebrae),
        sum(v.level not in whole for v in truth.vertebrae),
        sum(v.canal is not None and v.level not in with_canal for v in truth.vertebrae),
        tuple((v.genant_grade, found[v.level].genant_grade if v.level in found else None) for v in truth.vertebrae),
    )
