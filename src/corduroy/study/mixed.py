"""A mixed model of values at several times, for many patients only."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as formulas
from numpy.typing import ArrayLike

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval
from corduroy.study.p_value import PValue
from corduroy.study.versions import credit

_FEWEST_FOR_MODEL = 20  # author's choice


@dataclass(frozen=True)
class TimeEffect:
    """Change from the first time in a mixed model.

    Parameters
    ----------
    time : str
    change : float
    interval : Interval
    p : PValue
    """

    time: str
    change: float
    interval: Interval
    p: PValue


@dataclass(frozen=True)
class MixedModel:
    """A linear mixed model with a random intercept for each patient.

    Parameters
    ----------
    patients, values : int
    reference : str
        The time that the others are compared with.
    effects : tuple of TimeEffect
    patient_sd, residual_sd : float
    """

    patients: int
    values: int
    reference: str
    effects: tuple[TimeEffect, ...]
    patient_sd: float
    residual_sd: float

    @property
    def words(self) -> str:
        """The model as it was fitted."""
        listed = "; ".join(
            f"{effect.time} {effect.change:.4g}, {effect.interval.text()}, {effect.p}" for effect in self.effects
        )
        return (
            f"Linear mixed model, time as a factor, random intercept per patient, restricted maximum likelihood, Wald "
            f"intervals ({credit('statsmodels')}), {self.patients} patients, {self.values} values, changes from "
            f"{self.reference}: {listed}; SD between patients {self.patient_sd:.3g}, residual {self.residual_sd:.3g}."
        )


def mixed_model(patients: Sequence[str], times: Sequence[str], values: ArrayLike, order: Sequence[str]) -> MixedModel:
    """A linear mixed model of values at several times; refused below twenty patients.

    Parameters
    ----------
    patients, times : sequence of str
        One for each value.
    values : array_like, shape (n,)
        Missing values (NaN) are left out: the model needs no complete patients.
    order : sequence of str
        The times; the first is the reference.

    Raises
    ------
    StatisticsError
        If there are fewer than twenty patients, a time is unknown or has no value, or the fit does not converge.

    Notes
    -----
    Laird & Ware 1982 (10.2307/2529876), fitted by statsmodels. When this number misleads: values missing because
    patients did badly bias it; Wald intervals are for many patients.
    """
    frame = pd.DataFrame(
        {"patient": list(patients), "time": list(times), "value": np.asarray(values, dtype=np.float64)}
    ).dropna()
    found = frame["patient"].nunique()
    if found < _FEWEST_FOR_MODEL:
        raise StatisticsError(
            f"a mixed model of {found} patients",
            f"at least {_FEWEST_FOR_MODEL}",
            "use the primary contrast and Friedman's exact test",
        )
    if set(frame["time"]) != set(order):
        raise StatisticsError(f"values at {', '.join(sorted(set(frame['time'])))}", f"values at {', '.join(order)}")
    frame["time"] = pd.Categorical(frame["time"], categories=list(order))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = formulas.mixedlm("value ~ C(time)", frame, groups=frame["patient"]).fit(reml=True)
    if not fit.converged:
        reasons = "; ".join(str(warning.message) for warning in caught)
        raise StatisticsError(f"a mixed model that does not converge ({reasons})", do="use the primary contrast")
    return MixedModel(
        patients=int(found),
        values=len(frame),
        reference=order[0],
        effects=tuple(_effect(fit, time) for time in order[1:]),
        patient_sd=float(np.sqrt(fit.cov_re.iloc[0, 0])),
        residual_sd=float(np.sqrt(fit.scale)),
    )


def _effect(fit: Any, time: str) -> TimeEffect:
    name = f"C(time)[T.{time}]"
    low, high = fit.conf_int(0.05).loc[name]
    return TimeEffect(
        time,
        float(fit.params[name]),
        Interval(float(low), float(high), 0.95, None, "model", "Wald"),
        PValue(float(fit.pvalues[name]), "model"),
    )
