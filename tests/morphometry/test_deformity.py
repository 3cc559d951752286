"""The score that the grade is read from, and the kind of deformity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from corduroy.anatomy.vertebra import Vertebra
from corduroy.morphometry.deformity import deformity_score_percent, height_difference_percent, kind_of_deformity
from corduroy.morphometry.growth import ANTERIOR_RATIO
from corduroy.morphometry.sagittal import SagittalProfile, sagittal_profile
from corduroy.scales.genant import GenantGrade

BACK, DEPTH = -15.0, 32.0


def ramp(make: Callable[..., Vertebra], level: str, anterior_to_posterior: float) -> SagittalProfile:
    """Heights that go evenly from the posterior to the anterior one, between 10 and 90 % of the depth."""

    def top(y: np.ndarray) -> np.ndarray:
        share = ((y - BACK) / DEPTH - 0.1) / 0.8
        return 13.0 + 26.0 * (anterior_to_posterior - 1.0) * share

    profile = sagittal_profile(make(top, lambda y: np.full_like(y, -13.0), level=level))
    assert profile is not None
    return profile


def test_even_heights_differ_by_nothing(make_wedge: Callable[..., SagittalProfile]) -> None:
    assert height_difference_percent(make_wedge(0.0)) == pytest.approx(0.0, abs=1e-3)


def test_lowest_against_highest(make_wedge: Callable[..., SagittalProfile]) -> None:
    profile = make_wedge(10.0, level="T12")
    highest, lowest = profile.height_mm(0.075), profile.height_mm(0.925)
    assert height_difference_percent(profile) == pytest.approx(100 * (1 - lowest / highest), abs=1e-6)
    reversed_wedge = make_wedge(-10.0, level="T12")
    assert height_difference_percent(reversed_wedge) > 10.0


def test_a_dent_between_the_named_heights_counts(make_vertebra: Callable[..., Vertebra]) -> None:
    def dented(y: np.ndarray) -> np.ndarray:
        return 13.0 - 8.0 * np.exp(-(((y - (BACK + 0.3 * DEPTH)) / 5.0) ** 2))

    profile = sagittal_profile(make_vertebra(dented, lambda y: np.full_like(y, -13.0), level="T12"))
    assert profile is not None
    named = [profile.height_mm(f) for f in (0.1, 0.5, 0.9)]
    assert height_difference_percent(profile) > 100 * (1 - min(named) / max(named)) + 4.0


def test_the_natural_wedge_of_the_lowest_lumbar_vertebra_is_no_deformity(
    make_vertebra: Callable[..., Vertebra],
) -> None:
    natural = ANTERIOR_RATIO["L5"]  # type: ignore[index]
    assert height_difference_percent(ramp(make_vertebra, "L5", natural)) == pytest.approx(0.0, abs=0.3)
    assert height_difference_percent(ramp(make_vertebra, "L6", natural)) == pytest.approx(0.0, abs=0.3)
    elsewhere = height_difference_percent(ramp(make_vertebra, "L3", natural))
    assert elsewhere == pytest.approx(100 * (1 - 1 / natural), abs=2.0)
    # An L5 that has lost its natural wedge has lost height in front.
    assert height_difference_percent(ramp(make_vertebra, "L5", 1.0)) == pytest.approx(elsewhere, abs=2.0)


def test_the_score_weighs_neighbours_and_own_shape() -> None:
    losses = {"anterior": 31.0, "middle": 33.0, "posterior": 32.0}
    assert deformity_score_percent(6.0, losses) == 33.0  # a crush: seen only against the neighbours
    assert deformity_score_percent(58.0, losses) == 40.0  # the own shape alone makes nothing severe
    assert deformity_score_percent(58.0, {**losses, "middle": 47.0}) == 47.0
    slight = dict.fromkeys(losses, 18.0)
    assert deformity_score_percent(27.0, slight) == 27.0  # neighbours fractured alike: seen only in the own shape
    assert deformity_score_percent(9.0, slight) == 18.0
    assert deformity_score_percent(-1.0, dict.fromkeys(losses, -4.0)) == -1.0


@pytest.mark.parametrize(
    ("grade", "losses", "kind"),
    [
        (0, (19.0, 10.0, 5.0), "none"),
        (2, (30.0, 20.0, 4.0), "wedge"),
        (2, (21.0, 33.0, 4.0), "biconcave"),
        (3, (44.0, 42.0, 41.0), "crush"),
        (2, (12.0, 8.0, 3.0), "wedge"),
        (2, (8.0, 12.0, 3.0), "biconcave"),
        (1, (-3.0, -3.0, -9.0), "wedge"),
    ],
)
def test_kind_of_deformity(grade: int, losses: tuple[float, float, float], kind: str) -> None:
    named = dict(zip(("anterior", "middle", "posterior"), losses, strict=True))
    assert kind_of_deformity(GenantGrade(grade), named) == kind
