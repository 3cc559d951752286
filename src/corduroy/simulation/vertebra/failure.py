"""Where a vertebra would fail first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.errors import ModelError
from corduroy.imaging.volume import FloatArray
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid

MOST_STRAINED = 0.01
"""Share of the bone that is looked at: its most strained hundredth. Author's choice."""
_ENDS = (5.0, 95.0)  # percentiles between which the body is cut in thirds, so that a spur does not shift them
_ACROSS = ("left", "middle", "right")
_ALONG = ("posterior", "middle", "anterior")
_UP = ("lower", "middle", "upper")
_UP_WORDS = {"lower": "lower third", "middle": "mid-height", "upper": "upper third"}
_ALONG_WORDS = {"posterior": "back", "middle": "mid-depth", "anterior": "front"}


@dataclass(frozen=True)
class FailureSite:
    """The place that yields first.

    Parameters
    ----------
    point_mm : tuple of 3 floats
        World RAS+; centre of the largest cluster among the most strained hundredth of the bone.
    part : {"body", "arch"}
    across, along, up : str
        Third of the body: the patient's left, middle or right; posterior, middle, anterior; lower, middle, upper.
    first_yield_n : float
        Compressive force at which that hundredth yields.
    """

    point_mm: tuple[float, float, float]
    part: str
    across: str
    along: str
    up: str
    first_yield_n: float

    @property
    def words(self) -> str:
        """Such as ``body, upper third, front, right``."""
        across = "midline" if self.across == "middle" else self.across
        if self.part == "arch":
            return f"arch, {across}"
        return f"body, {_UP_WORDS[self.up]}, {_ALONG_WORDS[self.along]}, {across}"


def von_mises_mpa(stress: FloatArray) -> FloatArray:
    """Von Mises stress, shape (...), of stresses 11, 22, 33, 23, 13, 12, shape (..., 6)."""
    a, b, c, d, e, f = np.moveaxis(stress, -1, 0)
    return np.asarray(np.sqrt(((a - b) ** 2 + (b - c) ** 2 + (c - a) ** 2) / 2 + 3 * (d**2 + e**2 + f**2)))


def failure_site(ratio: FloatArray, force_n: float, body: BoolArray, arch: BoolArray, grid: ModelGrid) -> FailureSite:
    """The place where stress comes nearest to yield.

    Parameters
    ----------
    ratio : ndarray, shape of the grid
        Von Mises over yield stress at `force_n`; NaN where nothing counts.
    force_n : float
    body, arch : ndarray of bool
    grid : ModelGrid

    Raises
    ------
    ModelError
        If no bone carries load.
    """
    counted = (body | arch) & np.isfinite(ratio)
    if not counted.any() or not np.nanmax(np.where(counted, ratio, np.nan)) > 0:
        raise ModelError("no bone that carries load", "a loaded vertebra")
    least = float(np.quantile(ratio[counted], 1 - MOST_STRAINED))
    worst = counted & (ratio >= least)
    clusters, count = ndimage.label(worst, np.ones((3, 3, 3)))
    sums = ndimage.sum_labels(np.where(counted, ratio, 0.0), clusters, np.arange(1, count + 1))
    place = np.argwhere(clusters == 1 + int(np.argmax(sums)))
    weights = ratio[tuple(place.T)]
    local = np.average(grid.local(place), axis=0, weights=weights)
    inside = np.count_nonzero(body[tuple(place.T)]) * 2 >= len(place)
    x, y, z = grid.frame.world(local)
    thirds = [
        names[_third(value, grid.local(np.argwhere(body))[:, axis])]
        for axis, (value, names) in enumerate(zip(local, (_ACROSS, _ALONG, _UP), strict=True))
    ]
    part = "body" if inside else "arch"
    return FailureSite((float(x), float(y), float(z)), part, thirds[0], thirds[1], thirds[2], force_n / least)


def _third(value: float, extent: FloatArray) -> int:
    low, high = np.percentile(extent, _ENDS)
    return int(np.clip(3 * (value - low) // (high - low), 0, 2))
