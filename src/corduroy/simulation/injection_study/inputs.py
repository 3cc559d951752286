"""What is not known of a patient's bone and of the surgeon's hand, as numbers that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import norm, qmc

FloatArray = NDArray[np.float64]
Bounds = tuple[float, float]


class Spread(BaseModel):
    """How far the inputs of an ensemble are spread. All but the placement are log-uniform between their bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    permeability_m2: Bounds = (1e-10, 6e-8)
    """Permeability of bone of porosity 0.9, along the body's axis, in m². Published: 2.68e-11 to 2.00e-8 in human
    and bovine trabecular bone (Nauman 1999, 10.1114/1.195), 4.45 ± 1.72e-8 in lumbar cores with a fluid as viscous as
    cement (Baroud 2004, J Biomech; both abstracts read); these bounds within that are the author's choice."""

    lacuna_mm: Bounds = (0.3, 2.0)
    """Width of the lesion's vascular spaces, in mm; what they let through grows with its square. No published value;
    author's choice."""

    viscosity: Bounds = (0.5, 2.0)
    """Factor on the cement's curve. Author's choice."""

    breach: Bounds = (0.6, 1.7)
    """Factor on the diameter of a measured breach, squared for one whose size is not known. Author's choice."""

    vein: Bounds = (0.5, 2.0)
    """Factor on the diameters of the veins. Author's choice."""

    placement_mm: float = Field(default=2.0, ge=0.0, le=10.0)
    """The cannula's tip lies within this, 19 times of 20, of where it was planned, along and across. As the plan's
    robustness."""

    texture_decades: float = Field(default=0.3, ge=0.0, le=1.5)
    """Standard deviation of the decimal logarithm of the permeability from place to place. Author's choice."""

    texture_mm: float = Field(default=2.5, gt=0.0, le=20.0)
    """How far such a place reaches. Author's choice."""


INPUTS: Final = {
    "permeability": "permeability of the bone",
    "lacuna_mm": "width of the lesion's vascular spaces",
    "viscosity": "viscosity of the cement",
    "breach": "size of the breaches",
    "vein": "width of the veins",
    "depth": "depth of the cannula",
    "lateral": "cannula towards its own side",
    "height": "cannula towards cranial",
}
"""Inputs of a draw, in the order of `Draw.values`, in words."""


@dataclass(frozen=True)
class Draw:
    """One member's inputs.

    Parameters
    ----------
    permeability_m2, lacuna_mm, viscosity, breach, vein : float
        See `Spread`.
    depth_mm, lateral_mm, height_mm : float
        Of the cannula's tip: deeper, towards the side that the cannula comes from, cranial.
    texture : int or None
        Seed of the texture; None for none.
    texture_decades, texture_mm : float
    """

    permeability_m2: float
    lacuna_mm: float
    viscosity: float
    breach: float
    vein: float
    depth_mm: float = 0.0
    lateral_mm: float = 0.0
    height_mm: float = 0.0
    texture: int | None = None
    texture_decades: float = 0.0
    texture_mm: float = 2.5

    @property
    def values(self) -> tuple[float, ...]:
        """The inputs by the order of `INPUTS`; the texture is none of them."""
        return (
            self.permeability_m2,
            self.lacuna_mm,
            self.viscosity,
            self.breach,
            self.vein,
            self.depth_mm,
            self.lateral_mm,
            self.height_mm,
        )


def middle(spread: Spread) -> Draw:
    """The geometric middle of every spread, the cannula as planned, no texture."""
    return _draw(spread, np.full(len(INPUTS), 0.5), None)


def draws(spread: Spread, count: int, rng: np.random.Generator) -> tuple[Draw, ...]:
    """Draws that fill the space of the inputs evenly.

    Parameters
    ----------
    spread : Spread
    count : int
        Best a power of 2.
    rng : numpy.random.Generator

    Notes
    -----
    A scrambled Sobol sequence: the first n of more draws are the same n draws, so that an ensemble can end early, or
    go on later.
    """
    sequence = qmc.Sobol(len(INPUTS), scramble=True, rng=rng)
    unit = sequence.random_base2(int(np.ceil(np.log2(max(count, 2)))))[:count]
    seeds = rng.integers(0, 2**31, size=count)
    return tuple(_draw(spread, row, int(seed)) for row, seed in zip(unit, seeds, strict=True))


def _draw(spread: Spread, unit: FloatArray, texture: int | None) -> Draw:
    sd = spread.placement_mm / 1.959964
    depth, lateral, height = (float(sd * value) for value in norm.ppf(np.clip(unit[5:], 1e-3, 1 - 1e-3)))
    return Draw(
        _between(spread.permeability_m2, unit[0]),
        _between(spread.lacuna_mm, unit[1]),
        _between(spread.viscosity, unit[2]),
        _between(spread.breach, unit[3]),
        _between(spread.vein, unit[4]),
        depth,
        lateral,
        height,
        texture,
        0.0 if texture is None else spread.texture_decades,
        spread.texture_mm,
    )


def _between(bounds: Bounds, unit: float) -> float:
    low, high = np.log(bounds)
    return float(np.exp(low + unit * (high - low)))
