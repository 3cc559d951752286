"""Clinical scales as pure, cited, typed functions."""

from corduroy.scales.genant import GENANT_SOURCE, GenantGrade, deformity_kind, genant_grade

__all__ = ["GENANT_SOURCE", "GenantGrade", "deformity_kind", "genant_grade"]
