"""What the measurement and the lesion tell the scales."""

from __future__ import annotations

from corduroy.anatomy.pedicles import Side
from corduroy.lesion import Cortex, LesionFindings
from corduroy.morphometry.doubts import deformity_error_percent
from corduroy.morphometry.results import VertebraMeasurement
from corduroy.planning.lesion_extent import LesionExtent
from corduroy.planning.scores import ImagingFacts
from corduroy.scales import Reading

_INDISTINCT_FROM_PERCENT = 50.0  # of thinning: author's choice, no published bound


def imaging_facts(
    measured: VertebraMeasurement, extent: LesionExtent | None, findings: LesionFindings | None = None
) -> ImagingFacts:
    """Gather what the scales' proposals ask for; what was not looked at stays None.

    Parameters
    ----------
    measured : VertebraMeasurement
    extent : LesionExtent or None
    findings : LesionFindings or None
        For Laredo's sign of the cortex. Whether the honeycomb is irregular is not measured: a person looks.
    """
    losses = [loss for loss in measured.height_loss.values() if loss is not None]
    worst = max(losses, key=lambda loss: loss.value, default=None)
    loss = None if worst is None else Reading(min(worst.value, 100.0), worst.uncertainty)
    score_percent = measured.deformity_score
    deformity = None
    if score_percent is not None and loss is not None:
        half_width = deformity_error_percent(measured.heights) if measured.graded_by_shape else loss.half_width
        deformity = Reading(score_percent, half_width)
    if extent is None:
        return ImagingFacts(measured.level, loss, deformity, deformed_by_shape=measured.graded_by_shape)
    left, right = (_posterolateral(extent, side) for side in (Side.LEFT, Side.RIGHT))
    return ImagingFacts(
        measured.level,
        loss,
        deformity,
        involved_percent=Reading(extent.body_share.value, extent.body_share.uncertainty),
        left_involved=left,
        right_involved=right,
        epidural_mm3=extent.reading_mm3(extent.epidural),
        outside_mm3=extent.reading_mm3(extent.epidural, extent.paravertebral),
        regions=extent.regions,
        cortex_expanded=None if findings is None else findings.cortex.expanded,
        margin_indistinct=None if findings is None else margin_indistinct(findings.cortex),
        wbb=extent.wbb,
        deformed_by_shape=measured.graded_by_shape,
    )


def margin_indistinct(cortex: Cortex) -> bool | None:
    """Whether the cortex over the lesion is hard to follow: broken through, or thinned by half (author's choice).

    None where the scan does not resolve it.
    """
    if cortex.breaches:
        return True
    thinning = cortex.thinning_percent
    if not cortex.resolved or thinning is None:
        return None
    return thinning.value >= _INDISTINCT_FROM_PERCENT


def _posterolateral(extent: LesionExtent, side: Side) -> bool | None:
    found = [extent.takes(kind, side) for kind in ("pedicle", "superior", "inferior")]
    if True in found:
        return True
    return None if None in found else False
