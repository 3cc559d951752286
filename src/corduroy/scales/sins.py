"""Spinal Instability Neoplastic Score (SINS, Fisher 2010)."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.scales.choice import LabelledInt, LabelledStr
from corduroy.scales.definition import Scale, ScaleItem
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import total_result


class SinsLocation(LabelledInt):
    """Location; the value is the item's points."""

    RIGID = 0, "Rigid: S2-S5"
    SEMIRIGID = 1, "Semirigid: T3-T10"
    MOBILE = 2, "Mobile: C3-C6, L2-L4"
    JUNCTIONAL = 3, "Junctional: occiput-C2, C7-T2, T11-L1, L5-S1"


class SinsPain(LabelledInt):
    """Pain; the value is the item's points."""

    NONE = 0, "Painless"
    OCCASIONAL = 1, "Occasional, not mechanical"
    MECHANICAL = 3, "Mechanical: better lying down, or pain with movement or loading"


class SinsBoneLesion(LabelledInt):
    """Kind of bone lesion; the value is the item's points."""

    BLASTIC = 0, "Blastic"
    MIXED = 1, "Mixed"
    LYTIC = 2, "Lytic"


class SinsAlignment(LabelledInt):
    """Radiographic alignment; the value is the item's points."""

    NORMAL = 0, "Normal"
    DEFORMITY = 2, "De novo deformity (kyphosis or scoliosis)"
    SUBLUXATION = 4, "Subluxation or translation"


class SinsCollapse(LabelledInt):
    """Collapse of the vertebral body; the value is the item's points."""

    NONE = 0, "None of these"
    INVOLVED = 1, "No collapse, but more than 50 % of the body involved"
    UP_TO_HALF = 2, "Collapse below 50 %"
    MORE_THAN_HALF = 3, "Collapse above 50 %"


class SinsPosterolateral(LabelledInt):
    """Involvement of facet, pedicle or costovertebral joint; the value is the item's points."""

    NONE = 0, "None"
    UNILATERAL = 1, "Unilateral"
    BILATERAL = 3, "Bilateral"


class SinsClass(LabelledStr):
    """Class of the total."""

    STABLE = "stable", "Stable (0 to 6)"
    INDETERMINATE = "indeterminate", "Indeterminate, potentially unstable (7 to 12)"
    UNSTABLE = "unstable", "Unstable (13 to 18)"


SINS = Scale(
    key="sins",
    name="SINS",
    version="2010",
    source="Fisher 2010, Spine 35:E1221; read in two agreeing secondary sources (oxfordmedicaleducation.com, pacs.de)",
    made_for="spinal instability in neoplastic, mostly metastatic, disease",
    choices=SinsClass,
    minimum=0,
    maximum=18,
    unit="points",
    items=(
        ScaleItem("location", "Location", SinsLocation),
        ScaleItem("pain", "Pain", SinsPain),
        ScaleItem("bone_lesion", "Bone lesion", SinsBoneLesion),
        ScaleItem("alignment", "Alignment", SinsAlignment),
        ScaleItem("collapse", "Vertebral body collapse", SinsCollapse),
        ScaleItem("posterolateral", "Posterolateral involvement", SinsPosterolateral),
    ),
    from_imaging="Location, collapse, alignment, posterolateral involvement; never pain, never the kind of lesion.",
    notices=(
        "SINS was made for metastases, not for hemangiomas.",
        "'Lytic' is arguable in a hemangioma, whose remaining trabeculae are thick; the item has only fair agreement "
        "between readers.",
    ),
)


@dataclass(frozen=True, slots=True)
class SinsItems:
    """The six items; None is "not assessed", which is never 0 points."""

    location: Item[SinsLocation] | None = None
    pain: Item[SinsPain] | None = None
    bone_lesion: Item[SinsBoneLesion] | None = None
    alignment: Item[SinsAlignment] | None = None
    collapse: Item[SinsCollapse] | None = None
    posterolateral: Item[SinsPosterolateral] | None = None


def sins_class(total: float) -> SinsClass:
    """Class of a total: 0-6 stable, 7-12 indeterminate, 13-18 unstable (Fisher 2010, Spine 35:E1221)."""
    if total >= 13:
        return SinsClass.UNSTABLE
    return SinsClass.INDETERMINATE if total >= 7 else SinsClass.STABLE


def sins_result(items: SinsItems) -> ScaleResult[SinsClass]:
    """SINS of one level: total, or its bounds while items are missing, and the class once it is decided.

    Parameters
    ----------
    items : SinsItems

    Returns
    -------
    ScaleResult
        `value` is None unless all six items are assessed; `grade` is None while the bounds span two classes.

    Notes
    -----
    Source: Fisher et al. 2010, Spine 35:E1221. A third web note prints 2 points for no pain: that is an error.

    When this number misleads: it was made for metastases; in a hemangioma it prompts a question, it decides nothing.
    """
    return total_result(SINS, {item.key: getattr(items, item.key) for item in SINS.items}, sins_class)
