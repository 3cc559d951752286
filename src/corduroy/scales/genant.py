"""Genant's semi-quantitative grade of a vertebral fracture, from the loss of height."""

from __future__ import annotations

import math
from typing import Literal

from corduroy.errors import MeasurementError
from corduroy.scales.choice import LabelledInt
from corduroy.scales.definition import Scale
from corduroy.scales.items import Proposed, Reading, propose

GENANT_SOURCE = "10.1002/jbmr.5650080915"

# The one place where the shared end points of the printed bands (<20, 20-25, 25-40, >40 %) are decided.
# 25.0 opens grade 2: of two bands that claim it, the higher is the safer to report.
# 40.0 stays grade 2: grade 3 is printed as "more than 40 %".
_MILD_FROM_PERCENT = 20.0
_MODERATE_FROM_PERCENT = 25.0
_SEVERE_ABOVE_PERCENT = 40.0

Deformity = Literal["none", "wedge", "biconcave", "crush"]


class GenantGrade(LabelledInt):
    """Grades 0 to 3; an `int` everywhere one is expected.

    "Deformity" is a loss of height, or the vertebra's own difference of heights: a grade does not say which.
    """

    NORMAL = 0, "0: normal, deformity below 20 %"
    MILD = 1, "1: mild, deformity of 20 to 25 %"
    MODERATE = 2, "2: moderate, deformity of 25 to 40 %"
    SEVERE = 3, "3: severe, deformity above 40 %"


def genant_grade(loss_percent: float) -> GenantGrade:
    """Grade of a vertebra from its greatest loss of height.

    Parameters
    ----------
    loss_percent : float
        The greatest of the anterior, middle and posterior losses, in percent of the reference height. A
        negative loss (higher than its reference) is grade 0.

    Returns
    -------
    GenantGrade
        Below 20: 0. From 20, below 25: 1. From 25 up to and with 40: 2. Above 40: 3.

    Raises
    ------
    MeasurementError
        If the loss is not a number or exceeds 100 %.

    Notes
    -----
    Source: Genant et al. 1993, 10.1002/jbmr.5650080915. The scale was made for a reader's eye on lateral
    radiographs of T4-L4, who also weighs the loss of projected area (10-20, 20-40, >40 %) and the look of the
    endplates. Grade 0.5, "suspicious, below 20 %", is such a judgement; it is never computed here.

    When this number misleads: a short vertebra is not a broken one (Scheuermann's disease, remodelling,
    physiological wedging at T6-T8 and T12-L1), and the reference decides the loss: always quote it.
    """
    _check_loss(loss_percent)
    if loss_percent > _SEVERE_ABOVE_PERCENT:
        return GenantGrade.SEVERE
    if loss_percent >= _MODERATE_FROM_PERCENT:
        return GenantGrade.MODERATE
    if loss_percent >= _MILD_FROM_PERCENT:
        return GenantGrade.MILD
    return GenantGrade.NORMAL


def deformity_kind(
    anterior_loss_percent: float, middle_loss_percent: float, posterior_loss_percent: float
) -> Deformity:
    """Kind of deformity: which height is reduced most.

    Parameters
    ----------
    anterior_loss_percent, middle_loss_percent, posterior_loss_percent : float
        Losses in percent of the reference heights.

    Returns
    -------
    {"none", "wedge", "biconcave", "crush"}
        ``"none"`` if no loss reaches 20 %. ``"crush"`` if the posterior height is reduced too (its loss
        reaches 20 %), whatever the others do. Otherwise the greater of the two remaining losses names the kind:
        anterior ``"wedge"`` (also when equal), middle ``"biconcave"``.

    Raises
    ------
    MeasurementError
        If a loss is not a number or exceeds 100 %.

    Notes
    -----
    Source: the three shapes of Genant et al. 1993, 10.1002/jbmr.5650080915. The original leaves the order of
    precedence to the reader; the order above is the author's choice: a reduced posterior wall is what matters
    most to the canal, so it wins.
    """
    losses = (anterior_loss_percent, middle_loss_percent, posterior_loss_percent)
    for loss in losses:
        _check_loss(loss)
    if max(losses) < _MILD_FROM_PERCENT:
        return "none"
    if posterior_loss_percent >= _MILD_FROM_PERCENT:
        return "crush"
    return "wedge" if anterior_loss_percent >= middle_loss_percent else "biconcave"


def _check_loss(loss_percent: float) -> None:
    if not math.isfinite(loss_percent) or loss_percent > 100.0:
        raise MeasurementError(f"a height loss of {loss_percent} %", "a number of at most 100 %")


GENANT = Scale(
    key="genant",
    name="Genant semi-quantitative grade",
    version="1993",
    source=f"Genant 1993, {GENANT_SOURCE}",
    made_for="osteoporotic vertebral fractures on lateral radiographs",
    choices=GenantGrade,
    from_imaging="The grade, from the greatest loss of height (`genant_grade`, `propose_genant`).",
    notices=(
        "Printed bands share their end points: here 25.0 % is grade 2 and 40.0 % is grade 2.",
        "Grade 0.5 (suspicious, below 20 %) is a reader's judgement and is never computed.",
    ),
)


def propose_genant(deformity_percent: Reading, loss_beside_percent: float | None = None) -> Proposed[GenantGrade]:
    """Grade proposed from the deformity, with the grades its 95 % interval reaches.

    Parameters
    ----------
    deformity_percent : Reading
        The greatest loss of height in percent of the reference height, or the vertebra's own difference.
    loss_beside_percent : float or None
        The greatest loss, where it is the smaller one and the own difference, of the lowest against the highest height,
        makes the grade.

    Raises
    ------
    MeasurementError
        If the loss exceeds 100 %.
    """
    percent = deformity_percent.value
    _check_loss(percent)
    basis = f"greatest height loss {percent:.0f} %"
    if loss_beside_percent is not None:
        shape = f"own shape: lowest height {percent:.0f} % below the highest of this vertebra"
        basis = f"{shape}; greatest height loss {loss_beside_percent:.0f} %"
    return propose(lambda value: genant_grade(min(value, 100.0)), basis, deformity_percent)
