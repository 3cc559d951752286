"""What the patient's own intact vertebrae look like, place by place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import MeasurementError, SettingsError
from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import Array, Bench, FloatArray
from corduroy.lesion.places import by_group, by_place, depth_class, place_bins
from corduroy.lesion.walls import Walls

# All author's choice.
_LEVELS_AWAY = 5
_NEARNESS_LEVELS = 2.0
_LEAST_OFFSET_SD, _LEAST_COLUMNS_SD = 15.0, 0.12
_MAD_TO_SD = 1.4826
_USUAL_ARCH = {"stroma": (200.0, 120.0), "columns": (0.5, 0.5)}  # above the body; where no other shows the part
FeatureName = Literal["stroma", "columns"]


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature of one intact vertebra, by place.

    Parameters
    ----------
    mean : float
        Median over the body's core.
    body : ndarray, shape (9, 8, 8)
        Deviation from it by place in the body; left and right are averaged.
    arch : ndarray, shape (7, 3)
        Deviation from it by kind of part and depth; NaN where there is none.
    within : float
        Standard deviation inside the core about the body's own smooth pattern.
    """

    mean: float
    body: FloatArray
    arch: FloatArray
    within: float

    @classmethod
    def of(cls, bench: Bench, values: Array) -> Feature:
        """Tabulate a feature of a vertebra."""
        mean = float(np.median(values[bench.core]))
        at = bench.interior[bench.in_body]
        bins = place_bins(bench.place[at])
        body = values[bench.in_body][at].astype(np.float64) - mean
        pattern = by_place(body, bins)
        away = np.abs(body - pattern[tuple(bins.T)])[bench.core[bench.in_body][at]]
        arch = bench.interior & (bench.kinds > 0)
        groups = bench.kinds[arch] * 3 + depth_class(bench.depth[arch])
        return cls(mean, pattern, by_group(values[arch] - mean, groups), float(_MAD_TO_SD * np.median(away)))


@dataclass(frozen=True, eq=False)
class Features:
    """The features of one intact vertebra.

    Parameters
    ----------
    level : Level
    stroma, columns : Feature
        See `corduroy.lesion.bench.Bench`.
    wall_hu, wall_radius_mm : ndarray, shape (24, 3)
        Of the side wall by direction and height, see `corduroy.lesion.walls.Walls`.
    """

    level: Level
    stroma: Feature
    columns: Feature
    wall_hu: FloatArray
    wall_radius_mm: FloatArray

    @classmethod
    def of(cls, bench: Bench) -> Features:
        """Features of one vertebra."""
        walls = Walls.of(bench)
        return cls(
            bench.level,
            Feature.of(bench, bench.stroma),
            Feature.of(bench, bench.columns),
            walls.table(walls.crest_hu),
            walls.table(walls.radius_mm),
        )


@dataclass(frozen=True, eq=False)
class Expected:
    """A feature as it would be if the vertebra were intact.

    Parameters
    ----------
    value, sd : ndarray
        By voxel of the bench: what is expected, and how far intact vertebrae stray from it place by place.
    mean, offset_sd : float
        Over the body's core, and how far whole intact vertebrae stray from it.
    within : float
        Standard deviation inside an intact core.
    lowest : float
        Least mean of the intact vertebrae near.
    """

    value: Array
    sd: Array
    mean: float
    offset_sd: float
    within: float
    lowest: float


@dataclass(frozen=True, eq=False)
class Expectation:
    """What one vertebra would look like if it were intact.

    Parameters
    ----------
    stroma, columns : Expected
    """

    stroma: Expected
    columns: Expected


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
        return Expectation(
            self._expected(bench, others, "stroma", _LEAST_OFFSET_SD),
            self._expected(bench, others, "columns", _LEAST_COLUMNS_SD),
        )

    def wall(self, level: Level) -> tuple[FloatArray, FloatArray]:
        """Crest (HU) and radius (mm) of the neighbours' side walls by direction and height, weighted by nearness."""
        others = self._near(level)
        weights = np.exp(-np.array([_apart(f.level, level) for f in others]) / _NEARNESS_LEVELS)
        hu = _weighted(np.stack([f.wall_hu for f in others]), weights)
        return hu, _weighted(np.stack([f.wall_radius_mm for f in others]), weights)

    def _near(self, level: Level) -> list[Features]:
        return [f for f in self.features.values() if f.level is not level and _apart(f.level, level) <= _LEVELS_AWAY]

    def _expected(self, bench: Bench, others: list[Features], name: FeatureName, least_sd: float) -> Expected:
        weights = np.exp(-np.array([_apart(f.level, bench.level) for f in others]) / _NEARNESS_LEVELS)
        weights /= weights.sum()
        chosen = [getattr(f, name) for f in others]
        within = float(np.median([feature.within for feature in chosen]))
        value, sd = _pattern(bench, chosen, weights, within, _USUAL_ARCH[name])
        mean = self._predicted(bench.level, name, frozenset({bench.level}))
        errors = [
            getattr(f, name).mean - self._predicted(f.level, name, frozenset({f.level, bench.level})) for f in others
        ]
        offset_sd = _MAD_TO_SD * np.median(np.abs(errors)) if len(errors) > 2 else np.max(np.abs(errors))
        lowest = min(feature.mean for feature in chosen)
        return Expected(value + mean, sd, mean, max(float(offset_sd), least_sd), within, lowest)

    def _predicted(self, level: Level, name: FeatureName, left_out: frozenset[Level]) -> float:
        """The body's value from its neighbours': their weighted median."""
        others = [f for f in self.features.values() if f.level not in left_out]
        near = [f for f in others if _apart(f.level, level) <= _LEVELS_AWAY] or others
        values = np.array([getattr(f, name).mean for f in near])
        weights = np.exp(-np.array([_apart(f.level, level) for f in near]) / _NEARNESS_LEVELS)
        order = np.argsort(values)
        summed = np.cumsum(weights[order]) - weights[order] / 2
        return float(np.interp(weights.sum() / 2, summed, values[order]))


def _pattern(
    bench: Bench, others: list[Feature], weights: FloatArray, within: float, usual: tuple[float, float]
) -> tuple[Array, Array]:
    """Expected deviation from the body's mean by voxel, and its standard deviation among intact vertebrae."""
    maps = np.stack([f.body for f in others])
    mean = np.tensordot(weights, maps, 1)
    between = np.sqrt(np.tensordot(weights, (maps - mean) ** 2, 1))
    value = np.zeros(bench.inside.shape, np.float32)
    sd = np.ones(bench.inside.shape, np.float32)
    bins = tuple(place_bins(bench.place).T)
    value[bench.in_body] = mean[bins]
    sd[bench.in_body] = np.hypot(between[bins], within)
    arch = np.where(bench.inside & ~bench.in_body)
    mean_table, sd_table = _table(np.stack([f.arch for f in others]), weights, usual)
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


def _weighted(tables: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean of what is known; NaN where nothing is."""
    known = np.isfinite(tables)
    weight = np.where(known, weights[:, None, None], 0.0)
    total = weight.sum(axis=0)
    mean = (weight * np.where(known, tables, 0.0)).sum(axis=0) / np.maximum(total, 1e-9)
    return np.where(total > 0, mean, np.nan)


def _apart(level: Level, other: Level) -> float:
    return abs(level.position - other.position)
