"""What bone, cement, discs and lesions are made of: cited laws, their ranges, and the loads they must bear."""

from corduroy.simulation.materials.anisotropy import CRAWFORD_2003, TransverseIsotropy, isotropic
from corduroy.simulation.materials.composite import cement_in_bone, gelatin_cement, mixture_modulus
from corduroy.simulation.materials.field import (
    MaterialField,
    Materials,
    Region,
    Regions,
    material_field,
    surface_of,
)
from corduroy.simulation.materials.intact import without_lesion
from corduroy.simulation.materials.law import Law, Line, Power
from corduroy.simulation.materials.laws import LAWS, law_named, laws_for
from corduroy.simulation.materials.loads import (
    LOAD_CASES,
    LoadCase,
    compressive_load,
    load_to_strength,
)
from corduroy.simulation.materials.sample import MaterialDraw, sample_laws
from corduroy.simulation.materials.tissues import Tissue, shell_modulus

__all__ = [
    "CRAWFORD_2003",
    "LAWS",
    "LOAD_CASES",
    "Law",
    "Line",
    "LoadCase",
    "MaterialDraw",
    "MaterialField",
    "Materials",
    "Power",
    "Region",
    "Regions",
    "Tissue",
    "TransverseIsotropy",
    "cement_in_bone",
    "compressive_load",
    "gelatin_cement",
    "isotropic",
    "law_named",
    "laws_for",
    "load_to_strength",
    "material_field",
    "mixture_modulus",
    "sample_laws",
    "shell_modulus",
    "surface_of",
    "without_lesion",
]
