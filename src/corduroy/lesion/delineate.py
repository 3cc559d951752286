"""Where the lesion is: voxels that do not look like the patient's own intact vertebrae, regularised in 3D."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import SettingsError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.lesion.anomaly import DENSEST_HU, anomalous
from corduroy.lesion.baseline import Baseline, Expectation, Expected
from corduroy.lesion.bench import Array, Bench, BoolArray

# All author's choice, set on phantoms and on intact vertebrae of real scans.
_PRIOR = -0.5  # logarithm of the odds: intact unless shown
_COLUMNS_WEIGHT = 0.6
_LEAST_INTACT_COLUMNS_SD = 0.3
_LEAST_ML = 0.4
_TURNS = 10
_ROUNDS = 2
_NEIGHBOUR_MM, _NEIGHBOUR_WEIGHT = 1.4, 3.5
_MOST_EVIDENCE = 5.0
_EVIDENCE_WEIGHT = 0.6
_ARCH_SD_HU, _ARCH_SD_COLUMNS = 60.0, 0.5  # more for a lesion in the thin arch, where the cortex is mixed in
_SEED_MM = 4.0
_WALL_MM = 2.6  # what lies shallower in the body goes with what lies below: label maps run half a millimetre too far
_LEAST_SD_HU, _LEAST_SD_COLUMNS = 12.0, 0.3
_LEAST_REST = 0.08
_CLEAR_SDS = 3.0  # a class learnt from mixed voxels must not grow so wide that it holds intact bone
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, eq=False)
class Delineation:
    """A lesion inside one vertebra.

    Parameters
    ----------
    level : Level
    found : bool
        Whether there is a lesion.
    mask : LabelMap
        On the grid of the CT, 1 inside the lesion.
    probability : Volume
        Of each voxel to belong to it, float32, on the grid of the CT. It says how well grey values and neighbours
        tell lesion from intact bone if the two are what they seem; it is no probability of disease.
    bench : Bench
        The vertebra on its own axes.
    inside : ndarray of bool
        The lesion on the bench.
    likely : ndarray of float32
        The probability on the bench.
    how : str
        ``"automatic"``, ``"from a seed"``, ``"from a painted mask"`` or ``"as painted"``.
    notes : tuple of str
        What makes it doubtful, in plain words.
    """

    level: Level
    found: bool
    mask: LabelMap
    probability: Volume
    bench: Bench
    inside: BoolArray
    likely: Array
    how: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Class:
    """Grey value between columns, and strength of columns, of the lesion."""

    hu: float
    hu_sd: float
    columns: float
    columns_sd: float


def delineate(
    ct: Volume,
    spine: Spine,
    level: Level | str,
    *,
    seed: ArrayLike | None = None,
    painted: LabelMap | None = None,
    baseline: Baseline | None = None,
) -> Delineation:
    """Find the lesion in a vertebra.

    Parameters
    ----------
    ct : Volume
        Hounsfield units.
    spine : Spine
    level : Level or str
    seed : array_like, shape (3,), optional
        World RAS+ mm of a point in the lesion; the lesion is then what looks like its surroundings.
    painted : LabelMap, optional
        A part of the lesion, painted by a person; what looks like it and touches it belongs to the lesion.
    baseline : Baseline, optional
        The patient's intact vertebrae; by default all others of the spine.

    Returns
    -------
    Delineation

    Raises
    ------
    SettingsError
        If the level is not in view, or seed or mask lie outside the vertebra.
    MeasurementError
        If the vertebra has no body or too few others can be compared with.

    Notes
    -----
    Two features of each voxel, the grey value between upright columns and the strength of such columns, are
    compared with the same place of the neighbouring vertebrae. If the body's core falls into two clusters that lie
    further apart than intact bone varies, the one that is less like the neighbours is the lesion; a body that as a
    whole strays from its neighbours is lesion throughout. A Markov random field (mean field) makes the border. The
    cortex goes with the bone below it. When this misleads: in a scan with few or diseased neighbours; where the
    lesion is as dense as the bone around it; beside metal, cement or Schmorl's nodes.
    """
    if seed is not None and painted is not None:
        raise SettingsError("a seed and a painted mask", "one of them")
    vertebra = spine.vertebrae.get(Level(level))
    if vertebra is None:
        raise SettingsError(f"no {level} in view", ", ".join(spine.levels))
    bench = Bench.of(ct, vertebra)
    intact = (baseline or Baseline.of(ct, spine)).without(bench.level)
    expected = intact.expectation(bench)
    how, marked = _marked(bench, seed, painted)
    start = anomalous(bench, expected) if marked is None else marked
    if start is None:
        return _result(ct, bench, np.zeros(bench.inside.shape, np.float32), how)
    return _result(ct, bench, _regularised(bench, expected, _class_of(bench, start), marked), how)


def as_painted(ct: Volume, spine: Spine, level: Level | str, painted: LabelMap) -> Delineation:
    """Take a person's mask as it is, to be characterised.

    Raises
    ------
    SettingsError
        If the level is not in view or the mask does not touch the vertebra.
    """
    vertebra = spine.vertebrae.get(Level(level))
    if vertebra is None:
        raise SettingsError(f"no {level} in view", ", ".join(spine.levels))
    bench = Bench.of(ct, vertebra)
    _, marked = _marked(bench, None, painted)
    assert marked is not None
    return _result(ct, bench, marked.astype(np.float32), "as painted")


def _marked(bench: Bench, seed: ArrayLike | None, painted: LabelMap | None) -> tuple[str, BoolArray | None]:
    if seed is not None:
        point = bench.grid.frame.local(np.asarray(seed, dtype=np.float64))
        x, y, z = bench.coordinates
        near = (x - point[0]) ** 2 + (y - point[1]) ** 2 + (z - point[2]) ** 2 < _SEED_MM**2
        if not (near & bench.interior).any():
            raise SettingsError(f"a seed outside {bench.level}", "world RAS+ mm of a point in the vertebra")
        return "from a seed", np.asarray(near & bench.inside)
    if painted is not None:
        held = bench.sampled(LabelMap((painted.array > 0).view(np.uint8), painted.affine)) >= 0.5
        if not (held & bench.inside).any():
            raise SettingsError(f"a painted mask that does not touch {bench.level}", "a mask on the vertebra")
        return "from a painted mask", np.asarray(held & bench.inside)
    return "automatic", None


def _class_of(bench: Bench, chosen: BoolArray) -> _Class:
    at = chosen & bench.interior
    if not at.any():
        at = chosen
    (hu, hu_sd), (columns, columns_sd) = _robust(bench.stroma[at]), _robust(bench.columns[at])
    return _Class(hu, max(hu_sd, _LEAST_SD_HU), columns, max(columns_sd, _LEAST_SD_COLUMNS))


def _robust(values: Array) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, float(_MAD_TO_SD * np.median(np.abs(values - middle)))


def _regularised(bench: Bench, expected: Expectation, lesion: _Class, marked: BoolArray | None) -> Array:
    """The lesion's probability; its class is learnt anew from what was found, so that a small start does not bind."""
    at = bench.interior & (~bench.in_body | (bench.depth > _WALL_MM))
    nearest = ndimage.distance_transform_edt(~at, return_distances=False, return_indices=True)

    def spread(seen: _Class) -> Array:
        field = _field(bench, at, _EVIDENCE_WEIGHT * _evidence(bench, expected, seen), marked)
        return np.asarray(np.where(bench.inside, field[tuple(nearest)], np.float32(0)))

    likely = spread(lesion)
    for _ in range(_ROUNDS):
        inside = (likely >= 0.5) & bench.interior
        if np.count_nonzero(inside) * bench.voxel_ml < _LEAST_ML:
            break
        likely = spread(_class_of(bench, inside))
    return _kept(bench, likely, marked)


