"""Synthetic patients with known truth.

>>> from corduroy.phantom import demo_patient
>>> patient = demo_patient(12)
>>> labels = patient.render_labels(2.0)
>>> patient.truth()["T12"].deformity
'wedge'
"""

from corduroy.phantom.fracture import Fracture
from corduroy.phantom.generate import NO_VARIATION, Variation
from corduroy.phantom.patients import demo_patient, mean_spine, random_spine
from corduroy.phantom.phantom import Phantom
from corduroy.phantom.tissue import Structure
from corduroy.phantom.truth import SpineTruth, VertebraTruth

__all__ = [
    "NO_VARIATION",
    "Fracture",
    "Phantom",
    "SpineTruth",
    "Structure",
    "Variation",
    "VertebraTruth",
    "demo_patient",
    "mean_spine",
    "random_spine",
]
