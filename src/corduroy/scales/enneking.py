"""Enneking stage of a benign tumour, in the wording used for vertebral hemangiomas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale, ScaleItem
from corduroy.scales.items import Item, Proposed, Reading, propose
from corduroy.scales.result import ScaleResult, doubts, make_result, record_item


class EnnekingStage(LabelledStr):
    """S1 latent, S2 active, S3 aggressive."""

    S1 = "S1", "S1: latent, inside the compartment, no symptoms"
    S2 = "S2", "S2: active, inside the compartment, with symptoms"
    S3 = "S3", "S3: aggressive, outside the compartment, with symptoms"


class Compartment(LabelledStr):
    """Whether the lesion has left the bone."""

    INSIDE = "inside", "Inside the bone"
    OUTSIDE = "outside", "Outside the bone"


class Symptoms(LabelledStr):
    """Whether the lesion causes symptoms; never proposed from imaging."""

    NONE = "none", "No symptoms"
    PRESENT = "present", "Symptoms caused by the lesion"


def _no_points(_: Any) -> int:
    return 0


ENNEKING = Scale(
    key="enneking",
    name="Enneking stage (benign)",
    version="as worded for vertebral hemangioma",
    source="10.1186/s12891-020-3143-6, introduction",
    made_for="benign tumours of bone; wording for vertebral hemangiomas",
    choices=EnnekingStage,
    items=(
        ScaleItem("compartment", "Compartment", Compartment, _no_points),
        ScaleItem("symptoms", "Symptoms", Symptoms, _no_points),
    ),
    from_imaging="Whether the lesion has left the bone; symptoms are for a person.",
    notices=(
        "A silent lesion that has grown out of the bone has no stage in this wording.",
        "Another source words S3 as rapid growth with a hypervascular pseudocapsule.",
    ),
)

_STAGES = {
    (Compartment.INSIDE, Symptoms.NONE): EnnekingStage.S1,
    (Compartment.INSIDE, Symptoms.PRESENT): EnnekingStage.S2,
    (Compartment.OUTSIDE, Symptoms.PRESENT): EnnekingStage.S3,
    (Compartment.OUTSIDE, Symptoms.NONE): None,
}


@dataclass(frozen=True, slots=True)
class EnnekingItems:
    """The two things that the stage turns on; None is "not assessed"."""

    compartment: Item[Compartment] | None = None
    symptoms: Item[Symptoms] | None = None


def enneking_result(items: EnnekingItems) -> ScaleResult[EnnekingStage]:
    """Stage, once compartment and symptoms leave a single one; the possible stages as a notice until then.

    Parameters
    ----------
    items : EnnekingItems

    Notes
    -----
    Source: 10.1186/s12891-020-3143-6. Outside the bone and silent is none of the three stages: no stage is given.
    """
    compartments = tuple(Compartment) if items.compartment is None else items.compartment.possible
    symptoms = tuple(Symptoms) if items.symptoms is None else items.symptoms.possible
    stages = list(dict.fromkeys(_STAGES[where, what] for where in compartments for what in symptoms))
    words = ["none of the three" if stage is None else stage.value for stage in stages]
    notice = () if stages[0] is not None and len(stages) == 1 else (f"Stage possible: {' or '.join(words)}.",)
    records = (record_item("Compartment", items.compartment), record_item("Symptoms", items.symptoms))
    extra = notice + doubts("Compartment", items.compartment) + doubts("Symptoms", items.symptoms)
    return make_result(ENNEKING, records, grade=stages[0] if len(stages) == 1 else None, notices=extra)


def propose_compartment(outside_volume_mm3: Reading) -> Proposed[Compartment]:
    """Inside or outside the bone, from the volume of the epidural and paravertebral parts together.

    Parameters
    ----------
    outside_volume_mm3 : Reading
        In mm³. Above zero is outside; where its 95 % interval reaches zero, inside stays possible.
    """
    basis = f"{outside_volume_mm3.value:.0f} mm³ of the lesion outside the bone"
    return propose(lambda volume: Compartment.OUTSIDE if volume > 0 else Compartment.INSIDE, basis, outside_volume_mm3)
