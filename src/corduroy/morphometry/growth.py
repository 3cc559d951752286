"""How high each vertebral body is expected to be: a published level-wise curve, scaled to the patient.

The curve stands in where a vertebra's neighbours are missing or fractured. It serves through its ratios
(anterior or middle to posterior, one level to the next); the absolute size of a person comes from
`fit_patient_scale`.

How the numbers were made (`docs/measurements.md` shows the arithmetic, `tests/morphometry/test_growth.py` repeats it):

- posterior heights T2 and T9: dry bones of 26 men, 17.59 and 20.46 mm, even growth between them
  (10.4103/JASI.JASI_8_19);
- growth per level T9-L1: 6.63 % in women and 6.48 % in men, CT of 262 adults, mean of both
  (10.1038/s41598-025-05091-0);
- anterior to posterior: the T2 and T9 bones above, sagittal wedging T9-L5 of 240 skeletons
  (10.1007/s00586-009-1256-6) and MRI of 115 adults T10-L2 (10.1007/s00276-010-0746-x), weighted by their numbers,
  with L3 from absorptiometry of 120 women (PMID 10091205); even change T2-T9;
- L2-L5 posterior heights relative to L1: the pattern of 10.1097/00007632-199203000-00010, from memory, table
  not read: **not verified**; T1: extrapolated, author's choice;
- middle height: 0.90 of the mean of anterior and posterior height at every level, author's choice. The one value
  read is 0.94 at L3 (absorptiometry, PMID 10091205), where the projected endplate hides part of its concavity.

When it misleads: adults only; men and women pooled; T13 and L6 are borrowed; the cervical spine and S1 have no
curve here because no table of theirs could be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import MeasurementError
from corduroy.provenance import Z95, Measured

Position = Literal["anterior", "middle", "posterior"]
Height = Measured | float | None

POSTERIOR_MM: dict[Level, float] = {
    Level(name): height
    for name, height in {
        **{"T1": 16.5, "T2": 17.6, "T3": 18.0, "T4": 18.4, "T5": 18.8, "T6": 19.2, "T7": 19.6, "T8": 20.0},
        **{"T9": 20.5, "T10": 21.8, "T11": 23.2, "T12": 24.8, "T13": 25.6},
        **{"L1": 26.4, "L2": 26.8, "L3": 26.7, "L4": 26.4, "L5": 25.4, "L6": 25.4},
    }.items()
}
"""Posterior height of the curve at scale 1. T13 lies between T12 and L1; L6 is taken as another L5."""

ANTERIOR_RATIO: dict[Level, float] = {
    Level(name): ratio
    for name, ratio in {
        **{"T1": 0.970, "T2": 0.962, "T3": 0.955, "T4": 0.948, "T5": 0.941, "T6": 0.933, "T7": 0.926},
        **{"T8": 0.919, "T9": 0.911, "T10": 0.923, "T11": 0.894, "T12": 0.901, "T13": 0.906},
        **{"L1": 0.911, "L2": 0.941, "L3": 0.997, "L4": 1.045, "L5": 1.147, "L6": 1.147},
    }.items()
}
"""Anterior to posterior height, Ha/Hp."""

MIDDLE_TO_RIM = 0.90
"""Middle height over the mean of the anterior and posterior height."""

RESIDUAL_CV = 0.055
"""Spread (SD/mean) of one height about the curve once it is scaled to the person.

