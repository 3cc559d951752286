"""A vertebral compression fracture as a loss of height over the endplate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import SettingsError

Kind = Literal["wedge", "biconcave", "crush"]
Side = Literal["superior", "inferior", "both"]

_MAX_DEPTH_PERCENT = 70.0
_MAX_RETROPULSION = 0.8
_WEDGE_START, _WEDGE_FULL = 0.1, 0.9  # the fractions of depth at which posterior and anterior height are taken


@dataclass(frozen=True)
class Fracture:
    """One fractured vertebra.

    The body's height at every point of the endplate shrinks by a fraction: for a wedge from nothing at
    10 % of the body's depth (posterior) linearly to `depth_percent` at 90 % (anterior); for a biconcave
    fracture `depth_percent` in the centre, fading to nothing at the rim; for a crush `depth_percent`
    everywhere.

    Parameters
    ----------
    kind : {"wedge", "biconcave", "crush"}
    depth_percent : float
        Loss of the anterior (wedge), middle (biconcave) or every (crush) height, percent of the intact one.
    endplate : {"superior", "inferior", "both"}
        Which endplate gives way; both share the loss equally.
    retropulsion : float
        How far a fragment of the upper posterior wall stands into the canal, as a fraction of the canal's
        antero-posterior diameter.

    Raises
    ------
    SettingsError
        If a value is outside what a vertebra can be given.
    """

    kind: Kind
    depth_percent: float
    endplate: Side = "superior"
    retropulsion: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ("wedge", "biconcave", "crush"):
            raise SettingsError(f"fracture kind '{self.kind}'", "wedge, biconcave or crush")
        if self.endplate not in ("superior", "inferior", "both"):
            raise SettingsError(f"fracture of endplate '{self.endplate}'", "superior, inferior or both")
        if not 0.0 <= self.depth_percent <= _MAX_DEPTH_PERCENT:
            raise SettingsError(f"fracture depth {self.depth_percent:g} %", f"0 to {_MAX_DEPTH_PERCENT:g} percent")
        if not 0.0 <= self.retropulsion <= _MAX_RETROPULSION:
            raise SettingsError(
                f"retropulsion {self.retropulsion:g}", f"0 to {_MAX_RETROPULSION:g} of the canal's depth"
            )

    @property
    def superior_share(self) -> float:
        """Part of the loss that the superior endplate takes."""
        return {"superior": 1.0, "inferior": 0.0, "both": 0.5}[self.endplate]

    def loss(self, depth_fraction: NDArray[Any], radius_squared: NDArray[Any]) -> NDArray[Any]:
        """Fraction of height lost.

        Parameters
        ----------
        depth_fraction : ndarray
            0 at the posterior wall, 1 at the anterior wall, measured where the body is narrowest.
        radius_squared : ndarray
            0 in the centre of the endplate, 1 at its rim.
        """
        depth = self.depth_percent / 100.0
        if self.kind == "crush":
            return np.full_like(depth_fraction, depth)
        if self.kind == "wedge":
            ramp = (depth_fraction - _WEDGE_START) / (_WEDGE_FULL - _WEDGE_START)
            return np.asarray(depth * np.clip(ramp, 0.0, 1.125))
        return np.asarray(depth * np.maximum(1.0 - radius_squared, 0.0) ** 2)