def _field(bench: Bench, at: BoolArray, evidence: Array, marked: BoolArray | None) -> Array:
    """Probability of lesion by mean field: evidence of each voxel at `at`, and agreement with its neighbours."""
    told = evidence[at]
    if marked is not None:
        told[marked[at]] = 2 * _MOST_EVIDENCE
    field = np.zeros(at.shape, np.float32)
    field[bench.box] = _settled(at[bench.box], told)
    return field


def _settled(at: BoolArray, evidence: Array) -> Array:
    """Probability after evidence and neighbours have come to terms, zero outside the chosen voxels."""
    weight = np.maximum(_blurred(at.astype(np.float32)), 1e-3)[at]
    field = np.zeros(at.shape, np.float32)
    field[at] = 1 / (1 + np.exp(-evidence))
    for _ in range(_TURNS):
        around = _blurred(field)[at] / weight
        field[at] = 1 / (1 + np.exp(-(evidence + _NEIGHBOUR_WEIGHT * (2 * around - 1))))
    return field


def _blurred(values: Array) -> Array:
    return np.asarray(ndimage.gaussian_filter(values, _NEIGHBOUR_MM, mode="constant"))


def _evidence(bench: Bench, expected: Expectation, lesion: _Class) -> Array:
    """Logarithm of the ratio of likelihoods, lesion against intact."""
    arch = ~bench.in_body
    total = np.full(bench.inside.shape, _PRIOR)
    told_by_columns = 0.0 if lesion.hu > DENSEST_HU else _COLUMNS_WEIGHT
    for found, feature, mean, sd, more, weight, least in (
        (bench.stroma, expected.stroma, lesion.hu, lesion.hu_sd, _ARCH_SD_HU, 1.0, _LEAST_SD_HU),
        (
            bench.columns,
            expected.columns,
            lesion.columns,
            lesion.columns_sd,
            _ARCH_SD_COLUMNS,
            told_by_columns,
            _LEAST_INTACT_COLUMNS_SD,
        ),
    ):
        shift = _shift(bench, found, feature, mean)
        sd = max(min(sd, abs(mean - feature.mean) / _CLEAR_SDS), least)
        lesion_sd = np.where(arch, np.hypot(sd, more), sd)
        intact = feature.value + shift
        seen = _no_farther(found, mean, intact) if feature is expected.stroma else found
        ratio = _log_normal(seen, mean, lesion_sd) - _log_normal(seen, intact, np.maximum(feature.sd, least))
        total += weight * np.clip(ratio, -_MOST_EVIDENCE, _MOST_EVIDENCE)
    return total


