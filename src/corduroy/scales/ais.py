"""ASIA Impairment Scale (AIS), as in the ISNCSCI examination."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import Scale


class AisGrade(LabelledStr):
    """AIS A (worst) to E (best). E is only for a person who had a deficit."""

    A = "A", "A: complete, no sensory or motor function in S4-S5"
    B = "B", "B: sensory incomplete, S4-S5 included; no motor function more than three levels below the motor level"
    C = "C", "C: motor incomplete, more than half of the key muscles below the level are weaker than grade 3"
    D = "D", "D: motor incomplete, at least half of the key muscles below the level have grade 3 or more"
    E = "E", "E: all normal after an earlier deficit"


AIS = Scale(
    key="ais",
    name="ASIA Impairment Scale",
    version="ISNCSCI",
    source="ISNCSCI; read in PMC4303793 table 1, PMC2633768 table 1 and cabjd-4-014 table 2",
    made_for="traumatic spinal cord injury",
    choices=AisGrade,
    notices=(
        "C and D need voluntary anal contraction, or sacral sparing with motor function more than three levels below "
        "the motor level; exactly half of the key muscles at grade 3 or more is D.",
        "E is only for a person who had a deficit; someone never impaired has no AIS grade.",
    ),
)
