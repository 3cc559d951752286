"""What is given, how, and through which cannulas: the surgeon's side of an injection."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.simulation.injection import Cannula, Cement, Gelatin, Recipe, Schedule, Shot
from corduroy.simulation.injection_study.inputs import Draw


@dataclass(frozen=True)
class Dose:
    """One way to inject.

    Parameters
    ----------
    cement : Cement
    volume_ml : float
    rate_ml_s : float or None
        None: at the pressure limit.
    minutes_from_mixing : float
    gelatin_percent : float
        Of the mixture's volume.
    gelatin_before_ml : float
        Sponge given before the cement.
    cannulas : tuple of Cannula
        One or two; two share the flow.
    pressure_limit_mpa, plunger_mm : float
        In the syringe, and its plunger's diameter.
    """

    cement: Cement
    volume_ml: float
    rate_ml_s: float | None
    minutes_from_mixing: float
    gelatin_percent: float
    gelatin_before_ml: float
    cannulas: tuple[Cannula, ...]
    pressure_limit_mpa: float
    plunger_mm: float

    def recipe(self, viscosity: float = 1.0) -> Recipe:
        """The recipe, the cement's curve times a factor."""
        cement = self.cement.model_copy(
            update={
                "consistency_pa_sn": tuple(viscosity * each for each in self.cement.consistency_pa_sn),
                "yield_pa": tuple(viscosity * each for each in self.cement.yield_pa),
            }
        )
        gelatin = None
        if self.gelatin_percent > 0 or self.gelatin_before_ml > 0:
            gelatin = Gelatin(share=self.gelatin_percent / 100, before_ml=self.gelatin_before_ml)
        return Recipe(cement=cement, gelatin=gelatin)

    def schedule(self) -> Schedule:
        """All of it in one shot."""
        shot = Shot(volume_ml=self.volume_ml, rate_ml_s=self.rate_ml_s, cannulas=tuple(range(len(self.cannulas))))
        return Schedule(
            cannulas=self.cannulas,
            shots=(shot,),
            start_s=60 * self.minutes_from_mixing,
            pressure_limit_mpa=self.pressure_limit_mpa,
            plunger_diameter_mm=self.plunger_mm,
        )

    def moved(self, frame: Frame, draw: Draw, share: float = 1.0) -> Dose:
        """The dose with its cannulas where they came to lie.

        Parameters
        ----------
        frame : Frame
            Of the vertebra.
        draw : Draw
        share : float
            Of the draw's shifts.
        """
        return replace(self, cannulas=tuple(_moved(each, frame, draw, share) for each in self.cannulas))


def side_of(cannula: Cannula, frame: Frame) -> int:
    """1 for a cannula that comes from the patient's right, -1 from the left."""
    return -1 if float(_along(cannula) @ frame.right) > 0 else 1


def _moved(cannula: Cannula, frame: Frame, draw: Draw, share: float) -> Cannula:
    shift = draw.depth_mm * _along(cannula)
    shift = shift + side_of(cannula, frame) * draw.lateral_mm * frame.right + draw.height_mm * frame.superior
    x, y, z = (float(value) for value in np.asarray(cannula.tip_mm) + share * shift)
    return cannula.model_copy(update={"tip_mm": (x, y, z)})


def _along(cannula: Cannula) -> FloatArray:
    along = np.asarray(cannula.direction, dtype=np.float64)
    return np.asarray(along / np.linalg.norm(along))
