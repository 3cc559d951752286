"""Whether a vertebra's body holds a lesion, and which voxels of its core show it best."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.cluster.vq import kmeans2

from corduroy.lesion.baseline import Expectation
from corduroy.lesion.bench import LEAST_STRENGTH_HU, Array, Bench, BoolArray

# All author's choice; docs/lesion.md says on which phantoms, seeds and intact vertebrae.
_LEAST_SEPARATION = 2.5  # of two clusters, in standard deviations of intact bone
_LEAST_SHARE = 0.04  # of the core, of the smaller cluster
_LEAST_COMPARED_ML = 0.05  # of a region somebody pointed at
_DARK_SDS, _CLEARLY_DARK_SDS = 2.0, 3.5  # how much darker, in standard deviations inside intact bone
_FATTEST_HU, DENSEST_HU = -40.0, 350.0  # beyond these no core of a body is intact, whatever its neighbours are
_STRIPED_SDS, _STRIPED_HU = 2.0, 22.0  # columns: how much stronger, and at least how strong
_STRIPED_SHARE = 0.2  # of the core: an intact one had a part of 13 % as striped


@dataclass(frozen=True)
class _Limits:
    """How far from intact counts.

    Parameters
    ----------
    sds : float
        Of stroma and columns together, in standard deviations of whole intact vertebrae.
    below_hu : float
        Of the stroma, below the darkest neighbour.
    striped_log : float
        Of the columns alone, logarithm.
    """

    sds: float
    below_hu: float
    striped_log: float


# Intact vertebrae of real scans went down to 17 HU below their darkest neighbour, parts of them to 29 HU; their
# columns were stronger by up to 0.12, in parts by up to 0.26, where they were no denser than their neighbours.
_WHOLE, _PART = _Limits(3.0, 22.0, 0.25), _Limits(4.0, 45.0, 0.35)


def anomalous(bench: Bench, expected: Expectation) -> BoolArray | None:
    """The voxels of the core that do not look intact; None if all do.

    Parameters
    ----------
    bench : Bench
    expected : Expectation

    Returns
    -------
    ndarray of bool or None
        A part of the core that forms a cluster of its own, or the whole core.
    """
    core = _Region.of(bench, expected, bench.core)
    strange = _strange_part(core)
    if strange is not None:
        chosen = np.zeros(bench.inside.shape, dtype=bool)
        chosen[bench.core] = strange
        return chosen
    return bench.core if core.is_lesion(_WHOLE) else None


def differs(bench: Bench, expected: Expectation, inside: BoolArray) -> bool | None:
    """Whether a region that somebody pointed at is as far from intact as `anomalous` asks of what it finds by itself.

    Parameters
    ----------
    bench : Bench
    expected : Expectation
    inside : ndarray of bool

    Returns
    -------
    bool or None
        None if too little of it lies in the body's core, where alone vertebrae are compared.
    """
    at = inside & bench.core
    if np.count_nonzero(at) * bench.voxel_ml < _LEAST_COMPARED_ML:
        return None
    is_whole = np.count_nonzero(at) >= (1 - _LEAST_SHARE) * np.count_nonzero(bench.core)
    return _Region.of(bench, expected, at).is_lesion(_WHOLE if is_whole else _PART)


@dataclass(frozen=True, eq=False)
class _Region:
    """Voxels of a core: stroma, columns, and how far both are from what is expected there (n, 2)."""

    stroma: Array
    columns: Array
    deviation: Array
    expected: Expectation

    @classmethod
    def of(cls, bench: Bench, expected: Expectation, at: BoolArray) -> _Region:
        pair = ((bench.stroma, expected.stroma), (bench.columns, expected.columns))
        deviation = np.column_stack([(found - feature.value)[at] for found, feature in pair])
        return cls(bench.stroma[at], bench.columns[at], deviation, expected)

    def part(self, chosen: BoolArray) -> _Region:
        return _Region(self.stroma[chosen], self.columns[chosen], self.deviation[chosen], self.expected)

    @cached_property
    def typical(self) -> tuple[float, float]:
        """Median deviation of stroma and columns."""
        brighter, stronger = np.median(self.deviation, axis=0)
        return float(brighter), float(stronger)

    def is_lesion(self, limits: _Limits) -> bool:
        return self.is_striped(limits) or self.strays(limits)

    def is_striped(self, limits: _Limits) -> bool:
        """Columns last that are stronger than intact bone no denser than its neighbours shows."""
        brighter, stronger = self.typical
        strength = float(np.exp(np.median(self.columns))) - LEAST_STRENGTH_HU
        least = max(limits.striped_log, _STRIPED_SDS * self.expected.columns.offset_sd)
        return bool(brighter < 0 and stronger > least and strength > _STRIPED_HU)

    def strays(self, limits: _Limits) -> bool:
        """Too dark, or as dense as no trabecular bone is.

        Bone moderately denser than its neighbours is sclerosis beside an endplate or an osteophyte far more often
        than a lesion. Where the patient's spread says little, it is still strange to be darker than the darkest of
        the neighbours by a clear step.
        """
        stroma, columns = self.expected.stroma, self.expected.columns
        middle = float(np.median(self.stroma))
        brighter, stronger = self.typical
        if not _FATTEST_HU < middle < DENSEST_HU or middle < stroma.lowest - limits.below_hu:
            return True
        if brighter > -_DARK_SDS * stroma.within:
            return False
        beyond_spread = np.hypot(brighter / stroma.offset_sd, stronger / columns.offset_sd) > limits.sds
        clearly = brighter < -_CLEARLY_DARK_SDS * stroma.within and brighter < -_DARK_SDS * stroma.offset_sd
        return bool(beyond_spread or clearly)


def _strange_part(core: _Region) -> BoolArray | None:
    """The part of the core that forms a cluster of its own and is a lesion; the stranger one if both are."""
    features = core.deviation / [core.expected.stroma.within, core.expected.columns.within]
    low, high = np.quantile(features, (0.1, 0.9), axis=0)
    best: tuple[float, BoolArray] | None = None
    for start in (np.stack([low, high]), np.stack([[low[0], high[1]], [high[0], low[1]]])):
        centres, group = kmeans2(features, start, iter=25, minit="matrix", missing="warn")
        apart = float(np.linalg.norm(centres[1] - centres[0]))
        if apart < _LEAST_SEPARATION or not _LEAST_SHARE <= group.mean() <= 1 - _LEAST_SHARE:
            continue
        for number in (0, 1):
            chosen = np.asarray(group == number)
            share, far = float(chosen.mean()), float(np.linalg.norm(centres[number]))
            part = core.part(chosen)
            is_lesion = part.strays(_PART) or (share >= _STRIPED_SHARE and part.is_striped(_PART))
            if is_lesion and (best is None or far > best[0]):
                best = far, chosen
    return None if best is None else best[1]
