"""Laredo's six signs of a potentially symptomatic vertebral hemangioma (1986)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corduroy.anatomy.level import Level
from corduroy.scales.choice import LabelledInt, LabelledStr
from corduroy.scales.definition import Scale, ScaleItem
from corduroy.scales.items import Item, Proposed, Reading, propose
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import total_result

# "Whole vertebral body" has no published share. Author's choice: a tenth is left for the rim that partial volume
# takes from any delineation.
_WHOLE_BODY_FROM_PERCENT = 90.0


class Presence(LabelledInt):
    """A sign looked for and found, or looked for and not found."""

    ABSENT = 0, "Absent"
    PRESENT = 1, "Present"


class LaredoClass(LabelledStr):
    """What the count says of a patient with a hemangioma and back pain of uncertain origin."""

    BELOW_THREE = "below 3", "Fewer than 3 signs"
    POTENTIALLY_SYMPTOMATIC = "3 or more", "3 or more signs: potentially symptomatic"


LAREDO = Scale(
    key="laredo",
    name="Laredo signs",
    version="1986, six signs",
    source="Laredo 1986, 10.1148/radiology.161.1.3763864",
    made_for="57 solitary vertebral hemangiomas on radiographs and CT, symptomatic against asymptomatic",
    choices=LaredoClass,
    minimum=0,
    maximum=6,
    unit="signs",
    items=(
        ScaleItem("location", "Location T3-T9", Presence),
        ScaleItem("whole_body", "Whole vertebral body involved", Presence),
        ScaleItem("neural_arch", "Extension to the neural arch", Presence),
        ScaleItem("cortex", "Expanded cortex with indistinct margins", Presence),
        ScaleItem("honeycomb", "Irregular honeycomb pattern", Presence),
        ScaleItem("soft_tissue", "Soft-tissue mass", Presence),
    ),
    from_imaging="All six signs.",
    notices=(
        "Not a malignancy score: 3 or more signs in a patient with a hemangioma and back pain of uncertain origin "
        "mean potentially symptomatic; angiography was indicated then.",
    ),
)


@dataclass(frozen=True, slots=True)
class LaredoItems:
    """The six signs; None is "not assessed", which is never "absent"."""

    location: Item[Presence] | None = None
    whole_body: Item[Presence] | None = None
    neural_arch: Item[Presence] | None = None
    cortex: Item[Presence] | None = None
    honeycomb: Item[Presence] | None = None
    soft_tissue: Item[Presence] | None = None


@dataclass(frozen=True, slots=True)
class LaredoFindings:
    """What imaging knows of the six signs; None where it does not know.

    Parameters
    ----------
    level : Level or None
    involved_percent : Reading or None
        Share of the body's volume that the lesion takes, percent.
    arch_involved : bool or None
        Pedicle, lamina or process of either side.
    cortex_expanded, margin_indistinct : bool or None
        The sign needs both.
    honeycomb_irregular : bool or None
    soft_tissue_volume_mm3 : Reading or None
        Part of the lesion outside the bone. Above zero it counts; "absent" stays possible where its 95 % interval
        reaches zero.
    """

    level: Level | None = None
    involved_percent: Reading | None = None
    arch_involved: bool | None = None
    cortex_expanded: bool | None = None
    margin_indistinct: bool | None = None
    honeycomb_irregular: bool | None = None
    soft_tissue_volume_mm3: Reading | None = None


def laredo_class(count: float) -> LaredoClass:
    """Class of a count of signs (10.1148/radiology.161.1.3763864)."""
    return LaredoClass.POTENTIALLY_SYMPTOMATIC if count >= 3 else LaredoClass.BELOW_THREE


def laredo_result(items: LaredoItems) -> ScaleResult[LaredoClass]:
    """Count of Laredo's signs, or its bounds, and the class once what is assessed decides it.

    Parameters
    ----------
    items : LaredoItems

    Notes
    -----
    Source: Laredo et al. 1986, 10.1148/radiology.161.1.3763864.

    When this number misleads: it was derived on films and early CT against asymptomatic hemangiomas; it says nothing
    about malignancy, and nothing about a lesion that is no hemangioma.
    """
    return total_result(LAREDO, {item.key: getattr(items, item.key) for item in LAREDO.items}, laredo_class)


def propose_laredo(findings: LaredoFindings) -> LaredoItems:
    """The six signs as imaging suggests them; what imaging does not know stays unassessed.

    Notes
    -----
    Source of the signs: 10.1148/radiology.161.1.3763864. "Whole body" is proposed from an involved share of 90 %
    (author's choice; none is published).
    """
    level, share, mass = findings.level, findings.involved_percent, findings.soft_tissue_volume_mm3
    middle = None if level is None else Level.T3.position <= level.position <= Level.T9.position
    cortex = _both(findings.cortex_expanded, findings.margin_indistinct)
    return LaredoItems(
        location=_sign(middle, f"level {level}"),
        whole_body=_from_reading(
            share, _whole_body, "{:.0f} % of the body involved; whole from 90 % (author's choice)"
        ),
        neural_arch=_sign(findings.arch_involved, "pedicles, laminae and processes"),
        cortex=_sign(cortex, "expansion and margin of the cortex"),
        honeycomb=_sign(findings.honeycomb_irregular, "pattern of the trabeculae"),
        soft_tissue=_from_reading(mass, _any_volume, "{:.0f} mm³ outside the bone"),
    )


def _both(first: bool | None, second: bool | None) -> bool | None:
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _sign(present: bool | None, basis: str) -> Proposed[Presence] | None:
    return None if present is None else Proposed(Presence(int(present)), basis)


def _from_reading(reading: Reading | None, rule: Callable[[float], Presence], basis: str) -> Proposed[Presence] | None:
    return None if reading is None else propose(rule, basis.format(reading.value), reading)


def _whole_body(involved_percent: float) -> Presence:
    return Presence(int(involved_percent >= _WHOLE_BODY_FROM_PERCENT))


def _any_volume(volume_mm3: float) -> Presence:
    return Presence(int(volume_mm3 > 0))
