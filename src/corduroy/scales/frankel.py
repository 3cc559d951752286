"""Frankel grade of a spinal cord lesion (1969)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale


class FrankelGrade(LabelledStr):
    """Frankel A (worst) to E (best)."""

    A = "A", "A: complete, no motor and no sensory function below the level"
    B = "B", "B: sensory function only below the level"
    C = "C", "C: motor function present but not useful"
    D = "D", "D: useful motor function"
    E = "E", "E: normal (abnormal reflexes allowed)"


FRANKEL = Scale(
    key="frankel",
    name="Frankel",
    version="1969",
    source="Frankel 1969, Paraplegia 7:179 (C to E read in a secondary source)",
    made_for="traumatic spinal cord injury",
    choices=FrankelGrade,
    notices=(
        f"The wording of A and B and the clause on reflexes in E are {NOT_VERIFIED}.",
        "Frankel is not AIS: 'useful' is a judgement, and S4-S5 is not asked for.",
    ),
)
