"""The growth curve: its published sources, its behaviour, and the robust scale of a patient."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import MeasurementError
from corduroy.morphometry.growth import (
    ANTERIOR_RATIO,
    MIDDLE_TO_RIM,
    POSTERIOR_MM,
    RESIDUAL_CV,
    expected_growth,
    expected_heights,
    expected_ratio,
    fit_patient_scale,
    has_curve,
    reference_from_curve,
)
from corduroy.provenance import Measured

KEYPOINTS = Path(__file__).parents[3] / "shared" / "data" / "vertebra-keypoints"

# Numbers as they stand in the sources named in growth.py.
DRY_BONE = {"T2": (16.93, 17.59), "T9": (18.83, 20.46)}
DRY_BONE_N = 26
CT_GROWTH_PERCENT = (6.63, 6.48)
WEDGING_DEG = {  # women, men; 240 skeletons
    "T9": (2.8, 4.8),
    "T10": (2.6, 3.8),
    "T11": (4.6, 5.4),
    "T12": (3.5, 4.9),
    "L1": (2.6, 4.1),
    "L2": (0.7, 2.6),
    "L3": (-1.1, 1.3),
    "L4": (-3.1, -0.7),
    "L5": (-7.8, -4.6),
}
WEDGING_N = 240
MRI_RATIO = {"T10": 0.92, "T11": 0.92, "T12": 0.90, "L1": 0.89, "L2": 0.90}
MRI_RATIO_SD = (0.08, 0.08, 0.06, 0.06, 0.07)
MRI_N = 115
L3_RATIO, L3_MIDDLE_RATIO, L3_N = 0.995, 0.937, 120
CT_L5 = {"anterior": 30.3, "posterior": 26.3, "upper_depth": 35.7, "lower_depth": 35.3}
DRY_THORACIC_MEAN_RATIO = (
    17.17 / 18.27
)  # 200 dry typical (T2-T8) vertebrae, eternalpublication.com/ijapb, volume 1, issue 1


def _derived_ratio(name: str) -> float:
    depth_over_height = (CT_L5["upper_depth"] + CT_L5["lower_depth"]) / 2 / CT_L5["posterior"]
    wedging = math.radians(sum(WEDGING_DEG[name]) / 2)
    samples = [(1 - depth_over_height * math.tan(wedging), WEDGING_N)]
    if name in MRI_RATIO:
        samples.append((MRI_RATIO[name], MRI_N))
    if name in DRY_BONE:
        samples.append((DRY_BONE[name][0] / DRY_BONE[name][1], DRY_BONE_N))
    if name == "L3":
        samples.append((L3_RATIO, L3_N))
    return sum(ratio * n for ratio, n in samples) / sum(n for _, n in samples)


@pytest.mark.parametrize("name", list(WEDGING_DEG))
def test_anterior_ratios_follow_from_the_sources(name: str) -> None:
    assert ANTERIOR_RATIO[Level(name)] == pytest.approx(_derived_ratio(name), abs=0.001)


def test_upper_thoracic_ratios_change_evenly_and_meet_the_dry_bones() -> None:
    top = DRY_BONE["T2"][0] / DRY_BONE["T2"][1]
    bottom = _derived_ratio("T9")
    for number in range(1, 10):
        expected = top + (bottom - top) * (number - 2) / 7
        assert ANTERIOR_RATIO[Level(f"T{number}")] == pytest.approx(expected, abs=0.001)
    typical = np.mean([ANTERIOR_RATIO[Level(f"T{number}")] for number in range(2, 9)])
    assert typical == pytest.approx(DRY_THORACIC_MEAN_RATIO, abs=0.005)


def test_posterior_heights_follow_from_the_sources() -> None:
    upper = (DRY_BONE["T9"][1] / DRY_BONE["T2"][1]) ** (1 / 7)
    for number in range(2, 10):
        expected = DRY_BONE["T2"][1] * upper ** (number - 2)
        assert POSTERIOR_MM[Level(f"T{number}")] == pytest.approx(expected, abs=0.05)
    lower = 1 + sum(CT_GROWTH_PERCENT) / 200
    for step, name in enumerate(("T10", "T11", "T12", "L1"), start=1):
        assert POSTERIOR_MM[Level(name)] == pytest.approx(DRY_BONE["T9"][1] * lower**step, abs=0.06)


def test_the_fifth_lumbar_body_agrees_with_a_ct_series_that_was_not_used_for_it() -> None:
    heights = expected_heights("L5")
    assert heights["posterior"] == pytest.approx(CT_L5["posterior"], rel=RESIDUAL_CV)
    assert heights["anterior"] == pytest.approx(CT_L5["anterior"], rel=RESIDUAL_CV)


def test_the_spread_is_that_of_the_published_ratios() -> None:
    relative = [sd / ratio for sd, ratio in zip(MRI_RATIO_SD, MRI_RATIO.values(), strict=True)]
    assert pytest.approx(np.mean(relative) / math.sqrt(2), abs=0.001) == RESIDUAL_CV


def test_middle_heights_stay_below_the_projected_ones() -> None:
    assert expected_ratio("L3", "middle") == pytest.approx(MIDDLE_TO_RIM * (1 + 0.997) / 2)
    assert 0.85 < expected_ratio("L3", "middle") < L3_MIDDLE_RATIO


def test_every_thoracic_and_lumbar_level_has_heights() -> None:
    levels = [level for level in Level if level.region in ("thoracic", "lumbar")]
    assert all(has_curve(level) for level in levels)
    for level in levels:
        heights = expected_heights(level)
        assert set(heights) == {"anterior", "middle", "posterior"}
        assert heights["middle"] < max(heights["anterior"], heights["posterior"])
        assert heights["anterior"] == pytest.approx(heights["posterior"] * expected_ratio(level, "anterior"))


def test_the_transitional_ones_are_borrowed_from_their_neighbours() -> None:
    t12, t13, l1 = (expected_heights(name) for name in ("T12", "T13", "L1"))
    assert all(min(t12[p], l1[p]) <= t13[p] <= max(t12[p], l1[p]) for p in t13)
    assert expected_heights("L6") == expected_heights("L5")


def test_growth_from_one_level_to_the_next() -> None:
    assert expected_growth("T12", "L1") == pytest.approx(26.4 / 24.8)
    assert expected_growth("L1", "T12") == pytest.approx(1 / expected_growth("T12", "L1"))
    assert expected_growth("L4", "L5", "anterior") > 1 > expected_growth("L4", "L5", "posterior")


def test_the_page_shows_the_curve_that_is_used() -> None:
    page = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text(encoding="utf-8")
    for level, posterior in POSTERIOR_MM.items():
        shown = re.search(rf"^\| {level} \| (\S+) \| (\S+) \| (\S+) ", page, re.MULTILINE)
        assert shown is not None, level
        expected = (posterior, ANTERIOR_RATIO[level], expected_ratio(level, "middle"))
        assert [float(text) for text in shown.groups()] == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("name", ["C3", "C7", "S1"])
def test_levels_without_a_curve_are_refused_not_guessed(name: str) -> None:
    assert not has_curve(name)
    with pytest.raises(MeasurementError, match="T1 to L6"):
        expected_heights(name)
    with pytest.raises(MeasurementError):
        expected_ratio(name, "anterior")


def _person(scale: float, rng: np.random.Generator, levels: list[str]) -> dict[Level, dict[str, float]]:
    return {
        Level(name): {
            position: height * rng.normal(1.0, 0.03) for position, height in expected_heights(name, scale).items()
        }
        for name in levels
    }


SPINE = ["T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4"]


def test_the_scale_of_a_person_is_found_within_its_interval() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        truth = rng.uniform(0.8, 1.25)
        scale = fit_patient_scale(_person(truth, rng, SPINE))
        assert scale.value == pytest.approx(truth, rel=0.06)
        covered += abs(scale.value - truth) <= scale.uncertainty
    assert covered >= 190


def test_fractures_do_not_pull_the_scale() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        person = _person(1.1, rng, SPINE)
        for name in ("T12", "L1", "L3", "L4"):
            person[Level(name)] = {
                position: height * (0.55 if position != "posterior" else 0.8)
                for position, height in person[Level(name)].items()
            }
        scale = fit_patient_scale(person)
        assert scale.value == pytest.approx(1.1, rel=0.05)
        assert set(scale.left_out) == {Level.T12, Level.L1, Level.L3, Level.L4}
        assert list(scale.used) == sorted(scale.used, key=lambda level: level.position)


def test_the_scale_takes_measured_heights_and_passes_over_missing_ones() -> None:
    heights = {
        Level.C7: {"anterior": 14.0},
        Level.L1: {"anterior": None, "posterior": Measured(29.04, "mm", 0.5, "test")},
    }
    scale = fit_patient_scale(heights)
    assert scale.value == pytest.approx(1.1)
    assert scale.used == (Level.L1,)
    assert scale.uncertainty > 0.1
    with pytest.raises(MeasurementError, match="at least one"):
        fit_patient_scale({Level.C7: {"anterior": 14.0}})


def test_references_are_wider_than_the_scale_alone() -> None:
    rng = np.random.default_rng(3)
    scale = fit_patient_scale(_person(1.0, rng, SPINE))
    reference = reference_from_curve("T12", scale)["posterior"]
    assert reference.value == pytest.approx(expected_heights("T12", scale)["posterior"])
    assert reference.uncertainty > reference.value * scale.uncertainty
    assert reference.unit == "mm"


def _median_posterior_by_place() -> np.ndarray:
    heights: dict[int, list[float]] = {}
    for file in sorted(KEYPOINTS.glob("*.json")):
        for vertebrae in json.loads(file.read_text())["Annotation"].values():
            for place, points in enumerate(np.asarray(vertebrae)[:, :, [0, 2]]):
                heights.setdefault(place, []).append(float(np.linalg.norm(points[5] - points[4])))
    return np.array([np.median(heights[place]) for place in range(13)])


@pytest.mark.skipif(not KEYPOINTS.is_dir(), reason="vertebra-keypoints is not beside the project")
def test_the_curve_follows_fifty_chest_scans_that_it_was_not_made_from() -> None:
    """The annotators start at the top of a chest CT; place 0 is taken as T1, which the fit bears out."""
    seen = _median_posterior_by_place()
    levels = [f"T{number}" for number in range(1, 13)] + ["L1"]
    curve = np.array([POSTERIOR_MM[Level(name)] for name in levels])
    residual = seen / np.median(seen / curve) / curve - 1
    assert np.abs(residual).max() < 0.04
