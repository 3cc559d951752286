"""How much a lesion looks like a hemangioma: a calibrated, explained score. Never a diagnosis."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from corduroy.lesion.texture import Texture

WORDS = (
    "The score says how much this lesion looks like the planted hemangiomas among planted other lesions. It is no "
    "diagnosis and no probability of disease: histology decides."
)
FEATURES = {
    "column_strength": "columns of bone that last along the vertebra's axis",
    "stroma": "grey value between the columns",
    "polka_dot": "bright dots on dark ground in axial view",
    "corduroy": "stripes in sagittal and coronal view",
    "anisotropy": "grey values change across the axis, not along it",
}
_STROMA_RANGE_HU = (-100.0, 300.0)


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
    """

    name: str
    meaning: str
    value: float
    pull: float


@dataclass(frozen=True)
class Likeness:
    """A score and what made it.

    Parameters
    ----------
    score : float
        0 to 1.
    drivers : tuple of Driver
        The strongest first.
    words : str
        What the score is not.
    fitted : str
        How the coefficients were obtained.
    """

    score: float
    drivers: tuple[Driver, ...]
    words: str
    fitted: str


_NOT_FITTED = "not fitted yet"


def likeness_features(texture: Texture) -> dict[str, float]:
    """The features that enter the score, from a lesion's texture."""
    return {
        "column_strength": float(np.log(texture.column_strength_hu.value + 5.0)),
        "stroma": float(np.clip(texture.stroma_hu.value, *_STROMA_RANGE_HU)) / 100.0,
        "polka_dot": texture.polka_dot.value,
        "corduroy": texture.corduroy.value,
        "anisotropy": texture.anisotropy.value,
    }


def hemangioma_likeness(texture: Texture) -> Likeness | None:
    """Score a lesion by a logistic regression on five features of its texture.

    Parameters
    ----------
    texture : Texture

    Returns
    -------
    Likeness or None
        None as long as no coefficients are fitted: no score is better than an empty one.

    Notes
    -----
    The coefficients are fitted on planted lesions (`benchmarks/fit_likeness.py`; the file names the seeds).
    When this misleads: on anything the planted families do not hold (plasmacytoma, Paget's disease, lymphoma, giant
    cell tumour, aggressive hemangiomas that have lost their columns), and on a bone that was treated.
    """
    model = _model()
    if model["fitted"] == _NOT_FITTED:
        return None
    values = likeness_features(texture)
    drivers = []
    for name, meaning in FEATURES.items():
        entry = model["features"][name]
        pull = entry["coefficient"] * (values[name] - entry["mean"]) / entry["sd"]
        drivers.append(Driver(name, meaning, values[name], float(pull)))
    odds = model["intercept"] + sum(driver.pull for driver in drivers)
    ordered = tuple(sorted(drivers, key=lambda driver: -abs(driver.pull)))
    return Likeness(float(1 / (1 + np.exp(-odds))), ordered, WORDS, model["fitted"])


@cache
def _model() -> dict[str, Any]:
    text = resources.files("corduroy.lesion").joinpath("likeness.json").read_text(encoding="utf-8")
    model: dict[str, Any] = json.loads(text)
    return model
