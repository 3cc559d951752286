"""The fitted model behind the hemangioma-likeness: a logistic regression, and how far its coefficients are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from corduroy.lesion.bench import FloatArray


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """A logistic regression on k standardised features.

    Parameters
    ----------
    coefficients : ndarray, shape (k + 1,)
        Log odds: the intercept, then each feature's per standard deviation.
    mean, sd : ndarray, shape (k,)
        Of the fitted lesions.
    """

    coefficients: FloatArray
    mean: FloatArray
    sd: FloatArray

    def standardised(self, values: FloatArray) -> FloatArray:
        """Features in standard deviations from the mean of the fitted lesions, shape (..., k)."""
        return np.asarray((values - self.mean) / self.sd)

    def log_odds(self, values: FloatArray) -> FloatArray:
        """Of being one of the hemangiomas, from features as measured, shape (..., k)."""
        return np.asarray(self.coefficients[0] + self.standardised(values) @ self.coefficients[1:])


@dataclass(frozen=True, eq=False)
class LikenessModel(LogisticFit):
    """The fit that the package brings, with how far it is known.

    Parameters
    ----------
    covariance : ndarray, shape (k + 1, k + 1)
        Of the coefficients.
    names : tuple of str
        The features.
    fitted : str
        On what, and with which seeds.
    """

    covariance: FloatArray
    names: tuple[str, ...]
    fitted: str

    def log_odds_sd(self, values: FloatArray, value_sd: FloatArray) -> FloatArray:
        """Standard deviation of the log odds, from the coefficients' covariance and the features' own.

        Parameters
        ----------
        values, value_sd : ndarray, shape (..., k)
            Features and the standard deviations of their errors, taken for independent of each other.

        Notes
        -----
        Variance of a sum of products of independent factors; exact, no linearisation.
        """
        z, z_sd = self.standardised(values), value_sd / self.sd
        design = np.concatenate([np.ones((*z.shape[:-1], 1)), z], axis=-1)
        from_fit = np.einsum("...i,ij,...j->...", design, self.covariance, design)
        slope, doubt = self.coefficients[1:], np.diag(self.covariance)[1:]
        return np.asarray(np.sqrt(from_fit + (z_sd**2 * (slope**2 + doubt)).sum(axis=-1)))

    def pulls(self, values: FloatArray, value_sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What each feature adds to the log odds, and the standard deviation of that, each of shape (k,)."""
        z, z_sd = self.standardised(values), value_sd / self.sd
        slope, doubt = self.coefficients[1:], np.diag(self.covariance)[1:]
        return np.asarray(slope * z), np.asarray(np.sqrt(doubt * z**2 + z_sd**2 * (slope**2 + doubt)))


@cache
def fitted_model() -> LikenessModel:
    """The model in ``likeness.json``, which ``benchmarks/fit_likeness.py`` writes."""
    model = json.loads(resources.files("corduroy.lesion").joinpath("likeness.json").read_text(encoding="utf-8"))
    features = model["features"]
    column = {key: np.array([entry[key] for entry in features.values()]) for key in ("coefficient", "mean", "sd")}
    return LikenessModel(
        np.array([model["intercept"], *column["coefficient"]]),
        column["mean"],
        column["sd"],
        np.array(model["covariance"]),
        tuple(features),
        model["fitted"],
    )
