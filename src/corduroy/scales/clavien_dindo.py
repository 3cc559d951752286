"""Clavien-Dindo grade of a surgical complication."""

from __future__ import annotations

from corduroy.errors import ScaleError
from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import grade_result


class ClavienDindoGrade(LabelledStr):
    """Grades I to V by the treatment that the complication needed."""

    I = "I", "I: deviation from the normal course, no treatment needed"  # noqa: E741 - the grade's own name
    II = "II", "II: drugs, transfusion or parenteral nutrition"
    IIIA = "IIIa", "IIIa: intervention without general anaesthesia"
    IIIB = "IIIb", "IIIb: intervention under general anaesthesia"
    IVA = "IVa", "IVa: intensive care, failure of one organ, dialysis included"
    IVB = "IVb", "IVb: intensive care, failure of several organs"
    V = "V", "V: death"


CLAVIEN_DINDO = Scale(
    key="clavien_dindo",
    name="Clavien-Dindo",
    version="2004",
    source="Dindo 2004; read in a secondary source (litiase.com/?p=63)",
    made_for="complications of any surgery",
    choices=ClavienDindoGrade,
    notices=(
        f"Read in a secondary source; the treatments that grade I allows are {NOT_VERIFIED}.",
        "Transfusion alone makes grade II.",
    ),
)


def clavien_dindo_result(
    grade: Item[ClavienDindoGrade] | None, *, window_days: int, planned_transfusion_counts: bool
) -> ScaleResult[ClavienDindoGrade]:
    """Grade of a complication, with the two agreements that the grade depends on.

    Parameters
    ----------
    grade : Proposed or Confirmed, or None
    window_days : int
        Days after the operation within which complications were looked for, usually 30 or 90.
    planned_transfusion_counts : bool
        Whether a transfusion that was planned counts as grade II.

    Raises
    ------
    ScaleError
        If the window is not a positive number of days.
    """
    if window_days < 1:
        raise ScaleError(f"a window of {window_days} days", "a positive number of days, usually 30 or 90")
    counted = "counts" if planned_transfusion_counts else "does not count"
    return grade_result(
        CLAVIEN_DINDO, grade, f"Window: {window_days} days. A planned transfusion {counted} as grade II."
    )
