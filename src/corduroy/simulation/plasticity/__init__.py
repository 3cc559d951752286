"""Strength: elastic-plastic loading to failure, and linear criteria as cheap alternatives."""

from corduroy.simulation.plasticity.criteria import (
    LinearStrength,
    load_at_strain,
    pistoia_strength,
)
from corduroy.simulation.plasticity.strength import StrengthCurve, StrengthSettings, compress_to_failure

__all__ = [
    "LinearStrength",
    "StrengthCurve",
    "StrengthSettings",
    "compress_to_failure",
    "load_at_strain",
    "pistoia_strength",
]
