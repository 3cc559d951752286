"""Complications of image-guided interventions: SIR old (A-F), SIR 2017 (1-5), CIRSE 2017 (1-6)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledInt, LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale


class SirOldGrade(LabelledStr):
    """The old SIR letters: A and B minor, C to F major."""

    A = "A", "A (minor): no therapy, no consequence"
    B = "B", "B (minor): nominal therapy, overnight observation included"
    C = "C", "C (major): therapy, hospital stay under 48 h"
    D = "D", "D (major): major therapy, unplanned increase of care, prolonged hospital stay"
    E = "E", "E (major): permanent adverse sequelae"
    F = "F", "F (major): death"


class Sir2017Grade(LabelledInt):
    """The SIR adverse event severity of 2017."""

    MILD = 1, "1: mild"
    MODERATE = 2, "2: moderate"
    SEVERE = 3, "3: severe"
    LIFE_THREATENING = 4, "4: life-threatening or disabling"
    DEATH = 5, "5: death"


class Cirse2017Grade(LabelledInt):
    """The CIRSE grade of 2017; of grades 2 to 4 no wording could be read."""

    SAME_SESSION = 1, "1: solved within the same session"
    TWO = 2, "2: between 1 and 5 (wording not read)"
    THREE = 3, "3: between 1 and 5 (wording not read)"
    FOUR = 4, "4: between 1 and 5 (wording not read)"
    PERMANENT_SEVERE = 5, "5: permanent severe sequelae"
    DEATH = 6, "6: death"


_APART = "Grade the embolization and the operation separately."

SIR_OLD = Scale(
    key="sir_old",
    name="SIR complication grade",
    version="old, A-F",
    source="Society of Interventional Radiology; read in a CJASN table and at radiologykey.com",
    made_for="complications of image-guided interventions",
    choices=SirOldGrade,
    notices=(f"The letters, and F as death, are {NOT_VERIFIED}.", _APART),
)

SIR_2017 = Scale(
    key="sir_2017",
    name="SIR adverse event severity",
    version="2017",
    source="Khalilzadeh 2017, J Vasc Interv Radiol, PMID 28757285 (abstract, without the grades)",
    made_for="adverse events of image-guided interventions",
    choices=Sir2017Grade,
    notices=(f"The wording of the grades is {NOT_VERIFIED}.", _APART),
)

CIRSE_2017 = Scale(
    key="cirse_2017",
    name="CIRSE complication grade",
    version="2017",
    source="Filippiadis 2017, Cardiovasc Intervent Radiol 40:1141-6, 10.1007/s00270-017-1703-4",
    made_for="complications of image-guided interventions",
    choices=Cirse2017Grade,
    notices=(f"The wording of the grades is {NOT_VERIFIED}; grades 2 to 4 were not read at all.", _APART),
)
