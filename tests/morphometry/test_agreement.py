"""Reader agreement on published worked examples, by simulation, and on fifty chest scans read by experts."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import MeasurementError
from corduroy.morphometry.agreement import bland_altman, ratings_of, reader_agreement
from corduroy.morphometry.readings import PointReading
from corduroy.morphometry.six_point import measure_six_points

KEYPOINTS = Path(__file__).parents[3] / "shared" / "data" / "vertebra-keypoints"

# Shrout & Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

# Bland & Altman 1986: peak flow in 17 people, large and mini Wright meter, first readings.
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_the_example_of_shrout_and_fleiss() -> None:
    result = reader_agreement(SHROUT_FLEISS)
    assert (result.subjects, result.readers) == (6, 4)
    assert result.icc_agreement == pytest.approx(0.29, abs=0.005)
    assert result.icc_consistency == pytest.approx(0.71, abs=0.005)
    # Intervals as R's psych and irr packages print them for this table.
    assert result.icc_agreement_interval == pytest.approx((0.019, 0.761), abs=0.001)
    assert result.icc_consistency_interval == pytest.approx((0.342, 0.946), abs=0.001)
    # The paper's mean squares: residual 1.02, judges 32.49.
    assert result.sem_consistency == pytest.approx(np.sqrt(1.02), abs=0.005)
    assert result.sem_agreement == pytest.approx(np.sqrt(1.02 + (32.49 - 1.02) / 6), abs=0.01)
    assert result.detectable_difference == pytest.approx(1.96 * np.sqrt(2) * result.sem_agreement)


def test_the_example_of_bland_and_altman() -> None:
    result = bland_altman(MINI, LARGE)
    assert result.pairs == 17
    assert result.bias == pytest.approx(-2.1, abs=0.05)
    assert result.difference_sd == pytest.approx(38.8, abs=0.05)
    # The paper rounds to twice the SD: -79.7 and 75.5.
    assert result.lower_limit == pytest.approx(-2.12 - 1.96 * 38.77, abs=0.05)
    assert result.upper_limit == pytest.approx(-2.12 + 1.96 * 38.77, abs=0.05)
    assert result.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)
    # Printed with sqrt(3 SD^2 / n), which the later paper refines: -114.3 to -45.1.
    assert result.lower_limit_interval == pytest.approx((-114.3, -45.1), abs=3.0)


def _ratings(rng: np.random.Generator, n: int, k: int, shift: float = 0.0) -> np.ndarray:
    return rng.normal(25, 3, (n, 1)) + rng.normal(0, shift, (1, k)) + rng.normal(0, 1, (n, k))


def test_intervals_of_the_coefficients_cover_the_truth() -> None:
    rng = np.random.default_rng(11)
    agreement = consistency = 0
    for _ in range(400):
        result = reader_agreement(_ratings(rng, 30, 3, shift=0.5))
        low, high = result.icc_agreement_interval
        agreement += low <= 9 / 10.25 <= high
        low, high = reader_agreement(_ratings(rng, 30, 3)).icc_consistency_interval
        consistency += low <= 9 / 10 <= high
    assert 0.92 <= agreement / 400 <= 0.98
    assert 0.92 <= consistency / 400 <= 0.98


def test_limits_of_agreement_hold_95_percent_of_new_differences() -> None:
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(300):
        a = rng.normal(25, 3, 25)
        result = bland_altman(a, a + rng.normal(0.5, 1.0, 25))
        covered += result.upper_limit_interval[0] <= 0.5 + 1.96 <= result.upper_limit_interval[1]
    assert 0.91 <= covered / 300 <= 0.99


def test_a_constant_shift_costs_agreement_but_not_consistency() -> None:
    rng = np.random.default_rng(13)
    table = _ratings(rng, 20, 2)
    shifted = table + np.array([0.0, 3.0])
    plain, moved = reader_agreement(table), reader_agreement(shifted)
    assert moved.icc_consistency == pytest.approx(plain.icc_consistency)
    assert moved.icc_agreement < plain.icc_agreement - 0.1
    assert bland_altman(shifted[:, 0], shifted[:, 1]).bias > 2.0


def test_perfect_readers() -> None:
    result = reader_agreement([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])
    assert result.icc_agreement == pytest.approx(1.0)
    assert result.icc_agreement_interval == pytest.approx((1.0, 1.0))
    assert result.detectable_difference == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ([[1.0, 2.0]], "at least two subjects"),
        ([[1.0], [2.0]], "at least two subjects"),
        ([[1.0, np.nan], [2.0, 3.0]], "missing"),
        ([[1.0, 1.0], [1.0, 1.0]], "all equal"),
    ],
)
def test_ratings_that_say_nothing_are_refused(ratings: list[list[float]], message: str) -> None:
    with pytest.raises(MeasurementError, match=message):
        reader_agreement(ratings)


def test_pairs_that_say_nothing_are_refused() -> None:
    with pytest.raises(MeasurementError, match="same length"):
        bland_altman([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(MeasurementError, match="at least three"):
        bland_altman([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(MeasurementError, match="missing"):
        bland_altman([1.0, 2.0, np.nan], [1.0, 2.0, 3.0])


def _body(floor: float, anterior: float, posterior: float) -> dict[str, np.ndarray]:
    middle = (anterior + posterior) / 2 - 1
    tops = {"ant": (0.0, anterior), "mid": (15.0, middle), "post": (30.0, posterior)}
    return {
        **{f"sup_{place}": np.array([x, floor + height]) for place, (x, height) in tops.items()},
        **{f"inf_{place}": np.array([x, floor]) for place, (x, _) in tops.items()},
    }


def test_ratings_come_from_the_vertebrae_that_all_readers_measured() -> None:
    ana = {Level.T12: _body(70, 24, 26), Level.L1: _body(35, 20, 26), Level.L2: _body(0, 25, 26)}
    ben = {Level.T12: _body(70, 23, 26), Level.L1: _body(35, 21, 27)}
    both = [measure_six_points(PointReading(points, reader=r), modality="CT") for points, r in ((ana, "a"), (ben, "b"))]
    np.testing.assert_allclose(ratings_of(both, "anterior"), [[24, 23], [20, 21]])
    np.testing.assert_allclose(ratings_of(both, "wedge_angle")[0, 0], np.degrees(np.arctan2(2, 30)))
    assert ratings_of(both, "regional_cobb").shape == (0, 2)
    with pytest.raises(MeasurementError, match="no quantity 'volume'"):
        ratings_of(both, "volume")


def _expert_heights(vertebrae: list) -> tuple[np.ndarray, np.ndarray]:
    """Centres, shape (n, 2), and the three heights, shape (n, 3), of one expert's vertebrae, in voxels in plane."""
    points = np.asarray(vertebrae)[:, :, [0, 2]]
    heights = np.linalg.norm(points[:, 1::2] - points[:, 0::2], axis=2)
    return points.mean(axis=1), heights


