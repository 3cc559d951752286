"""The cortex over a lesion: thinned, pushed outwards, broken through, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.imaging.volume import Volume
from corduroy.lesion.baseline import Baseline
from corduroy.lesion.bench import Array, Bench, BoolArray, FloatArray
from corduroy.lesion.breach import DENSE_HU, CortexBreach, breach_at, covering
from corduroy.lesion.endplates import EndplateOver, endplates_over
from corduroy.lesion.holes import find_holes
from corduroy.lesion.walls import AZIMUTHS, LEAST_CREST_HU, Walls
from corduroy.provenance import Measured

# All author's choice, set on planted lesions.
_EXPANDED_MM = 2.0  # walls that were not pushed out seemed to bulge by less in nine of ten
_THIN_SD, _RADIUS_SD_MM = 10.0, 0.6
_SHARED_BINS = 6
_SMOOTH_ROWS = 3  # of 15 degrees
_SIDEWAYS = 0.25  # sine of the direction from which on the other side is a measure


@dataclass(frozen=True, eq=False)
class Cortex:
    """The side wall and the endplates of the body over the lesion.

    Parameters
    ----------
    thinning_percent : Measured or None
        How much less the wall stands out than the same place of the neighbours; None where the lesion does not
        reach the wall or the neighbours' wall is not seen.
    expansion_mm : Measured or None
        How far the wall lies outside what the neighbours and the rest of this body let expect, at its most.
    expansion_place : str or None
    breaches : tuple of CortexBreach
        In the side wall, largest first.
    smallest_breach_mm : float or None
        Diameter from which a breach would have been seen in this scan; smaller ones cannot be excluded. None where
        the cortex over the lesion does not stand out enough for any to be seen: that no breach is reported then does
        not mean that there is none.
    endplates : dict of str to EndplateOver
        Those that the lesion reaches, ``"superior endplate"`` and ``"inferior endplate"``. Their breaches stand apart,
        since a Schmorl's node that has nothing to do with the lesion looks the same.
    """

    thinning_percent: Measured | None
    expansion_mm: Measured | None
    expansion_place: str | None
    breaches: tuple[CortexBreach, ...]
    smallest_breach_mm: float | None
    endplates: dict[str, EndplateOver]

    @property
    def all_breaches(self) -> tuple[CortexBreach, ...]:
        """Those of the side wall, then those of the endplates."""
        return self.breaches + tuple(breach for over in self.endplates.values() for breach in over.breaches)

    @property
    def resolved(self) -> bool:
        """Whether any breach of the side wall could have been seen."""
        return self.smallest_breach_mm is not None

    @property
    def expanded(self) -> bool | None:
        """Whether the wall bulges; None where it could not be told."""
        return None if self.expansion_mm is None else self.expansion_mm.value > _EXPANDED_MM


def lesion_cortex(
    bench: Bench, ct: Volume, inside: BoolArray, baseline: Baseline, stroma_hu: float, soft_part: BoolArray
) -> Cortex:
    """Look at the side wall and the endplates over a lesion.

    Parameters
    ----------
    bench : Bench
    ct : Volume
        The phase from which the bench was made.
    inside : ndarray of bool
        The lesion.
    baseline : Baseline
        Without this vertebra.
    stroma_hu : float
        Of the lesion.
    soft_part : ndarray of bool
        The lesion's parts outside the bone, as far as they are known.

    Notes
    -----
    Each ray through the wall is compared with the neighbours' wall in the same direction at the same height for
    thinning and expansion; breaches are looked for by `corduroy.lesion.holes.find_holes`.
    Pedicles and the arch are not looked at; for endplates see `corduroy.lesion.endplates.endplates_over`.
    When this misleads: holes narrower than `smallest_breach_mm` are blurred over; veins of the posterior wall look like
    a breach; where a rib, a vessel full of contrast, fat or lung touches the wall nothing is reported, so that fat of a
    hemangioma that leaves the bone is not told from the patient's; a lesion that bulges to both sides seems to bulge
    less; a dense lesion hides what becomes of its cortex.
    """
    walls = Walls.of(bench)
    wall_hu, wall_radius = baseline.wall(bench.level)
    endplates = endplates_over(bench, ct, inside, stroma_hu)
    over, away_mm = covering(bench, inside, walls)
    expansion, place = _expansion(walls, wall_radius, over)
    usual = wall_hu[tuple(walls.bins.T)]
    told = over & (usual > LEAST_CREST_HU)
    if not told.any():
        return Cortex(None, expansion, place, (), None, endplates)
    thinning = 100.0 * (1.0 - float(np.median(walls.crest_hu[told] / usual[told])))
    thinned = Measured(float(np.clip(thinning, 0, 100)), "%", 2 * _THIN_SD, "side wall against neighbours")
    if stroma_hu > DENSE_HU:
        return Cortex(thinned, expansion, place, (), None, endplates)
    holes = find_holes(bench, ct, walls[over], away_mm[over], stroma_hu, soft_part)
    breaches = tuple(breach_at(bench, _place(middle), middle, diameter_mm) for middle, diameter_mm in holes.patches)
    return Cortex(thinned, expansion, place, breaches, holes.smallest_mm, endplates)


def _expansion(walls: Walls, expected: FloatArray, over: BoolArray) -> tuple[Measured | None, str | None]:
    """The largest bulge by direction, after the body as a whole was scaled to its neighbours.

    Levels differ in shape, but alike on both sides: away from the midline a bulge counts by no more than it exceeds
    the other side.
    """
    radius = walls.table(walls.radius_mm)
    known = np.isfinite(radius) & np.isfinite(expected)
    if np.count_nonzero(known) < _SHARED_BINS:
        return None, None
    scale = float(np.median(radius[known] / expected[known]))
    beyond = _along_wall(np.where(known, radius - scale * expected, np.nan))
    sideways = np.abs(np.sin(_azimuths()))[:, None] > _SIDEWAYS
    bulge = np.where(sideways & np.isfinite(beyond[::-1]), np.fmin(beyond, beyond - beyond[::-1]), beyond)
    seen = np.zeros(radius.shape, dtype=bool)
    seen[tuple(walls.bins[over].T)] = True
    bulge = np.where(seen & np.isfinite(bulge), bulge, -np.inf)
    if not np.isfinite(bulge).any():
        return None, None
    angle = _azimuths()[int(np.unravel_index(int(bulge.argmax()), bulge.shape)[0])]
    measured = Measured(max(float(bulge.max()), 0.0), "mm", 2 * _RADIUS_SD_MM, "side wall against neighbours")
    return measured, _place(np.array([np.sin(angle), np.cos(angle), 0.0]))


def _azimuths() -> FloatArray:
    """Direction of the middle of each row of a wall's table, radians, 0 anterior, to the right positive."""
    return np.deg2rad((np.arange(AZIMUTHS) + 0.5) * 360.0 / AZIMUTHS - 180.0)


def _along_wall(table: FloatArray) -> FloatArray:
    """Mean with the next directions on either side, of those that are known."""
    known = np.isfinite(table)
    kernel = np.full((_SMOOTH_ROWS, 1), 1.0)
    total = ndimage.correlate(np.where(known, table, 0.0), kernel, mode="wrap")
    count = ndimage.correlate(known.astype(np.float64), kernel, mode="wrap")
    return np.asarray(np.where(known, total / np.maximum(count, 1.0), np.nan))


def _place(local: Array) -> str:
    azimuth = float(np.rad2deg(np.arctan2(local[0], local[1])))
    if abs(azimuth) <= 45.0:
        return "anterior"
    if abs(azimuth) >= 135.0:
        return "posterior"
    return "right" if azimuth > 0 else "left"
