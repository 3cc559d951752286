"""Fit the coefficients of the hemangioma-likeness on planted lesions: ``python -m benchmarks.fit_likeness``.

Writes ``src/corduroy/lesion/likeness.json``. The seeds are never those of the benchmark.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from benchmarks.lesion_cases import Job, Scan, texture_of
from benchmarks.pool import map_in_pool
from corduroy.lesion.likeness import FEATURES

FIT_SEEDS: dict[Scan, range] = {
    "phantom": range(1000, 1028),
    "verse014": range(1100, 1112),
    "lidc0001": range(1200, 1218),
}
_PENALTY = 0.02  # on the squared coefficients of the standardised features; author's choice
_PLACE = Path(__file__).resolve().parents[1] / "src" / "corduroy" / "lesion" / "likeness.json"


def main() -> None:
    """Plant, measure, fit, write."""
    jobs = [Job(scan, seed) for scan, seeds in FIT_SEEDS.items() for seed in seeds]
    textures = map_in_pool(texture_of, jobs, lambda done, total: print(f"{done} of {total}", flush=True))
    _PLACE.write_text(json.dumps(fitted(textures), indent=2) + "\n", encoding="utf-8")


def fitted(textures: list[tuple[bool, dict[str, float]]]) -> dict[str, object]:
    """The model: a ridge logistic regression, as the JSON that the package reads."""
    values = np.array([[features[name] for name in FEATURES] for _, features in textures])
    is_hemangioma = np.array([float(hemangioma) for hemangioma, _ in textures])
    mean, sd = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-3)
    design = sm.add_constant((values - mean) / sd)
    penalty = np.array([0.0, *[_PENALTY] * len(FEATURES)])
    fit = sm.GLM(is_hemangioma, design, family=sm.families.Binomial()).fit_regularized(alpha=penalty, L1_wt=0.0)
    seeds = ", ".join(f"{scan} {seeds.start}-{seeds.stop - 1}" for scan, seeds in FIT_SEEDS.items())
    return {
        "fitted": (
            f"Ridge logistic regression (penalty {_PENALTY:g}) on {len(textures)} planted lesions, "
            f"{int(is_hemangioma.sum())} of them hemangiomas; benchmarks/fit_likeness.py, seeds {seeds}"
        ),
        "intercept": round(float(fit.params[0]), 4),
        "features": {
            name: {"coefficient": round(float(c), 4), "mean": round(float(m), 4), "sd": round(float(s), 4)}
            for name, c, m, s in zip(FEATURES, fit.params[1:], mean, sd, strict=True)
        },
    }


if __name__ == "__main__":
    main()
