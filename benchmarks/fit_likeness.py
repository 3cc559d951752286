"""Fit the coefficients of the hemangioma-likeness on planted lesions: ``python -m benchmarks.fit_likeness``.

Writes ``src/corduroy/lesion/likeness.json`` and prints how well calibrated the score is on scans that were left out.
The seeds are never those of the benchmark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy.special import expit

from benchmarks.lesion import auc
from benchmarks.lesion_cases import Job, Scan, patient_of, texture_of
from benchmarks.pool import map_in_pool
from corduroy.lesion.likeness import FEATURES
from corduroy.lesion.likeness_model import LogisticFit

FIT_SEEDS: dict[Scan, range] = {
    "phantom": range(1000, 1028),
    "verse014": range(1100, 1112),
    "lidc0001": range(1200, 1218),
}
_PENALTY = 0.02  # on the squared coefficients of the standardised features; author's choice
_DRAWS, _DRAW_SEED = 1000, 2000
_BINS = 5
_PLACE = Path(__file__).resolve().parents[1] / "src" / "corduroy" / "lesion" / "likeness.json"


@dataclass(frozen=True, eq=False)
class Planted:
    """Features of n planted lesions as measured, shape (n, k), whether each is a hemangioma, and in whom it is."""

    values: np.ndarray
    is_hemangioma: np.ndarray
    patient: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Planted:
        return Planted(self.values[chosen], self.is_hemangioma[chosen], self.patient[chosen])


class Fit(LogisticFit):
    """A fit that can be told in the measure of another."""

    def as_standardised_by(self, other: Fit) -> np.ndarray:
        """This fit's coefficients for features that are standardised as another's."""
        slopes = self.coefficients[1:] / self.sd
        return np.array([self.coefficients[0] + slopes @ (other.mean - self.mean), *(slopes * other.sd)])


def main() -> None:
    """Plant, measure, fit, check, write."""
    jobs = [Job(scan, seed) for scan, seeds in FIT_SEEDS.items() for seed in seeds]
    textures = map_in_pool(texture_of, jobs, lambda done, total: print(f"{done} of {total}", flush=True))
    values = np.array([[features[name].value for name in FEATURES] for _, features in textures])
    is_hemangioma = np.array([float(hemangioma) for hemangioma, _ in textures])
    planted = Planted(values, is_hemangioma, np.array([patient_of(job) for job in jobs]))
    _PLACE.write_text(json.dumps(model_of(planted), indent=2) + "\n", encoding="utf-8")
    print(reliability_words(left_out_log_odds(planted), is_hemangioma))


def model_of(planted: Planted) -> dict[str, object]:
    """The fit as the JSON that the package reads."""
    fit = fitted(planted)
    seeds = ", ".join(f"{scan} {seeds.start}-{seeds.stop - 1}" for scan, seeds in FIT_SEEDS.items())
    return {
        "fitted": (
            f"Ridge logistic regression (penalty {_PENALTY:g}) on {len(planted.values)} planted lesions, "
            f"{int(planted.is_hemangioma.sum())} of them hemangiomas; benchmarks/fit_likeness.py, seeds {seeds}"
        ),
        "intercept": round(float(fit.coefficients[0]), 4),
        "features": {
            name: {"coefficient": round(float(c), 4), "mean": round(float(m), 4), "sd": round(float(s), 4)}
            for name, c, m, s in zip(FEATURES, fit.coefficients[1:], fit.mean, fit.sd, strict=True)
        },
        "covariance": np.cov(bootstrapped(planted, fit).T).round(5).tolist(),
    }


def fitted(planted: Planted) -> Fit:
    """A ridge logistic regression on standardised features."""
    mean, sd = planted.values.mean(axis=0), np.maximum(planted.values.std(axis=0), 1e-3)
    design = np.column_stack([np.ones(len(planted.values)), (planted.values - mean) / sd])
    penalty = np.array([0.0, *[_PENALTY] * len(mean)])
    model = sm.GLM(planted.is_hemangioma, design, family=sm.families.Binomial())
    return Fit(model.fit_regularized(alpha=penalty, L1_wt=0.0).params, mean, sd)


def bootstrapped(planted: Planted, fit: Fit) -> np.ndarray:
    """Coefficients of fits to patients drawn with replacement, and to lesions drawn in each; shape (draws, k + 1).

    Drawing patients alone spreads too little where they are as few as here (of made-up lesions in as many patients its
    intervals held 92 % of what they should), drawing lesions too spreads more than it must (99 %).
    """
    rng = np.random.default_rng(_DRAW_SEED)
    of_patient = [np.flatnonzero(planted.patient == patient) for patient in np.unique(planted.patient)]
    found = []
    for _ in range(_DRAWS):
        drawn = rng.integers(len(of_patient), size=len(of_patient))
        chosen = np.concatenate([rng.choice(of_patient[k], len(of_patient[k])) for k in drawn])
        found.append(fitted(planted[chosen]).as_standardised_by(fit))
    return np.array(found)


def left_out_log_odds(planted: Planted) -> np.ndarray:
    """Of each lesion, by a fit to the lesions of all other patients."""
    odds = np.zeros(len(planted.values))
    for patient in np.unique(planted.patient):
        out = planted.patient == patient
        odds[out] = fitted(planted[~out]).log_odds(planted.values[out])
    return odds


def reliability_words(odds: np.ndarray, is_hemangioma: np.ndarray) -> str:
    """How well scores and what was planted agree."""
    score = expit(odds)
    slope = sm.GLM(is_hemangioma, sm.add_constant(odds), family=sm.families.Binomial()).fit()
    offset = sm.GLM(is_hemangioma, np.ones(len(odds)), offset=odds, family=sm.families.Binomial()).fit()
    low, high = slope.conf_int()[1]
    brier = np.mean((score - is_hemangioma) ** 2)
    lines = [
        "On patients left out of the fit:",
        f"area under the ROC curve {auc(odds, is_hemangioma > 0):.3f}, Brier score {brier:.3f}",
        f"calibration slope {slope.params[1]:.2f} ({low:.2f} to {high:.2f}), offset {offset.params[0]:+.2f}",
    ]
    for some in np.array_split(np.argsort(score), _BINS):
        lines.append(f"{score[some].mean():.2f} said, {is_hemangioma[some].mean():.2f} planted ({len(some)} lesions)")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
