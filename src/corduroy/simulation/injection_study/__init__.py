"""What an injection of a planned vertebra answers: fill, leaks with their probabilities, what matters, what if."""

from corduroy.simulation.injection_study.document import SCHEMA, Study, study_document
from corduroy.simulation.injection_study.dose import Dose
from corduroy.simulation.injection_study.ensemble import BATCH, Chance, Ensemble, in_turn, run_ensemble
from corduroy.simulation.injection_study.inputs import INPUTS, Draw, Spread, draws, middle
from corduroy.simulation.injection_study.measures import FillMeasures, measures_of
from corduroy.simulation.injection_study.member import Member, Task, run_member, run_planned
from corduroy.simulation.injection_study.openings import POSTERIOR, Opening, openings_of, watched_of
from corduroy.simulation.injection_study.sensitivity import Influence, sensitivity
from corduroy.simulation.injection_study.vertebra import PorousVertebra, porous_vertebra
from corduroy.simulation.injection_study.what_if import (
    Candidate,
    Variant,
    Weights,
    best_of,
    candidates,
    variants_of,
)

__all__ = [
    "BATCH",
    "INPUTS",
    "POSTERIOR",
    "SCHEMA",
    "Candidate",
    "Chance",
    "Dose",
    "Draw",
    "Ensemble",
    "FillMeasures",
    "Influence",
    "Member",
    "Opening",
    "PorousVertebra",
    "Spread",
    "Study",
    "Task",
    "Variant",
    "Weights",
    "best_of",
    "candidates",
    "draws",
    "in_turn",
    "measures_of",
    "middle",
    "openings_of",
    "porous_vertebra",
    "run_ensemble",
    "run_member",
    "run_planned",
    "sensitivity",
    "study_document",
    "variants_of",
    "watched_of",
]
