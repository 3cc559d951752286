"""How deformed a vertebral body is, and the Genant grade that follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.morphometry.growth import ANTERIOR_RATIO
from corduroy.morphometry.results import Deformity
from corduroy.morphometry.sagittal import SagittalProfile
from corduroy.scales.genant import GenantGrade, deformity_kind

FloatArray = NDArray[np.float64]

_SCANNED = (0.075, 0.925)
_SAMPLES = 35
_DIFFERENCE_COUNTS_TO = 40.0  # percent; author's choice, the upper bound of Genant's grade 2
_WEDGED_BY_NATURE = (Level.L5, Level.L6)


def height_difference_percent(profile: SagittalProfile) -> float:
    """Lowest against highest mid-sagittal height of one vertebra, in percent of the highest.

    Parameters
    ----------
    profile : SagittalProfile

    Notes
    -----
    All heights between 7.5 and 92.5 % of the depth are looked at, so that a depression between the three named
    heights counts. L5 and L6 are wedge-shaped by nature: their profile is first divided by the ramp of the published
    ratio of their anterior to their posterior height (see `corduroy.morphometry.growth`).

    When this number misleads: it does not see a pure crush, in which all heights are lost alike (the loss against
    the neighbours does), and it includes the natural concavity of 8 to 20 %.
    """
    fractions = np.linspace(*_SCANNED, _SAMPLES)
    heights = profile.heights_at(fractions)
    level = profile.vertebra.level
    if level in _WEDGED_BY_NATURE:
        heights /= 1.0 + (ANTERIOR_RATIO[level] - 1.0) * (fractions - 0.1) / 0.8
    return float(100.0 * (1.0 - heights.min() / heights.max()))


def deformity_score_percent(difference: float, losses: dict[str, float]) -> float:
    """The number that the grade is read from.

    Parameters
    ----------
    difference : float
        From `height_difference_percent`.
    losses : dict of str to float
        Anterior, middle and posterior loss against the reference, percent.

    Notes
    -----
    A reader of Genant's scale sees both: the vertebra against its neighbours, and its own shape. The larger of the
    largest loss and the own difference counts, but the difference alone never makes a fracture severe: it contains
    the natural shape of 8 to 20 %, so it counts up to 40 %, the upper bound of grade 2.
    """
    return max([min(difference, _DIFFERENCE_COUNTS_TO), *losses.values()])


def kind_of_deformity(grade: GenantGrade, losses: dict[str, float]) -> Deformity:
    """Wedge, biconcave or crush; none for grade 0.

    When the shape alone made the grade, no loss against the neighbours reaching 20 %, the larger of the anterior and
    the middle loss names the kind.
    """
    if grade == GenantGrade.NORMAL:
        return "none"
    named = deformity_kind(losses["anterior"], losses["middle"], losses["posterior"])
    if named != "none":
        return named
    return "wedge" if losses["anterior"] >= losses["middle"] else "biconcave"
