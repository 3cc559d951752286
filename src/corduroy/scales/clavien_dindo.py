"""Clavien-Dindo grade of a surgical complication."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class ClavienDindoGrade(LabelledStr):
    """Grades I to V by the treatment that the complication needed."""

    I = "I", "I: deviation from the normal course, no treatment needed"  # noqa: E741 - the grade's own name
    II = "II", "II: drugs, transfusion or parenteral nutrition"
    IIIA = "IIIa", "IIIa: intervention without general anaesthesia"
    IIIB = "IIIb", "IIIb: intervention under general anaesthesia"
    IVA = "IVa", "IVa: intensive care, failure of one organ, dialysis included"
    IVB = "IVb", "IVb: intensive care, failure of several organs"
    V = "V", "V: death"