def _matched_pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    """Heights of the same vertebra by two experts.

    Levels are not named and experts begin at different ones, so vertebrae correspond if each is the other's nearest
    and their centres are closer than half a vertebra's height.
    """
    pairs = []
    for file in sorted(KEYPOINTS.glob("*.json")):
        experts = [_expert_heights(v) for v in json.loads(file.read_text())["Annotation"].values()]
        for (centre_a, height_a), (centre_b, height_b) in combinations(experts, 2):
            distance = np.linalg.norm(centre_a[:, None] - centre_b[None], axis=2)
            for i, j in enumerate(distance.argmin(axis=1)):
                if distance[:, j].argmin() == i and distance[i, j] < height_a[i].mean() / 2:
                    pairs.append((height_a[i], height_b[j]))
    return pairs


@pytest.mark.skipif(not KEYPOINTS.is_dir(), reason="vertebra-keypoints is not beside the project")
def test_experts_on_fifty_chest_scans() -> None:
    pairs = np.array(_matched_pairs())
    assert len(pairs) > 1300
    heights = {name: pairs[:, :, place] for place, name in enumerate(("anterior", "middle", "posterior"))}
    heights["ratio"] = 100 * pairs[:, :, 0] / pairs[:, :, 2]
    for name, table in heights.items():
        icc, limits = reader_agreement(table), bland_altman(table[:, 0], table[:, 1])
        # Bland-Altman and the analysis of variance must tell of the same error.
        assert icc.sem_consistency == pytest.approx(limits.difference_sd / np.sqrt(2), rel=1e-6), name
        assert abs(limits.bias) < 0.35 * limits.difference_sd, name
    assert reader_agreement(heights["posterior"]).icc_agreement > 0.9
    assert reader_agreement(heights["anterior"]).icc_agreement > 0.85
    assert reader_agreement(heights["ratio"]).icc_agreement < reader_agreement(heights["posterior"]).icc_agreement
