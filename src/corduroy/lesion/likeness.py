"""How much a lesion looks like a hemangioma: a calibrated, explained score. Never a diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from corduroy.lesion.likeness_model import fitted_model
from corduroy.lesion.texture import Texture
from corduroy.provenance import Z95, Measured

WORDS = (
    "The score says how much this lesion looks like the planted hemangiomas among planted other lesions; its interval "
    "holds what the fit and the measured features leave open, not what other diseases look like. It is no diagnosis "
    "and no probability of disease: histology decides."
)
FEATURES = {
    "column_strength": "columns of bone that last along the vertebra's axis",
    "stroma": "grey value between the columns",
    "polka_dot": "bright dots on dark ground in axial view",
    "corduroy": "stripes in sagittal and coronal view",
    "anisotropy": "grey values change across the axis, not along it",
}
_STROMA_RANGE_HU = (-100.0, 300.0)
_LEAST_STRENGTH_HU = 5.0


@dataclass(frozen=True)
class Driver:
    """What one feature adds to the score.

    Parameters
    ----------
    name, meaning : str
    value : float
        As it enters the score.
    pull : float
        In log odds against the mean of the fitted lesions; above 0 towards hemangioma.
    pull_uncertainty : float
        Half-width of its 95 % interval.
    """

    name: str
    meaning: str
    value: float
    pull: float
    pull_uncertainty: float


@dataclass(frozen=True)
class Likeness:
    """A score and what made it.

    Parameters
    ----------
    score : float
        0 to 1.
    interval : tuple of 2 floats
        The score's 95 % interval: symmetric in log odds, and therefore not about the score.
    log_odds : Measured
        Of the score.
    drivers : tuple of Driver
        The strongest first.
    words : str
        What the score is not.
    fitted : str
        How the coefficients were obtained.
    """

    score: float
    interval: tuple[float, float]
    log_odds: Measured
    drivers: tuple[Driver, ...]
    words: str
    fitted: str


def likeness_features(texture: Texture) -> dict[str, Measured]:
    """The features that enter the score, from a lesion's texture, with their uncertainty."""
    return {
        "column_strength": _taken_to(_log_strength, texture.column_strength_hu),
        "stroma": _taken_to(_hundreds_within_range, texture.stroma_hu),
        "polka_dot": texture.polka_dot,
        "corduroy": texture.corduroy,
        "anisotropy": texture.anisotropy,
    }


def hemangioma_likeness(texture: Texture) -> Likeness:
    """Score a lesion by a logistic regression on five features of its texture.

    Parameters
    ----------
    texture : Texture

    Returns
    -------
    Likeness

    Notes
    -----
    The coefficients and their covariance (bootstrap over lesions, clustered by scan) are fitted on planted lesions by
    `benchmarks/fit_likeness.py`; the file names the seeds. The interval adds to that covariance the uncertainty of
    the features, whose errors are taken for independent (author's choice).
    When this misleads: on anything the planted families do not hold (plasmacytoma, Paget's disease, lymphoma, giant
    cell tumour, aggressive hemangiomas that have lost their columns), and on a bone that was treated; a narrow
    interval does not say that the lesion is one of the planted families.
    """
    model, features = fitted_model(), likeness_features(texture)
    values = np.array([features[name].value for name in model.names])
    value_sd = np.array([features[name].uncertainty for name in model.names]) / Z95
    odds, spread = float(model.log_odds(values)), Z95 * float(model.log_odds_sd(values, value_sd))
    drivers = [
        Driver(name, FEATURES[name], float(value), float(pull), Z95 * float(sd))
        for name, value, pull, sd in zip(model.names, values, *model.pulls(values, value_sd), strict=True)
    ]
    return Likeness(
        float(expit(odds)),
        (float(expit(odds - spread)), float(expit(odds + spread))),
        Measured(odds, "", spread, "hemangioma-likeness: logistic regression", modality="CT"),
        tuple(sorted(drivers, key=lambda driver: -abs(driver.pull))),
        WORDS,
        model.fitted,
    )


def _taken_to(scale: Callable[[float], float], measured: Measured) -> Measured:
    """A measured value on another, rising scale; half of where its interval ends there."""
    low, high = (scale(end) for end in measured.interval)
    return Measured(scale(measured.value), "", (high - low) / 2, measured.method, modality=measured.modality)


def _log_strength(strength_hu: float) -> float:
    return float(np.log(strength_hu + _LEAST_STRENGTH_HU))


def _hundreds_within_range(stroma_hu: float) -> float:
    return float(np.clip(stroma_hu, *_STROMA_RANGE_HU)) / 100.0
