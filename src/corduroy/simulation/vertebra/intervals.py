"""How far calibration and material laws move the results: a few drawn truths, computed anew on coarser voxels."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from corduroy.errors import ConvergenceError, CorduroyWarning, SettingsError
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import FloatArray
from corduroy.provenance import Measured
from corduroy.simulation.elasticity.solve import SolverSettings
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.materials.sample import sample_laws
from corduroy.simulation.plasticity import StrengthSettings
from corduroy.simulation.plasticity.criteria import LARGE_STRAIN
from corduroy.simulation.vertebra.evaluate import CappedModel, capped_model, compressed, plastic_strength
from corduroy.simulation.vertebra.states import State, Subject

LEAST_SAMPLES, MOST_SAMPLES = 4, 200
_QUICK_STRENGTH = StrengthSettings(largest_strain=LARGE_STRAIN, steps=3, tolerance=1e-2)
_QUICK_SOLVE = SolverSettings(tolerance=1e-4)


@dataclass(frozen=True, eq=False)
class Sampled:
    """Results of drawn truths over those of the nominal one, all on the same coarse voxels.

    Parameters
    ----------
    stiffness, strength : dict of State to ndarray, shape (n,)
        Ratios; the n-th of each belong to the same draw, so that errors which states share cancel in their changes.
    draws : int
    voxel_mm : float
    """

    stiffness: Mapping[State, FloatArray]
    strength: Mapping[State, FloatArray]
    draws: int
    voxel_mm: float

    @property
    def method(self) -> str:
        """How the intervals came about."""
        return (
            f"95 % prediction interval of {self.draws} drawn calibrations, laws and tissues (lognormal, t quantile), "
            f"recomputed with {self.voxel_mm:g} mm voxels"
        )


def sample_results(
    subject: Subject,
    states: Sequence[State],
    calibration: Calibration,
    rng: np.random.Generator,
    draws: int,
    materials: Materials | None = None,
    tick: Callable[[], None] | None = None,
) -> Sampled:
    """Draw calibrations, laws and tissues, and compute stiffness and strength of all states with each.

    Parameters
    ----------
    subject : Subject
        On coarse voxels, 2 mm or so.
    states : sequence of State
    calibration : Calibration
    rng : numpy.random.Generator
        The same state gives the same draws.
    draws : int
        4 to 200.
    materials : Materials, optional
        Around which is drawn.
    tick : callable, optional
        Called after each model.

    Raises
    ------
    SettingsError
        If `draws` is out of its range.
    ModelError, ConvergenceError
        From the linear models.
    """
    if not LEAST_SAMPLES <= draws <= MOST_SAMPLES:
        raise SettingsError(f"{draws} samples", f"{LEAST_SAMPLES} to {MOST_SAMPLES}")
    drawn = sample_laws(rng, draws, calibration, materials)
    truths = [(calibration, materials or Materials()), *((draw.calibration, draw.materials) for draw in drawn)]
    found = {state: np.empty((len(truths), 2)) for state in states}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)  # told once of the nominal model already
        for number, (truth, made_of) in enumerate(truths):
            for state in states:
                capped = capped_model(subject, state, truth, made_of)
                found[state][number] = compressed(capped, _QUICK_SOLVE)[2], _strength_or_nan(capped)
                if tick is not None:
                    tick()
    ratios = {state: values[1:] / values[0] for state, values in found.items()}
    return Sampled(
        {state: ratio[:, 0] for state, ratio in ratios.items()},
        {state: ratio[:, 1] for state, ratio in ratios.items()},
        draws,
        subject.grid.voxel_mm,
    )


def _strength_or_nan(capped: CappedModel) -> float:
    """A draw that finds no balance has no strength; the interval then rests on the others."""
    try:
        return plastic_strength(capped, _QUICK_STRENGTH)[0]
    except ConvergenceError:
        return float("nan")


def with_interval(value: float, unit: str, ratios: FloatArray, method: str) -> Measured:
    """A value with the half-width of the prediction interval that drawn ratios give it.

    Notes
    -----
    The interval is lognormal and so lies askew; its half-width is half of its extent.
    """
    low, high = interval_of(ratios)
    return Measured(value, unit, value * (high - low) / 2, method, modality="CT")


def change_percent(value: float, before: float, ratios: FloatArray, ratios_before: FloatArray, method: str) -> Measured:
    """Change against another state in percent; errors that both share cancel."""
    low, high = interval_of(ratios / ratios_before)
    ratio = value / before
    return Measured(100 * (ratio - 1), "%", 100 * ratio * (high - low) / 2, method, modality="CT")


def interval_of(ratios: FloatArray) -> tuple[float, float]:
    """Bounds of a further draw: lognormal, with the t quantile of as few draws as there are; NaN for fewer than 4."""
    logs = np.log(ratios[np.isfinite(ratios)])
    n = len(logs)
    if n < LEAST_SAMPLES:
        return float("nan"), float("nan")
    reach = float(stats.t.ppf(0.975, n - 1)) * float(logs.std(ddof=1)) * np.sqrt(1 + 1 / n)
    return float(np.exp(logs.mean() - reach)), float(np.exp(logs.mean() + reach))
