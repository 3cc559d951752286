"""The lesion inside a vertebra: where it is, what it is made of, how far it reaches. Never a diagnosis."""

from corduroy.lesion.baseline import Baseline
from corduroy.lesion.breach import CortexBreach
from corduroy.lesion.cortex import Cortex
from corduroy.lesion.delineate import Delineation, as_painted, delineate
from corduroy.lesion.endplates import EndplateOver
from corduroy.lesion.files import read_mask, write_delineation
from corduroy.lesion.findings import LesionFindings, characterise
from corduroy.lesion.likeness import Driver, Likeness, hemangioma_likeness
from corduroy.lesion.outside import Extension
from corduroy.lesion.texture import Texture

__all__ = [
    "Baseline",
    "Cortex",
    "CortexBreach",
    "Delineation",
    "Driver",
    "EndplateOver",
    "Extension",
    "LesionFindings",
    "Likeness",
    "Texture",
    "as_painted",
    "characterise",
    "delineate",
    "hemangioma_likeness",
    "read_mask",
    "write_delineation",
]
