"""A hole in the cortex over a lesion."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.lesion.bench import Bench, BoolArray, FloatArray
from corduroy.lesion.surface import Rays
from corduroy.provenance import Measured

# All author's choice, set on planted lesions.
DENSE_HU = 350.0
"""A lesion this dense hides its cortex."""
_DIAMETER_MM = 3.0  # half-width of the 95 % interval: held 95 % of 88 found holes
_OVER_MM = 3.5  # a ray belongs to the lesion if that lies so near


@dataclass(frozen=True, eq=False)
class CortexBreach:
    """A hole in the side wall or in an endplate.

    Parameters
    ----------
    place : str
        ``"anterior"``, ``"right"``, ``"posterior"``, ``"left"``, ``"superior endplate"`` or ``"inferior endplate"``.
    point : ndarray, shape (3,)
        World RAS+ mm.
    diameter_mm : Measured
        Of the circle of the same area.
    """

    place: str
    point: FloatArray
    diameter_mm: Measured


def breach_at(bench: Bench, place: str, middle: FloatArray, diameter_mm: float) -> CortexBreach:
    """A hole from its middle on the vertebra's axes, mm."""
    measured = Measured(diameter_mm, "mm", _DIAMETER_MM, "cortex: patch without bone", modality="CT")
    return CortexBreach(place, bench.grid.frame.world(middle), measured)


def covering(bench: Bench, inside: BoolArray, rays: Rays) -> tuple[BoolArray, FloatArray]:
    """Rays whose wall covers a lesion, and how far away from each ray's beginning that lies, mm; shape (n,) each."""
    away = bench.away_from(inside & bench.interior, rays.local)
    return away < _OVER_MM, away
