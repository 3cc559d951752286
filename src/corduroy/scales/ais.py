"""ASIA Impairment Scale (AIS), as in the ISNCSCI examination."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class AisGrade(LabelledStr):
    """AIS A (worst) to E (best). E is only for a person who had a deficit."""

    A = "A", "A: complete, no sensory or motor function in S4-S5"
    B = "B", "B: sensory incomplete, S4-S5 included; no motor function more than three levels below the motor level"
    C = "C", "C: motor incomplete, more than half of the key muscles below the level are weaker than grade 3"
    D = "D", "D: motor incomplete, at least half of the key muscles below the level have grade 3 or more"
    E = "E", "E: all normal after an earlier deficit"
