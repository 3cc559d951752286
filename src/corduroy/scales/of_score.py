"""The OF score: a suggestion of treatment for osteoporotic fractures, from the AO Spine-DGOU pocket card."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale, ScaleItem
from corduroy.scales.items import Item
from corduroy.scales.of_grade import OF_SOURCE, OSTEOPOROTIC_ONLY, OfGrade
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import total_result


class OfAnswer(LabelledStr):
    """A yes, a no, or the card's own "unknown"."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Unknown (0 points by the card's own rule)"


class OfHealth(LabelledStr):
    """How many of: ASA above 3, mFI above 2, anticoagulation."""

    NONE = "none", "None of them"
    ONE = "one", "One of ASA > 3, mFI > 2, anticoagulation"
    SEVERAL = "several", "Two or three of ASA > 3, mFI > 2, anticoagulation"
    UNKNOWN = "unknown", "Unknown (0 points by the card's own rule)"


class OfAdvice(LabelledStr):
    """What the card suggests."""

    CONSERVATIVE = "conservative", "Conservative (up to 5)"
    EITHER = "either", "Either (6)"
    SURGERY = "surgery", "Surgery (above 6)"


def _by_answer(yes: int, no: int) -> dict[OfAnswer, int]:
    return {OfAnswer.YES: yes, OfAnswer.NO: no, OfAnswer.UNKNOWN: 0}


_UNKNOWN = (OfAnswer.UNKNOWN, OfHealth.UNKNOWN)
_HEALTH_POINTS = {OfHealth.NONE: 0, OfHealth.ONE: -1, OfHealth.SEVERAL: -2, OfHealth.UNKNOWN: 0}


def _morphology_points(grade: OfGrade) -> int:
    return 2 * int(grade.value.removeprefix("OF"))


OF_SCORE = Scale(
    key="of_score",
    name="OF score",
    version="2018",
    source=OF_SOURCE,
    made_for="osteoporotic fractures of the thoracolumbar spine",
    choices=OfAdvice,
    minimum=-3,
    maximum=16,
    unit="points",
    items=(
        ScaleItem("morphology", "Morphology OF1-5", OfGrade, _morphology_points),
        ScaleItem("low_density", "T-score < -3 or qCT <= 90 HU", OfAnswer, _by_answer(1, 0).__getitem__),
        ScaleItem("progression", "Progression of the deformity", OfAnswer, _by_answer(1, -1).__getitem__),
        ScaleItem("pain", "VAS >= 5 under analgesia", OfAnswer, _by_answer(1, -1).__getitem__),
        ScaleItem("deficit", "Neurology N2 to N4", OfAnswer, _by_answer(2, 0).__getitem__),
        ScaleItem("mobilised", "Mobilisation possible", OfAnswer, _by_answer(-1, 1).__getitem__),
        ScaleItem("health", "ASA > 3, mFI > 2, anticoagulation", OfHealth, _HEALTH_POINTS.__getitem__),
    ),
    from_imaging="The morphology (`propose_of`).",
    notices=(
        "The card itself says that the score is not yet validated.",
        OSTEOPOROTIC_ONLY,
        "The card counts 'unknown' as 0; an item that was not asked is not 'unknown' and widens the bounds.",
    ),
)


@dataclass(frozen=True, slots=True)
class OfItems:
    """The seven items; None is "not asked", which differs from the card's "unknown"."""

    morphology: Item[OfGrade] | None = None
    low_density: Item[OfAnswer] | None = None
    progression: Item[OfAnswer] | None = None
    pain: Item[OfAnswer] | None = None
    deficit: Item[OfAnswer] | None = None
    mobilised: Item[OfAnswer] | None = None
    health: Item[OfHealth] | None = None


def of_advice(total: float) -> OfAdvice:
    """Suggestion of a total: 0-5 conservative, 6 either, above 6 surgery. Totals below 0 are read as conservative."""
    if total > 6:
        return OfAdvice.SURGERY
    return OfAdvice.EITHER if total == 6 else OfAdvice.CONSERVATIVE


def of_score_result(items: OfItems) -> ScaleResult[OfAdvice]:
    """OF score, or its bounds, and the card's suggestion once it is decided.

    Parameters
    ----------
    items : OfItems

    Notes
    -----
    Source: AO Spine-DGOU pocket card; 10.1177/2192568217717972.

    When this number misleads: it is not validated, and it was made for osteoporotic fractures. Never apply it to a
    hemangioma's fracture on its own.
    """
    unknown = sum(getattr(getattr(items, item.key), "value", None) in _UNKNOWN for item in OF_SCORE.items)
    notices = (f"{unknown} items unknown, counted 0 by the card's own rule.",) if unknown else ()
    given = {item.key: getattr(items, item.key) for item in OF_SCORE.items}
    return total_result(OF_SCORE, given, of_advice, *notices)