def _no_farther(found: Array, lesion: float, intact: Array) -> Array:
    """Values held at the lesion's own: what strays farther from intact bone than it does is no less a lesion."""
    return np.where(intact > lesion, np.maximum(found, lesion), np.minimum(found, lesion))


def _shift(bench: Bench, found: Array, feature: Expected, lesion: float) -> float:
    """How far this vertebra's intact rest lies from what its neighbours let expect."""
    values, expected = found[bench.core], feature.value[bench.core]
    rest = np.abs(values - lesion) > np.abs(values - expected)
    if np.count_nonzero(rest) < _LEAST_REST * len(values):
        return 0.0
    return float(np.clip(np.median((values - expected)[rest]), -2 * feature.offset_sd, 2 * feature.offset_sd))


def _log_normal(values: Array, mean: Array | float, sd: Array | float) -> Array:
    return np.asarray(-0.5 * ((values - mean) / sd) ** 2 - np.log(sd))


def _kept(bench: Bench, likely: Array, marked: BoolArray | None) -> Array:
    """Pieces large enough, or with the seed; small holes are filled."""
    pieces, number = ndimage.label(likely >= 0.5)
    sizes = np.bincount(pieces.ravel(), minlength=number + 1) * bench.voxel_ml
    sizes[0] = 0.0
    keep = sizes >= _LEAST_ML
    if marked is not None:
        keep &= np.isin(np.arange(number + 1), np.unique(pieces[marked]))
    kept = ndimage.binary_fill_holes(keep[pieces]) & bench.inside
    return np.asarray(np.where(kept, np.maximum(likely, 0.5), np.minimum(likely, 0.499)), dtype=np.float32)


def _result(ct: Volume, bench: Bench, likely: Array, how: str) -> Delineation:
    box, values = bench.onto(likely, ct)
    probability = np.zeros(ct.shape, np.float32)
    probability[box] = values
    mask = (probability >= 0.5).view(np.uint8)
    inside = np.asarray(likely >= 0.5)
    notes = bench.vertebra.flags
    return Delineation(
        bench.level,
        bool(inside.any()),
        LabelMap(mask, ct.affine, f"lesion {bench.level}", {"modality": "label map"}),
        Volume(probability, ct.affine, f"lesion probability {bench.level}"),
        bench,
        inside,
        likely,
        how,
        notes,
    )
