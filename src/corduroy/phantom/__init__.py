"""Synthetic patients with known truth.

>>> from corduroy.phantom import demo_patient
>>> patient = demo_patient(12)
>>> labels = patient.render_labels(2.0)
>>> patient.truth()["T12"].deformity
'wedge'
"""

from corduroy.phantom.fracture import Fracture
from corduroy.phantom.generate import NO_VARIATION, Variation
from corduroy.phantom.lesion import (
    ArchPart,
    Breach,
    Expansion,
    Family,
    Lesion,
    SoftPart,
    Trabeculae,
    WallPoint,
)
from corduroy.phantom.lesion_plant import PlantedLesion, plant
from corduroy.phantom.lesion_random import random_lesion
from corduroy.phantom.lesion_truth import LesionTruth
from corduroy.phantom.patients import demo_patient, mean_spine, random_spine
from corduroy.phantom.phantom import Phantom
from corduroy.phantom.tissue import Structure
from corduroy.phantom.truth import SpineTruth, VertebraTruth

__all__ = [
    "NO_VARIATION",
    "ArchPart",
    "Breach",
    "Expansion",
    "Family",
    "Fracture",
    "Lesion",
    "LesionTruth",
    "Phantom",
    "PlantedLesion",
    "SoftPart",
    "SpineTruth",
    "Structure",
    "Trabeculae",
    "Variation",
    "VertebraTruth",
    "WallPoint",
    "demo_patient",
    "mean_spine",
    "plant",
    "random_lesion",
    "random_spine",
]
