"""What the patient's own intact vertebrae look like, place by place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import MeasurementError, SettingsError
from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import KINDS, Array, Bench, FloatArray

# All author's choice.
_BINS = (9, 8, 8)
_SMOOTH_BINS = 0.7
_DEPTHS_MM = (2.0, 3.0)  # borders of the depth classes in the arch
_LEVELS_AWAY = 5
_NEARNESS_LEVELS = 2.0
_LEAST_OFFSET_SD, _LEAST_SHARE_OFFSET_SD = 12.0, 0.10
_MAD_TO_SD = 1.4826
_LEAST_VOXELS = 30
_USUAL_ARCH_HU, _USUAL_ARCH_SD = 250.0, 120.0  # above the body; where no other vertebra shows the part


@dataclass(frozen=True, eq=False)
class Features:
    """A vertebra's two features, by place.

    Parameters
    ----------
    level : Level
    mean_hu, mean_spread : float
        Over the body.
    body_hu, body_spread : ndarray, shape (9, 8, 8)
        Deviation from the mean by place in the body, mirrored halves averaged.
    arch_hu, arch_spread : ndarray, shape (7, 3)
        Deviation from the body's mean, by kind of part and depth; NaN where there is none.
    within_hu, within_spread : float
        Standard deviation inside the body about its own smooth pattern.
    """

    level: Level
    mean_hu: float
    mean_spread: float
    body_hu: FloatArray
    body_spread: FloatArray
    arch_hu: FloatArray
    arch_spread: FloatArray
    within_hu: float
    within_spread: float

    @classmethod
    def of(cls, bench: Bench) -> Features:
        """Features of one vertebra."""
        at = bench.interior[bench.in_body]
        bins = place_bins(bench.place[at])
        arch = bench.interior & (bench.kinds > 0)
        groups = bench.kinds[arch] * 3 + depth_class(bench.depth[arch])
        parts = []
        for values in (bench.median, bench.spread):
            body = values[bench.in_body][at].astype(np.float64)
            mean = float(np.median(body))
            pattern = _by_place(body - mean, bins)
            within = float(_MAD_TO_SD * np.median(np.abs(body - mean - pattern[tuple(bins.T)])))
            parts.append((mean, pattern, _by_group(values[arch] - mean, groups), within))
        (hu, hu_map, hu_arch, hu_sd), (spread, spread_map, spread_arch, spread_sd) = parts
        return cls(bench.level, hu, spread, hu_map, spread_map, hu_arch, spread_arch, hu_sd, spread_sd)


@dataclass(frozen=True, eq=False)
class Expectation:
    """What one vertebra would look like if it were intact.

    Parameters
    ----------
    hu, hu_sd : ndarray
        Local median by voxel of the bench, and how far intact vertebrae stray from it place by place.
    spread, spread_sd : ndarray
    offset_sd_hu : float
        How far a whole intact vertebra strays from its neighbours.
    mean_hu : float
        Of the body.
    """

    hu: Array
    hu_sd: Array
    spread: Array
    spread_sd: Array
    offset_sd_hu: float
    mean_hu: float


@dataclass(frozen=True, eq=False)
class Baseline:
    """Features of all vertebrae that are taken for intact.

    Parameters
    ----------
    ct : Volume
    spine : Spine
    features : dict of Level to Features
    """

    ct: Volume
    spine: Spine
    features: dict[Level, Features]

    @classmethod
    def of(cls, ct: Volume, spine: Spine, intact: Iterable[Level | str] | None = None) -> Baseline:
        """Look at the vertebrae of a spine.

        Parameters
        ----------
        ct : Volume
            Hounsfield units.
        spine : Spine
        intact : iterable of Level or str, optional
            The vertebrae known to be intact; by default all that have a body and are not cut by the image. Robust
            statistics then bear a minority of others.

        Raises
        ------
        SettingsError
            If a level is not in view.
        """
        chosen = [Level(level) for level in (spine.levels if intact is None else intact)]
        if missing := [level for level in chosen if level not in spine.vertebrae]:
            raise SettingsError(f"no {', '.join(missing)} in view", ", ".join(spine.levels))
        usable = [
            level
            for level in chosen
            if (vertebra := spine.vertebrae[level]).body is not None and not vertebra.cut and level is not Level.S1
        ]
        return cls(ct, spine, {level: Features.of(Bench.of(ct, spine.vertebrae[level])) for level in usable})

    def without(self, level: Level) -> Baseline:
        """The same without one vertebra."""
        return Baseline(self.ct, self.spine, {k: f for k, f in self.features.items() if k is not level})

    def expectation(self, bench: Bench) -> Expectation:
        """What the vertebra of a bench would look like if it were intact.

        Raises
        ------
        MeasurementError
            If fewer than two other vertebrae can be compared with.
        """
        others = self._near(bench.level)
        if len(others) < 2:
            raise MeasurementError(
                f"{len(others)} intact vertebrae near {bench.level} to compare with", "at least 2", "give a longer scan"
            )
        weights = np.exp(-np.array([_apart(f.level, bench.level) for f in others]) / _NEARNESS_LEVELS)
        weights /= weights.sum()
        offset, offset_sd = self._offset(bench.level)
        spread = float(weights @ [f.mean_spread for f in others])
        hu, hu_sd = _pattern(bench, others, weights, "hu")
        rough, rough_sd = _pattern(bench, others, weights, "spread")
        return Expectation(hu + offset, hu_sd, rough + spread, rough_sd, offset_sd, offset)

    def _near(self, level: Level) -> list[Features]:
        return [f for f in self.features.values() if f.level is not level and _apart(f.level, level) <= _LEVELS_AWAY]

    def _offset(self, level: Level) -> tuple[float, float]:
        """The body's expected median, and how far whole vertebrae stray: from predicting each from the others."""
        expected = self._predicted(level, frozenset({level}))
        errors = [f.mean_hu - self._predicted(f.level, frozenset({f.level, level})) for f in self._near(level)]
        spread = float(_MAD_TO_SD * np.median(np.abs(errors))) if len(errors) > 2 else float(np.max(np.abs(errors)))
        return expected, max(spread, _LEAST_OFFSET_SD, _LEAST_SHARE_OFFSET_SD * abs(expected))

    def _predicted(self, level: Level, left_out: frozenset[Level]) -> float:
        """Weighted median of the near vertebrae."""
        others = [f for f in self.features.values() if f.level not in left_out]
        near = [f for f in others if _apart(f.level, level) <= _LEVELS_AWAY] or others
        values = np.array([f.mean_hu for f in near])
        weights = np.exp(-np.array([_apart(f.level, level) for f in near]) / _NEARNESS_LEVELS)
        order = np.argsort(values)
        summed = np.cumsum(weights[order]) - weights[order] / 2
        return float(np.interp(summed[-1] / 2 + weights[order][-1] / 4, summed, values[order]))

    @cached_property
    def within_hu(self) -> float:
        """Standard deviation of the local median inside an intact body."""
        return float(np.median([f.within_hu for f in self.features.values()]))

    @cached_property
    def within_spread(self) -> float:
        """Standard deviation of the logarithm of the local spread inside an intact body."""
        return float(np.median([f.within_spread for f in self.features.values()]))


