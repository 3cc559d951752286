"""A vertebra under load: alone between end caps, and among its neighbours; before and after treatment."""

from corduroy.simulation.vertebra.assess import LIFTING, STANDING, Assessment, AssessSettings, StateResult, assess
from corduroy.simulation.vertebra.document import SCHEMA, assessment_document
from corduroy.simulation.vertebra.fill import grow_fill
from corduroy.simulation.vertebra.grid import onto
from corduroy.simulation.vertebra.states import Alterations, State

__all__ = [
    "LIFTING",
    "SCHEMA",
    "STANDING",
    "Alterations",
    "AssessSettings",
    "Assessment",
    "State",
    "StateResult",
    "assess",
    "assessment_document",
    "grow_fill",
    "onto",
]
