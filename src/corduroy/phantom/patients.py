"""Ready-made synthetic patients: drawn at random, and the one that the demonstration uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.random import Generator

from corduroy.anatomy.level import Level
from corduroy.phantom.fracture import Fracture, Kind, Side
from corduroy.phantom.generate import NO_VARIATION, Variation, draw_spine
from corduroy.phantom.phantom import Phantom

T8_TO_S1 = tuple(Level(n) for n in ["T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"])
_KINDS: tuple[Kind, ...] = ("wedge", "biconcave", "crush")
_SIDES: tuple[Side, ...] = ("superior", "superior", "inferior")  # twice as often superior; author's choice
Fractures = Mapping[Level, Fracture] | Mapping[str, Fracture]
_DEMO_LEVELS = tuple(Level(n) for n in ["T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4"])


def random_spine(
    rng: Generator,
    levels: Sequence[Level | str] = T8_TO_S1,
    fractures: Fractures | int = 0,
    *,
    tilt_deg: float = 20.0,
    scoliosis_deg: float | None = None,
    trabecular_hu: float | None = None,
    variation: Variation | None = None,
) -> Phantom:
    """A synthetic patient with random sizes, curves, fractures and pose.

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same patient, to the byte.
    levels : sequence of Level or str
        From T1 to S1, cranial to caudal, without a gap (T13 and L6 where wished for).
    fractures : mapping of level to Fracture, or int
        The fractures, or how many to draw at random levels below the topmost and above the lowest, S1 left out.
    tilt_deg : float
        The patient is turned by up to this angle about a random axis.
    scoliosis_deg : float, optional
        Sum of the lateral bends; by default drawn, mostly below 8 degrees.
    trabecular_hu : float, optional
        Mean of trabecular bone; by default drawn between 90 and 200 HU, about the span of adults from 90
        years to 40 (10.1148/radiol.2019181648).
    variation : Variation, optional
        How far shapes stray from the mean; `Variation()` by default.

    Raises
    ------
    SettingsError
        If levels have a gap, are cervical, or a fracture names a level that is not there.
    """
    chosen = [Level(level) for level in levels]
    if isinstance(fractures, int):
        broken = _random_fractures(rng, chosen, fractures)
    else:
        broken = {Level(level): fracture for level, fracture in fractures.items()}
    bend = float(4.0 * rng.standard_normal()) if scoliosis_deg is None else scoliosis_deg
    spine = draw_spine(rng, chosen, broken, tilt_deg, bend, trabecular_hu, variation or Variation())
    return Phantom(spine)


def demo_patient(seed: int = 12) -> Phantom:
    """T9 to L4 with a wedge fracture of T12 that narrows the canal mildly; used by ``corduroy demo``."""
    broken = {Level.T12: Fracture("wedge", 38.0, "superior", retropulsion=0.22)}
    return random_spine(
        np.random.default_rng(seed),
        _DEMO_LEVELS,
        broken,
        tilt_deg=6.0,
        scoliosis_deg=3.0,
        trabecular_hu=125.0,
    )


def mean_spine(levels: Sequence[Level | str], fractures: Fractures | None = None) -> Phantom:
    """A spine of mean sizes, upright and straight from the front, endplates smooth: for tests and drawings."""
    return random_spine(
        np.random.default_rng(0),
        levels,
        fractures or {},
        tilt_deg=0.0,
        scoliosis_deg=0.0,
        trabecular_hu=130.0,
        variation=NO_VARIATION,
    )


def _random_fractures(rng: Generator, levels: Sequence[Level], count: int) -> dict[Level, Fracture]:
    candidates: list[Level] = [v for v in levels[1:-1] if v is not Level.S1] or [*levels]
    picked = rng.permutation(len(candidates))[:count]
    return {candidates[int(i)]: _random_fracture(rng) for i in sorted(picked)}


def _random_fracture(rng: Generator) -> Fracture:
    kind = _KINDS[int(rng.integers(len(_KINDS)))]
    depth = float(rng.uniform(12.0, 45.0))
    side: Side = "both" if kind == "biconcave" else _SIDES[int(rng.integers(len(_SIDES)))]
    retropulsion = float(rng.uniform(0.1, 0.4)) if rng.random() < 0.4 else 0.0
    return Fracture(kind, depth, side, retropulsion)
