"""The fit of the likeness, on made-up lesions whose law is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from benchmarks.fit_likeness import Planted, bootstrapped, fitted, left_out_log_odds, reliability_words

SLOPES = np.array([1.0, -0.8, 0.0])


def made_up(count: int, seed: int, patients: int = 8) -> tuple[Planted, np.ndarray]:
    """Lesions whose log odds are linear in three features, and these log odds."""
    rng = np.random.default_rng(seed)
    values = rng.normal([2.0, -1.0, 0.0], [0.5, 2.0, 1.0], size=(count, 3))
    odds = (values - [2.0, -1.0, 0.0]) / [0.5, 2.0, 1.0] @ SLOPES
    return Planted(values, (rng.random(count) < expit(odds)).astype(float), rng.integers(patients, size=count)), odds


def test_the_law_is_found() -> None:
    planted, odds = made_up(4000, 3)
    np.testing.assert_allclose(fitted(planted).coefficients[1:], SLOPES, atol=0.2)
    assert np.corrcoef(fitted(planted).log_odds(planted.values), odds)[0, 1] > 0.99


def test_coefficients_for_another_standardisation_give_the_same_log_odds() -> None:
    (some, _), (others, _) = made_up(60, 4), made_up(60, 5)
    fit, other = fitted(some), fitted(others)
    as_other = fit.as_standardised_by(other)
    odds = as_other[0] + (some.values - other.mean) / other.sd @ as_other[1:]
    np.testing.assert_allclose(odds, fit.log_odds(some.values))


def test_the_bootstrap_spreads_as_fits_to_new_lesions_do_or_somewhat_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.fit_likeness._DRAWS", 60)
    planted, _ = made_up(120, 6)
    fit = fitted(planted)
    drawn = bootstrapped(planted, fit).std(axis=0)
    anew = np.array([fitted(made_up(120, seed)[0]).as_standardised_by(fit) for seed in range(100, 160)]).std(axis=0)
    assert np.all((drawn > 0.7 * anew) & (drawn < 2.2 * anew))
    assert 0.9 < np.median(drawn / anew) < 1.7


def test_a_lesion_is_scored_without_its_own_patient() -> None:
    planted, _ = made_up(80, 7, patients=4)
    odds = left_out_log_odds(planted)
    turned = Planted(planted.values, np.where(planted.patient == 2, 1.0, planted.is_hemangioma), planted.patient)
    changed = left_out_log_odds(turned) != odds
    np.testing.assert_array_equal(changed, planted.patient != 2)


def test_scores_that_are_too_sure_show_in_the_slope() -> None:
    planted, odds = made_up(4000, 8)
    assert "calibration slope 0.5" in reliability_words(2 * odds, planted.is_hemangioma)
    assert "calibration slope 1.0" in reliability_words(odds, planted.is_hemangioma)
