"""`Law`: what a published density-property law is, where it was fitted, and how it is evaluated."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.imaging.volume import FloatArray

Quantity = Literal["axial modulus", "compressive yield stress", "compressive strength"]


@dataclass(frozen=True)
class Power:
    """``factor * rho ** exponent``, rho in g/cm3; zero for densities below zero."""

    factor: float
    exponent: float

    def __call__(self, rho: FloatArray) -> FloatArray:
        return np.asarray(self.factor * np.maximum(rho, 0.0) ** self.exponent)

    def __str__(self) -> str:
        return f"{self.factor:g} ρ^{self.exponent:g}"


@dataclass(frozen=True)
class Line:
    """``intercept + slope * rho``, rho in g/cm3; never below zero."""

    intercept: float
    slope: float

    def __call__(self, rho: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(self.intercept + self.slope * rho, 0.0))

    def __str__(self) -> str:
        return f"{self.intercept:g} + {self.slope:g} ρ"


@dataclass(frozen=True)
class Law:
    """A published relation from density to an elastic modulus or a strength in MPa.

    Parameters
    ----------
    name : str
    quantity : str
        ``"axial modulus"``, ``"compressive yield stress"`` or ``"compressive strength"``.
    site : str
        Bone and test by which it was fitted.
    kind : DensityKind
        The density that it takes.
    form : Power or Line
        MPa from g/cm3.
    range_g_cm3 : tuple of 2 floats
        Outside it the law is extrapolated.
    range_source : str
        Whose range that is.
    r2 : float, optional
        As published.
    doi : str
        DOI, or another exact reference where there is none.
    verified : str
        What was read of it; ``"not verified against a primary source"`` where that is so.
    factor : float
        1 for the law as published; a sampled law has another.
    """

    name: str
    quantity: Quantity
    site: str
    kind: DensityKind
    form: Power | Line
    range_g_cm3: tuple[float, float]
    range_source: str
    r2: float | None
    doi: str
    verified: str
    factor: float = 1.0

    def values(self, density_mg_cm3: ArrayLike, kind: DensityKind) -> FloatArray:
        """MPa at densities in mg/cm3; NaN stays NaN; silent outside the range (see `count_outside`).

        Raises
        ------
        ModelError
            If `kind` is not the law's density.
        """
        if kind is not self.kind:
            raise ModelError(
                f"{self.name} was given {kind} density", f"{self.kind} density", "convert it with convert_density"
            )
        return np.asarray(self.factor * self.form(np.asarray(density_mg_cm3, dtype=np.float64) / 1000))

    def count_outside(self, density_mg_cm3: ArrayLike) -> tuple[int, int]:
        """How many densities lie below and above the range."""
        rho = np.asarray(density_mg_cm3, dtype=np.float64) / 1000
        low, high = self.range_g_cm3
        return int((rho < low).sum()), int((rho > high).sum())

    def of(self, image: DensityImage, mask: np.ndarray | None = None) -> FloatArray:
        """MPa of every voxel of `image` (NaN outside `mask`), telling how many are outside the range.

        Warns
        -----
        DoubtWarning
            If voxels lie outside the range of the law.
        """
        inside = np.ones(image.volume.shape, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
        result = np.full(inside.shape, np.nan)
        result[inside] = self.values(image.volume.array[inside], image.kind)
        self.warn_outside(image.volume.array[inside])
        return result

    def warn_outside(self, density_mg_cm3: FloatArray) -> tuple[int, int]:
        """`count_outside`, with a `DoubtWarning` if there are any."""
        below, above = self.count_outside(density_mg_cm3)
        if below or above:
            low, high = self.range_g_cm3
            warnings.warn(
                DoubtWarning(
                    f"{self.name}: {below} of {density_mg_cm3.size} voxels lie below {low:g} and {above} above "
                    f"{high:g} g/cm3 {self.kind} density ({self.range_source}); the law is extrapolated there"
                ),
                stacklevel=3,
            )
        return below, above

    def scaled(self, factor: float) -> Law:
        """The same law with all its values multiplied."""
        return replace(self, factor=self.factor * factor)