From the SD of Ha/Hp at T10-L2, 0.06-0.08 about 0.91 (10.1007/s00276-010-0746-x): two heights that vary alike and
independently vary by that over the square root of two. It contains the error of those readings, so it is wide.
"""

_FRACTURED_BELOW = 0.85  # of the expected height; author's choice, nearly three times the spread
_MEDIAN_EFFICIENCY = 1.2533  # SE of a median over SE of a mean, sqrt(pi/2)


@dataclass(frozen=True)
class PatientScale:
    """Size of one person's vertebrae relative to the curve.

    Parameters
    ----------
    value : float
        1 means the size of the curve.
    uncertainty : float
        Half-width of the 95 % interval.
    used, left_out : tuple of Level
        Vertebrae that the scale stands on, and those that looked fractured and were left out.
    """

    value: float
    uncertainty: float
    used: tuple[Level, ...]
    left_out: tuple[Level, ...] = ()


def expected_heights(level: Level | str, scale: PatientScale | float = 1.0) -> dict[Position, float]:
    """Anterior, middle and posterior height of the curve at one level, in mm.

    Parameters
    ----------
    level : Level or str
        T1 to L6.
    scale : PatientScale or float
        Size of the person; 1 is the curve itself.

    Raises
    ------
    MeasurementError
        If there is no curve for this level (C1-C7, S1).

    Notes
    -----
    Sources and doubts: see the module. The curve is rim to rim; heights taken at 10 and 90 % of the depth differ
    from each other about a fifth less. A measured quantity with its uncertainty is given by
    `reference_from_curve`.
    """
    place = _curved(level)
    posterior = POSTERIOR_MM[place] * (scale.value if isinstance(scale, PatientScale) else scale)
    return {
        "anterior": posterior * ANTERIOR_RATIO[place],
        "middle": posterior * expected_ratio(place, "middle"),
        "posterior": posterior,
    }


def expected_ratio(level: Level | str, position: Literal["anterior", "middle"]) -> float:
    """Expected height at `position` over the posterior height of the same vertebra: Ha/Hp or Hm/Hp.

    Raises
    ------
    MeasurementError
        If there is no curve for this level.
    """
    anterior = ANTERIOR_RATIO[_curved(level)]
    return anterior if position == "anterior" else MIDDLE_TO_RIM * (1.0 + anterior) / 2.0


def expected_growth(upper: Level | str, lower: Level | str, position: Position = "posterior") -> float:
    """Expected height of `lower` over that of `upper`, the same position: how much higher the next one is.

    Raises
    ------
    MeasurementError
        If there is no curve for one of the levels.
    """
    return expected_heights(lower)[position] / expected_heights(upper)[position]


def has_curve(level: Level | str) -> bool:
    """Whether the curve knows this level."""
    return Level(level) in POSTERIOR_MM


def fit_patient_scale(heights: Mapping[Level, Mapping[str, Height]]) -> PatientScale:
    """Size of a person's vertebrae relative to the curve, little moved by the fractured ones.

    Parameters
    ----------
    heights : mapping of Level to mapping of position to Measured, float (mm) or None
        Levels without a curve and heights that are None are passed over.

    Returns
    -------
    PatientScale
        The median of measured over expected height. Vertebrae with a height more than 15 % below the scaled
        curve are then left out and the median is taken again, until nothing changes: a fracture only ever
        lowers a height, so the trimming is one-sided.

    Raises
    ------
    MeasurementError
        If no height at a level of the curve is given.

    Notes
    -----
    When this number misleads: if most vertebrae are fractured in all three heights, the scale is too
    small and the fractures look milder than they are.
    """
    ratios = _ratios_to_curve(heights)
    if not ratios:
        raise MeasurementError("no vertebral height from T1 to L6", "at least one", "measure one intact vertebra")
    kept = set(ratios)
    scale = _median(ratios, kept)
    for _ in ratios:
        intact = {level for level in ratios if min(ratios[level]) >= _FRACTURED_BELOW * scale}
        if not intact or intact == kept:
            break
        kept = intact
        scale = _median(ratios, kept)
    return PatientScale(
        value=scale,
        uncertainty=_scale_uncertainty(ratios, kept, scale),
        used=tuple(sorted(kept, key=lambda level: level.position)),
        left_out=tuple(sorted(set(ratios) - kept, key=lambda level: level.position)),
    )


def reference_from_curve(level: Level | str, scale: PatientScale) -> dict[Position, Measured]:
    """Reference heights of one level from the scaled curve, with their uncertainty.

    Returns
    -------
    dict of position to Measured
        mm; the interval holds the spread of vertebrae about the curve and the uncertainty of the scale.

    Raises
    ------
    MeasurementError
        If there is no curve for this level.
    """
    relative = float(np.hypot(Z95 * RESIDUAL_CV, scale.uncertainty / scale.value))
    return {
        position: Measured(height, "mm", relative * height, "scaled level-wise growth curve")
        for position, height in expected_heights(level, scale).items()
    }


def _curved(level: Level | str) -> Level:
    place = Level(level)
    if place not in POSTERIOR_MM:
        raise MeasurementError(
            f"no expected heights for {place}", "a level from T1 to L6", "use the neighbouring vertebrae"
        )
    return place


def _ratios_to_curve(heights: Mapping[Level, Mapping[str, Height]]) -> dict[Level, list[float]]:
    ratios: dict[Level, list[float]] = {}
    for level, group in heights.items():
        if not has_curve(level):
            continue
        for position, expected in expected_heights(level).items():
            height = group.get(position)
            if height is not None:
                millimetres = height.value if isinstance(height, Measured) else height
                ratios.setdefault(Level(level), []).append(millimetres / expected)
    return ratios


def _median(ratios: Mapping[Level, list[float]], levels: set[Level]) -> float:
    return float(np.median([ratio for level in levels for ratio in ratios[level]]))


def _scale_uncertainty(ratios: Mapping[Level, list[float]], levels: set[Level], scale: float) -> float:
    # The heights of one vertebra vary together, so the number of vertebrae counts, not that of heights.
    medians = np.array([np.median(ratios[level]) for level in levels])
    spread = 1.4826 * float(np.median(np.abs(medians - scale)))
    return Z95 * _MEDIAN_EFFICIENCY * max(spread, RESIDUAL_CV * scale) / float(np.sqrt(len(levels)))
