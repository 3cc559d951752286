"""Embolization: vascularity on the angiogram, completeness, and the five-point grade of 2003."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt, LabelledStr
from corduroy.scales.definition import Scale


class Vascularity(LabelledInt):
    """Angiographic vascularity 0-3; the wording of 1 and 2 could not be read."""

    AS_NEIGHBOUR = 0, "0: same as the normal adjacent vertebral body"
    ONE = 1, "1: between 0 and 3 (wording not read)"
    TWO = 2, "2: between 0 and 3 (wording not read)"
    SEVERE = 3, "3: severe blush with arteriovenous shunting"


class Completeness(LabelledStr):
    """How much of the tumour's blood supply was closed."""

    COMPLETE = "complete", "Complete"
    NEAR_COMPLETE = "near-complete", "Near-complete"
    PARTIAL = "partial", "Partial"


class EmbolizationGrade(LabelledStr):
    """The five-point grade of 2003; the wording of B to D could not be read."""

    A = "A", "A: none"
    B = "B", "B: between none and total (wording not read)"
    C = "C", "C: between none and total (wording not read)"
    D = "D", "D: between none and total (wording not read)"
    E = "E", "E: total"


VASCULARITY = Scale(
    key="vascularity",
    name="Angiographic vascularity",
    version="0-3, 228 angiograms",
    source="PMC3806015",
    made_for="thoracic, lumbar and sacral spinal tumours before surgery",
    choices=Vascularity,
    notices=("The wording of grades 1 and 2 was not read.",),
)

COMPLETENESS = Scale(
    key="completeness",
    name="Completeness of embolization",
    version="complete / near-complete / partial",
    source="PMC3806015 (86.1, 12.7 and 1.2 % of 188 embolizations)",
    made_for="thoracic, lumbar and sacral spinal tumours before surgery",
    choices=Completeness,
)

EMBOLIZATION_GRADE = Scale(
    key="embolization_grade",
    name="Embolization grade A-E",
    version="2003",
    source="J Neurosurg 2003, PMID 12650400 (abstract)",
    made_for="hypervascular spinal tumours before surgery",
    choices=EmbolizationGrade,
    notices=("The wording of grades B to D was not read.",),
)