def place_bins(place: Array) -> NDArray[np.intp]:
    """Bin of each place in the body; left and right share theirs."""
    counts = np.array(_BINS)
    folded = np.column_stack([np.abs(place[:, 0]) * 2 - 1, place[:, 1:]])
    return np.asarray(np.clip(((folded + 1) / 2 * counts).astype(np.intp), 0, counts - 1))


def depth_class(depth: Array) -> NDArray[np.intp]:
    """0, 1, 2 from shallow to deep."""
    return np.searchsorted(np.array(_DEPTHS_MM), depth).astype(np.intp)


def _by_place(values: FloatArray, bins: NDArray[np.intp]) -> FloatArray:
    """Smoothed mean by bin; empty bins take their neighbours'."""
    flat = np.ravel_multi_index(tuple(bins.T), _BINS)
    size = int(np.prod(_BINS))
    count = np.bincount(flat, minlength=size).reshape(_BINS).astype(np.float64)
    total = np.bincount(flat, np.clip(values, -300, 600), minlength=size).reshape(_BINS)
    weight = ndimage.gaussian_filter(count, _SMOOTH_BINS, mode="nearest")
    smooth = ndimage.gaussian_filter(total, _SMOOTH_BINS, mode="nearest")
    return np.asarray(np.where(weight > 1e-3, smooth / np.maximum(weight, 1e-3), 0.0))


def _by_group(values: Array, groups: Array) -> FloatArray:
    table = np.full(len(KINDS) * 3, np.nan)
    for group in np.unique(groups):
        chosen = values[groups == group]
        if len(chosen) >= _LEAST_VOXELS:
            table[group] = float(np.median(chosen))
    return table.reshape(len(KINDS), 3)


def _pattern(bench: Bench, others: list[Features], weights: FloatArray, name: str) -> tuple[Array, Array]:
    """Expected deviation from the body's mean by voxel, and its standard deviation among intact vertebrae."""
    within = float(np.median([getattr(f, f"within_{name}") for f in others]))
    maps = np.stack([getattr(f, f"body_{name}") for f in others])
    mean = np.tensordot(weights, maps, 1)
    between = np.sqrt(np.tensordot(weights, (maps - mean) ** 2, 1))
    value = np.zeros(bench.inside.shape, np.float32)
    sd = np.ones(bench.inside.shape, np.float32)
    bins = tuple(place_bins(bench.place).T)
    value[bench.in_body] = mean[bins]
    sd[bench.in_body] = np.hypot(between[bins], within)
    arch = np.where(bench.inside & ~bench.in_body)
    tables = np.stack([getattr(f, f"arch_{name}") for f in others])
    usual = (_USUAL_ARCH_HU, _USUAL_ARCH_SD) if name == "hu" else (0.5, 0.5)
    mean_table, sd_table = _table(tables, weights, usual)
    groups = bench.kinds[arch].astype(np.intp), depth_class(bench.depth[arch])
    value[arch] = mean_table[groups]
    sd[arch] = np.hypot(sd_table[groups], 2 * within)
    return value, sd


def _table(tables: FloatArray, weights: FloatArray, usual: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    known = np.isfinite(tables)
    weight = np.where(known, weights[:, None, None], 0.0)
    total = weight.sum(axis=0)
    filled = np.where(known, tables, 0.0)
    mean = np.where(total > 0, (weight * filled).sum(axis=0) / np.maximum(total, 1e-9), usual[0])
    variance = (weight * np.where(known, tables - mean, 0.0) ** 2).sum(axis=0) / np.maximum(total, 1e-9)
    several = known.sum(axis=0) > 1
    return mean, np.where(several, np.maximum(np.sqrt(variance), usual[1] / 3), usual[1])


def _apart(level: Level, other: Level) -> float:
    return abs(level.position - other.position)
