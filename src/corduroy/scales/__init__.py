"""Clinical scales as pure, cited, typed functions."""

from corduroy.scales.ais import AisGrade
from corduroy.scales.ao_spine import AoModifier, AoMorphology, AoNeurology
from corduroy.scales.biopsy import BiopsyResult
from corduroy.scales.choice import Choice, LabelledInt, LabelledStr
from corduroy.scales.clavien_dindo import ClavienDindoGrade
from corduroy.scales.embolization import Completeness, EmbolizationGrade, Vascularity
from corduroy.scales.enneking import EnnekingStage
from corduroy.scales.escc import EsccGrade
from corduroy.scales.frankel import FrankelGrade
from corduroy.scales.genant import GENANT_SOURCE, GenantGrade, deformity_kind, genant_grade
from corduroy.scales.joa import MyelopathySeverity
from corduroy.scales.nurick import NurickGrade
from corduroy.scales.of_grade import OfGrade
from corduroy.scales.pain import PainCircumstance, PainInstrument, PainSite, PainUnit
from corduroy.scales.sir import Cirse2017Grade, Sir2017Grade, SirOldGrade
from corduroy.scales.tomita import TomitaType
from corduroy.scales.yeom import LeakModality, YeomType

__all__ = [
    "GENANT_SOURCE",
    "AisGrade",
    "AoModifier",
    "AoMorphology",
    "AoNeurology",
    "BiopsyResult",
    "Choice",
    "Cirse2017Grade",
    "ClavienDindoGrade",
    "Completeness",
    "EmbolizationGrade",
    "EnnekingStage",
    "EsccGrade",
    "FrankelGrade",
    "GenantGrade",
    "LabelledInt",
    "LabelledStr",
    "LeakModality",
    "MyelopathySeverity",
    "NurickGrade",
    "OfGrade",
    "PainCircumstance",
    "PainInstrument",
    "PainSite",
    "PainUnit",
    "Sir2017Grade",
    "SirOldGrade",
    "TomitaType",
    "Vascularity",
    "YeomType",
    "deformity_kind",
    "genant_grade",
]
