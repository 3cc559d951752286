"""What concerns measurements on images: their readers, posture, and height restoration."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.study.results.basics import NotComputed, Source


@dataclass(frozen=True, slots=True)
class MixedPair:
    """Two values that are compared and were not obtained alike.

    Parameters
    ----------
    case, outcome : str
    differs : tuple of {"posture", "modality"}
    words : str
        "standing, Radiograph before and supine, CT after ...", and what that alone can do.
    """

    case: str
    outcome: str
    differs: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class RestorationRow:
    """Height restoration of one case in the four forms of McKiernan 2003 (10.1097/01.BRS.0000092424.29886.C9).

    Parameters
    ----------
    case : str
    level : str
    before_mm, after_mm : float
        Anterior height.
    referent_mm : float or None
    gained_mm : float
        Form 1.
    of_fractured_percent, of_lost_percent, of_referent_percent : float or None
        Forms 2, 3 and 4.
    notes : tuple of str
    """

    case: str
    level: str
    before_mm: float
    after_mm: float
    referent_mm: float | None
    gained_mm: float
    of_fractured_percent: float
    of_lost_percent: float | None
    of_referent_percent: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderResult:
    """Agreement of several readers on one quantity.

    Parameters
    ----------
    key, label, unit : str
    readers : tuple of str
    images : tuple of str
        "SYN-01, T7, Before surgery": what all of them read.
    ratings : tuple of tuple of float
        One row per image, one column per reader: for a Bland-Altman plot.
    icc_agreement, icc_consistency : float or None
        ICC(2,1) and ICC(3,1).
    icc_agreement_interval, icc_consistency_interval : tuple of float or None
        95 %.
    sem : float or None
        Standard error of measurement, in `unit`.
    detectable_difference : float or None
        The least change between two readings that is not measurement error (95 %).
    biases : tuple of (str, str, float, float, float)
        Of each two readers: their names, mean of second minus first, and the limits that hold 95 % of the differences.
    notes : tuple of str
    source : Source
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    unit: str
    readers: tuple[str, ...]
    images: tuple[str, ...]
    ratings: tuple[tuple[float, ...], ...]
    icc_agreement: float | None
    icc_consistency: float | None
    icc_agreement_interval: tuple[float, float] | None
    icc_consistency_interval: tuple[float, float] | None
    sem: float | None
    detectable_difference: float | None
    biases: tuple[tuple[str, str, float, float, float], ...]
    notes: tuple[str, ...]
    source: Source
    not_computed: tuple[NotComputed, ...] = ()
