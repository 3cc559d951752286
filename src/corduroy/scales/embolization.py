"""Embolization: vascularity on the angiogram, completeness, and the five-point grade of 2003."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt, LabelledStr


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
