"""The lesion benchmark: seeds apart, and its figures on made-up outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fit_likeness import FIT_SEEDS
from benchmarks.lesion import BREACH_SEEDS, TEST_SEEDS, auc, figures_of
from benchmarks.lesion_cases import Job, Outcome, PlantedBreach, breached_jobs_of, jobs_of
from corduroy.phantom import Family


def made_up(
    family: Family, dice: float, score: float, *, hit: bool = True, false: int = 0, fractured: bool = False
) -> Outcome:
    numbers = {"stroma_hu": (10.0, 14.0), "epidural_ml": (0.0, 0.0)}
    return Outcome(
        Job("phantom", 1, fractured),
        family,
        50.0,
        dice,
        0.9,
        1.1,
        0.95,
        [(True, True), (False, True)],
        [PlantedBreach(6.0, hit, coarsest_mm=2.0, smallest_mm=4.0)],
        False,
        false,
        score,
        numbers,
    )


def test_no_lesion_of_the_benchmark_was_used_to_fit() -> None:
    for scan, seeds in TEST_SEEDS.items():
        assert not set(seeds) & set(FIT_SEEDS[scan])
        assert not set(seeds) & set(BREACH_SEEDS[scan])
    assert sum(len(seeds) for seeds in TEST_SEEDS.values()) >= 60


def test_a_stated_part_of_the_lesions_in_phantoms_goes_into_fractured_vertebrae() -> None:
    jobs = jobs_of(TEST_SEEDS)
    assert len(jobs) == sum(len(seeds) for seeds in TEST_SEEDS.values())
    assert {job.scan for job in jobs if job.fractured} == {"phantom"}
    broken = [job.fractured for job in jobs if job.scan == "phantom"]
    assert 0.5 <= sum(broken) / len(broken) <= 0.6


def test_osteoporotic_bone_is_fractured_in_phantoms() -> None:
    (job,) = jobs_of({"phantom": range(4, 5)})
    assert job.fractured
    (other,) = jobs_of({"phantom": range(3, 4)})
    assert not other.fractured
    (odd,) = jobs_of({"phantom": range(11, 12)})
    assert odd.fractured  # the family recurs with every seventh seed


def test_further_lesions_have_a_breach_and_count_for_nothing_else() -> None:
    jobs = breached_jobs_of({"phantom": range(7)})
    assert [job.seed for job in jobs] == [0, 1, 2, 5, 6]  # neither blastic nor osteoporotic
    assert all(job.breached for job in jobs)
    first, further = made_up(Family.FATTY_HEMANGIOMA, 0.9, 0.9), made_up(Family.LYTIC_METASTASIS, 0.1, 0.2, hit=False)
    figures = figures_of([first], [further])
    assert (figures["breaches"], figures["breach"], figures["chance_breach"]) == (2, 0.5, 1.0)
    assert figures["dice"] == pytest.approx(0.9)


def test_the_area_counts_ties_half() -> None:
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == pytest.approx(0.875)
    assert auc(np.array([0.9, 0.5]), np.array([True, True])) is None


def test_what_was_not_found_counts_as_nothing_and_is_left_out_of_the_volumes() -> None:
    outcomes = [
        made_up(Family.FATTY_HEMANGIOMA, 0.9, 0.9),
        made_up(Family.LYTIC_METASTASIS, 0.0, 0.2, hit=False, false=1, fractured=True),
        made_up(Family.OSTEOPOROTIC_BONE, 0.0, 0.1),
    ]
    figures = figures_of(outcomes)
    assert figures["focal"] == 2
    assert figures["found"] == 0.5
    assert figures["dice"] == pytest.approx(0.45)
    assert figures["fractured"] == 1
    assert figures["fractured_found"] == figures["fractured_dice"] == 0.0
    assert figures["fractured_seeded"] == pytest.approx(0.9)
    assert figures["volume"] == pytest.approx(10.0)
    assert figures["parts"] == 0.5
    assert figures["breach"] == pytest.approx(2 / 3)
    assert figures["wide_breach"] == figures["coarse_breach"] == figures["seen_breach"] == pytest.approx(2 / 3)
    assert figures["false_breach"] is None
    assert figures["auc"] == 1.0
    assert figures["stroma_hu"] == pytest.approx(4.0)
