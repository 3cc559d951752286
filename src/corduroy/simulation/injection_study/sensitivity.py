"""Which of the unknown inputs an answer hangs on most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from corduroy.simulation.injection_study.ensemble import Ensemble
from corduroy.simulation.injection_study.inputs import INPUTS
from corduroy.simulation.injection_study.vertebra import FloatArray

_LEAST_CHANGE = 0.02  # of the largest value: an answer that varies less hangs on nothing; author's choice
METHOD = "Spearman's rank correlation over the members, 95 % interval by Fisher's z with Bonett and Wright's variance"


@dataclass(frozen=True)
class Influence:
    """How an answer goes along with an input.

    Parameters
    ----------
    name, words : str
        Of the input.
    correlation : float
        -1 to 1.
    low, high : float
    """

    name: str
    words: str
    correlation: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def answers_of(found: Ensemble) -> dict[str, FloatArray]:
    """The answers that are looked at, one number for each member, by what they are called."""
    volume = 1000 * found.dose.volume_ml
    leaked = np.array([member.leaked_by(volume).sum() / 1000 for member in found.members])
    watched = np.array([member.leaked_by(volume)[found.watched].sum() / 1000 for member in found.members])
    pressure = np.array([member.syringe_mpa.max() for member in found.members])
    return {
        "share of the target that is filled": found.shares(found.vertebra.target, volume),
        "cement that leaks": leaked,
        "cement that leaks where the surgeon stops": watched,
        "largest pressure in the syringe": pressure,
    }


def sensitivity(found: Ensemble) -> dict[str, tuple[Influence, ...]]:
    """Influences on every answer that varies, the strongest first.

    Parameters
    ----------
    found : Ensemble

    Notes
    -----
    When this misleads: a rank correlation sees only what rises or falls throughout; inputs that matter together are
    not told apart; what the texture does is in none of them.
    """
    inputs = np.array([member.draw.values for member in found.members])
    ranked = {}
    for answer, values in answers_of(found).items():
        if np.ptp(values) > _LEAST_CHANGE * float(np.abs(values).max()):
            each = [_influence(name, inputs[:, place], values) for place, name in enumerate(INPUTS)]
            ranked[answer] = tuple(sorted((i for i in each if i is not None), key=lambda i: -abs(i.correlation)))
    return ranked


def _influence(name: str, inputs: FloatArray, values: FloatArray) -> Influence | None:
    """None where the input was held or there are too few members."""
    count = len(values)
    if np.ptp(inputs) == 0 or count < 5:
        return None
    rho = float(np.clip(spearmanr(inputs, values).statistic, -0.9999, 0.9999))
    spread = 1.959964 * np.sqrt((1 + rho**2 / 2) / (count - 3))
    low, high = np.tanh(np.arctanh(rho) + np.array([-spread, spread]))
    return Influence(name, INPUTS[name], rho, float(low), float(high))
