"""Cement leakage by route (Yeom 2003, with the later type D)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import choices_result


class YeomType(LabelledStr):
    """Routes of leakage; one vertebra can show several."""

    B = "B", "B: through the basivertebral vein"
    S = "S", "S: through a segmental vein"
    C = "C", "C: through a cortical defect"
    D = "D", "D: into the disc (later addition)"


class LeakModality(LabelledStr):
    """What the leak was looked for with; "no leak" means nothing without it."""

    CT = "ct", "Computed tomography"
    RADIOGRAPH = "radiograph", "Radiographs"
    FLUOROSCOPY = "fluoroscopy", "Intraoperative fluoroscopy"


YEOM = Scale(
    key="yeom",
    name="Cement leakage (Yeom)",
    version="2003, CT based, with type D",
    source="Yeom 2003, 10.1302/0301-620x.85b1.13026; type D: PMC8449924",
    made_for="cement leakage after vertebroplasty, on CT",
    choices=YeomType,
    multiple=True,
    notices=("Several types can be present in one vertebra.",),
)

_NOT_CT = (
    "Not looked for on CT: CT found 1.5 times as many leaks as radiographs (74 and 49), and only 2 of 28 leaks into "
    "the canal were seen on films (10.1302/0301-620x.85b1.13026)."
)


def leak_result(types: Item[frozenset[YeomType]] | None, modality: LeakModality) -> ScaleResult[tuple[YeomType, ...]]:
    """Leakage of one vertebra: any number of routes, and what they were looked for with.

    Parameters
    ----------
    types : Proposed or Confirmed set of YeomType, or None
        The empty set says "no leak was seen"; None says that nobody looked.
    modality : LeakModality
        Mandatory: without CT a notice says how many leaks films miss.

    Returns
    -------
    ScaleResult
        Its `grade` is the tuple of types, empty for no leak, None if not assessed.

    Notes
    -----
    Source: Yeom et al. 2003, 10.1302/0301-620x.85b1.13026; type D added later (PMC8449924).
    """
    method = LeakModality(modality)
    notices = (f"Looked for with: {method.label}.", *(() if method is LeakModality.CT else (_NOT_CT,)))
    return choices_result(YEOM, types, *notices)
