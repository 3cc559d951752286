"""The score's interval: what the coefficients and the measured features leave open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from corduroy.lesion import hemangioma_likeness
from corduroy.lesion.likeness import FEATURES, likeness_features
from corduroy.lesion.likeness_model import LikenessModel, fitted_model
from corduroy.lesion.texture import Texture
from corduroy.provenance import Measured


def texture(doubt: float = 1.0, stroma_hu: float = 40.0) -> Texture:
    """Of a lesion between the families, its uncertainties scaled."""

    def index(value: float) -> Measured:
        return Measured(value, "", 0.16 * doubt, "made up")

    return Texture(
        stroma_hu=Measured(stroma_hu, "HU", 30.0 * doubt, "made up"),
        column_hu=Measured(300.0, "HU", 120.0, "made up"),
        mean_hu=Measured(120.0, "HU", 10.0, "made up"),
        column_strength_hu=Measured(45.0, "HU", 12.0 * doubt, "made up"),
        spacing_mm=None,
        thickness_mm=None,
        anisotropy=index(0.5),
        polka_dot=index(0.3),
        corduroy=index(0.5),
    )


def test_the_spread_is_that_of_drawn_coefficients_and_features() -> None:
    model, rng = fitted_model(), np.random.default_rng(11)
    values, sd = model.mean + np.array([0.5, -1.0, 1.5, 0.2, -0.8]) * model.sd, 0.4 * model.sd
    coefficients = rng.multivariate_normal(model.coefficients, model.covariance, size=200_000)
    seen = (values + sd * rng.standard_normal((200_000, 5)) - model.mean) / model.sd
    odds = coefficients[:, 0] + (seen * coefficients[:, 1:]).sum(axis=1)
    assert float(model.log_odds(values)) == pytest.approx(odds.mean(), abs=0.02)
    assert float(model.log_odds_sd(values, sd)) == pytest.approx(odds.std(), rel=0.02)
    pulls, pull_sd = model.pulls(values, sd)
    np.testing.assert_allclose(pulls, (seen * coefficients[:, 1:]).mean(axis=0), atol=0.02)
    np.testing.assert_allclose(pull_sd, (seen * coefficients[:, 1:]).std(axis=0), rtol=0.02)


def test_several_lesions_at_once_are_each_as_alone() -> None:
    model = fitted_model()
    values = model.mean + np.arange(10.0).reshape(2, 5) / 5.0 * model.sd
    sd = np.full((2, 5), 0.1) * model.sd
    alone = [float(model.log_odds_sd(v, s)) for v, s in zip(values, sd, strict=True)]
    np.testing.assert_allclose(model.log_odds_sd(values, sd), alone)


def test_the_interval_is_about_the_score_in_log_odds() -> None:
    likeness = hemangioma_likeness(texture())
    low, high = likeness.interval
    assert 0.0 < low < likeness.score < high < 1.0
    assert likeness.score == pytest.approx(expit(likeness.log_odds.value))
    assert logit(high) - logit(low) == pytest.approx(2 * likeness.log_odds.uncertainty)
    assert sum(driver.pull for driver in likeness.drivers) + float(fitted_model().coefficients[0]) == pytest.approx(
        likeness.log_odds.value
    )


def test_features_known_less_well_widen_the_interval_and_leave_the_score() -> None:
    sure, usual, unsure = (hemangioma_likeness(texture(doubt)) for doubt in (0.0, 1.0, 2.0))
    assert sure.score == usual.score == unsure.score
    assert 0.0 < sure.log_odds.uncertainty < usual.log_odds.uncertainty < unsure.log_odds.uncertainty
    assert all(driver.pull_uncertainty > 0 for driver in sure.drivers)


def test_beyond_the_range_of_the_stroma_its_error_counts_as_far_as_it_reaches_back() -> None:
    within, at, beyond = (likeness_features(texture(1.0, hu))["stroma"] for hu in (0.0, -100.0, -200.0))
    assert within.uncertainty == pytest.approx(0.3)
    assert at.uncertainty == pytest.approx(0.15)
    assert beyond.value == -1.0
    assert beyond.uncertainty == 0.0


def test_the_shipped_model_is_whole() -> None:
    model = fitted_model()
    assert model.names == tuple(FEATURES)
    assert model.covariance.shape == (6, 6)
    np.testing.assert_allclose(model.covariance, model.covariance.T)
    assert np.linalg.eigvalsh(model.covariance).min() > 0
    same = replace(model, covariance=4 * model.covariance)
    assert isinstance(same, LikenessModel)
    still = np.zeros(5)
    assert float(same.log_odds_sd(model.mean, still)) == pytest.approx(2 * float(model.log_odds_sd(model.mean, still)))
