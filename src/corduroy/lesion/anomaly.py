"""Whether a vertebra's body holds a lesion, and which voxels of its core show it best."""

from __future__ import annotations

import numpy as np
from scipy.cluster.vq import kmeans2

from corduroy.lesion.baseline import Expectation
from corduroy.lesion.bench import Array, Bench, BoolArray

# All author's choice, set on phantoms and on intact vertebrae of real scans.
_LEAST_SEPARATION = 2.5  # of two clusters, in standard deviations of intact bone
_LEAST_SHARE = 0.04  # of the body, of the smaller cluster
_LEAST_COMPARED_ML = 0.05  # of a region somebody pointed at
_WHOLE_SDS, _CLUSTER_SDS = 3.0, 4.0  # how far a body, or a cluster in it, must stray from what neighbours let expect
_DARK_SDS = 2.0  # how much darker, in standard deviations inside intact bone
_FATTEST_HU, DENSEST_HU = -40.0, 350.0  # beyond these no core of a body is intact, whatever its neighbours are
_BELOW_DARKEST_HU = 45.0  # intact parts of real scans went down to 29 HU below the darkest neighbour
_STRIPED_DARK_SDS, _STRIPED_COLUMN_SDS, _STRIPED_SUM_SDS = 1.8, 2.0, 4.8


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
    at = bench.core
    features = _features(bench, expected, at)
    strange = _strange_cluster(features, bench.stroma[at], expected)
    if strange is not None:
        chosen = np.zeros(bench.inside.shape, dtype=bool)
        chosen[at] = strange
        return chosen
    whole = np.ones(len(features), dtype=bool)
    return at if _is_lesion(features, whole, bench.stroma[at], expected, _WHOLE_SDS) else None


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
    features = _features(bench, expected, at)
    everything = np.ones(len(features), dtype=bool)
    return _is_lesion(features, everything, bench.stroma[at], expected, _WHOLE_SDS if is_whole else _CLUSTER_SDS)


def _features(bench: Bench, expected: Expectation, at: BoolArray) -> Array:
    """Deviation of stroma and columns from what is expected, in standard deviations inside intact bone."""
    pair = ((bench.stroma, expected.stroma), (bench.columns, expected.columns))
    return np.column_stack([(found - feature.value)[at] / feature.within for found, feature in pair])


def _strange_cluster(features: Array, hu: Array, expected: Expectation) -> BoolArray | None:
    """The part of the core that forms a cluster of its own, less like the neighbours than the rest."""
    low, high = np.quantile(features, (0.1, 0.9), axis=0)
    best: tuple[float, BoolArray] | None = None
    for start in (np.stack([low, high]), np.stack([[low[0], high[1]], [high[0], low[1]]])):
        centres, group = kmeans2(features, start, iter=25, minit="matrix", missing="warn")
        share = float(group.mean())
        apart = float(np.linalg.norm(centres[1] - centres[0]))
        if apart < _LEAST_SEPARATION or not _LEAST_SHARE <= share <= 1 - _LEAST_SHARE:
            continue
        for number in (0, 1):
            chosen = np.asarray(group == number)
            far = _strangeness(centres[number], expected)
            if _is_lesion(features, chosen, hu, expected, _CLUSTER_SDS) and (best is None or far > best[0]):
                best = far, chosen
    return None if best is None else best[1]


def _is_lesion(features: Array, chosen: BoolArray, hu: Array, expected: Expectation, least_sds: float) -> bool:
    """Whether voxels are far from intact, and dark or as dense as no trabecular bone is.

    Bone moderately denser than its neighbours is sclerosis beside an endplate or an osteophyte far more often than
    a lesion; columns without dark stroma are trabecular bone. Where intact vertebrae differ so much that the
    patient's spread says little, two things still tell a lesion: it is darker than the darkest of them by a clear
    step, or dark between strong columns, which in intact bone grow weaker together.
    """
    middle = float(np.median(hu[chosen]))
    if not _FATTEST_HU < middle < DENSEST_HU:
        return True
    dark, columns = np.median(features[chosen], axis=0)
    if dark < -_STRIPED_DARK_SDS and columns > _STRIPED_COLUMN_SDS and columns - dark > _STRIPED_SUM_SDS:
        return True
    if dark > -_DARK_SDS:
        return False
    deviation = np.array([dark, columns])
    return bool(middle < expected.stroma.lowest - _BELOW_DARKEST_HU or _strangeness(deviation, expected) > least_sds)


def _strangeness(deviation: Array, expected: Expectation) -> float:
    """How far a deviation, in standard deviations inside intact bone, goes beyond what whole intact vertebrae show."""
    stroma, columns = expected.stroma, expected.columns
    return float(
        np.hypot(deviation[0] * stroma.within / stroma.offset_sd, deviation[1] * columns.within / columns.offset_sd)
    )
