"""Six-point morphometry on drawn spines of known shape, however the film lies."""

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, PointsError, SettingsError
from corduroy.morphometry.height_loss import doubt_of_grade, height_losses
from corduroy.morphometry.readings import POINT_NAMES, PointReading
from corduroy.morphometry.results import GRADE_MAY_BE_NONE, GRADE_UNCERTAIN
from corduroy.morphometry.six_point import PLACEMENT_SD_MM, measure_six_points, wedge_ratio
from corduroy.provenance import Measured

DEPTH = 30.0
DISC = 8.0
INTACT = (24.0, 22.0, 26.0)
Points = dict[Level, dict[str, np.ndarray]]


def draw_spine(heights: dict[str, tuple[float, float, float]], tilt_deg: float = 0.0) -> Points:
    """A straight spine: x posterior, y superior; each body's inferior endplate level, all wedging in the superior."""
    points: Points = {}
    floor = 0.0
    for name in reversed(list(heights)):
        anterior, middle, posterior = heights[name]
        points[Level(name)] = {
            "sup_ant": np.array([0.0, floor + anterior]),
            "sup_mid": np.array([DEPTH / 2, floor + middle]),
            "sup_post": np.array([DEPTH, floor + posterior]),
            "inf_ant": np.array([0.0, floor]),
            "inf_mid": np.array([DEPTH / 2, floor]),
            "inf_post": np.array([DEPTH, floor]),
        }
        floor += max(heights[name]) + DISC
    angle = np.radians(tilt_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return {level: {n: turn @ p for n, p in group.items()} for level, group in points.items()}


def mapped(points: Points, matrix: np.ndarray, shift: np.ndarray | float = 0.0) -> Points:
    return {level: {n: matrix @ p + shift for n, p in group.items()} for level, group in points.items()}


def measure(points: Points, **options):
    return measure_six_points(PointReading(points, reader="ana"), modality="CT", posture="supine", **options)


FRACTURED = {"T11": INTACT, "T12": INTACT, "L1": (15.6, 17.6, 25.0), "L2": INTACT, "L3": INTACT}


def test_heights_losses_grade_and_angles_of_a_drawn_fracture() -> None:
    l1 = measure(draw_spine(FRACTURED))["L1"]
    assert {p: m.value for p, m in l1.heights.items()} == pytest.approx(
        {"anterior": 15.6, "middle": 17.6, "posterior": 25.0}
    )
    assert {p: m.value for p, m in l1.reference_heights.items()} == pytest.approx(
        {"anterior": 24.0, "middle": 22.0, "posterior": 26.0}
    )
    # [(A1 + A2) - 2 A0] / (A1 + A2) * 100
    assert l1.height_loss["anterior"].value == pytest.approx((48 - 2 * 15.6) / 48 * 100)
    assert l1.height_loss["middle"].value == pytest.approx(20.0)
    assert l1.deformity_score == pytest.approx(35.0)
    assert (l1.genant_grade, l1.deformity) == (2, "wedge")
    assert l1.wedge_angle.value == pytest.approx(np.degrees(np.arctan2(25.0 - 15.6, DEPTH)))
    # superior endplate of T12 to inferior endplate of L2, which is level
    assert l1.regional_cobb.value == pytest.approx(np.degrees(np.arctan2(2.0, DEPTH)))
    assert l1.body["depth"].value == pytest.approx((DEPTH + np.hypot(DEPTH, 9.4)) / 2)
    assert not any("reference" in flag for flag in l1.flags)
    assert wedge_ratio(l1.heights).value == pytest.approx(62.4)


def test_intact_vertebrae_stay_intact_and_the_ends_have_no_regional_angle() -> None:
    spine = measure(draw_spine(FRACTURED))
    for name in ("T11", "T12", "L2", "L3"):
        assert spine[name].genant_grade == 0
        assert spine[name].deformity == "none"
    assert spine["T11"].regional_cobb is None
    assert spine["L3"].regional_cobb is None
    assert "height reference from one neighbour only" in spine["T12"].flags  # L1 is fractured and does not serve


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([-1.0, 1.0]),  # the patient looks the other way
        np.diag([1.0, -1.0]),  # y downwards, as on a screen
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        np.array([[np.cos(2.0), -np.sin(2.0)], [np.sin(2.0), np.cos(2.0)]]),
    ],
)
def test_a_mirrored_or_turned_film_gives_the_same_numbers(matrix: np.ndarray) -> None:
    plain = measure(draw_spine(FRACTURED)).as_dict()
    other = measure(mapped(draw_spine(FRACTURED), matrix, np.array([100.0, -50.0]))).as_dict()
    assert other["vertebrae"] == plain["vertebrae"]
    assert other["alignment"] == plain["alignment"]


def test_lordosis_is_negative() -> None:
    heights = dict.fromkeys(("L1", "L2", "L3", "L4", "L5"), (28.0, 24.0, 24.0))
    spine = measure(draw_spine(heights))
    assert spine["L3"].wedge_angle.value == pytest.approx(-np.degrees(np.arctan2(4.0, DEPTH)))
    assert spine.alignment["L1-L5"].value < 0
    assert spine.alignment["T4-T12"] is None


def test_points_of_a_scan_in_any_sagittal_slices_give_the_same_numbers() -> None:
    flat = draw_spine(FRACTURED)
    rng = np.random.default_rng(5)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    solid = {
        level: {n: turn @ np.array([2.0 * place, *p]) for n, p in group.items()}
        for place, (level, group) in enumerate(flat.items())
    }
    assert measure(solid).as_dict()["vertebrae"] == measure(flat).as_dict()["vertebrae"]
    solid[Level.L1]["sup_ant"] = solid[Level.L1]["sup_ant"] + turn @ np.array([9.0, 0.0, 0.0])
    with pytest.warns(DoubtWarning, match="out of a common plane"):
        measure(solid)


def test_magnification_is_divided_out_and_its_absence_on_a_film_is_flagged() -> None:
    enlarged = mapped(draw_spine(FRACTURED), 1.2 * np.eye(2))
    plain = measure(draw_spine(FRACTURED))["L1"]
    corrected = measure_six_points(PointReading(enlarged, magnification=1.2), modality="radiograph")["L1"]
    assert corrected.heights["anterior"].value == pytest.approx(plain.heights["anterior"].value)
    assert corrected.heights["anterior"].uncertainty == pytest.approx(plain.heights["anterior"].uncertainty / 1.2)
    assert "magnification unknown" not in corrected.flags
    with pytest.warns(DoubtWarning, match="without magnification"):
        unknown = measure_six_points(PointReading(enlarged), modality="radiograph")
    assert "magnification unknown" in unknown["L1"].flags
    assert unknown.warnings
    assert unknown["L1"].confidence < corrected.confidence
    assert unknown["L1"].heights["anterior"].value == pytest.approx(1.2 * 15.6)
    assert unknown["L1"].height_loss["anterior"].value == pytest.approx(plain.height_loss["anterior"].value)
    assert unknown["L1"].wedge_angle.value == pytest.approx(plain.wedge_angle.value)


def test_stated_intervals_are_those_of_a_simulation() -> None:
    """Analytic propagation against the spread of 2000 noisy readings."""
    points, rng, sd = draw_spine(FRACTURED), np.random.default_rng(7), 0.5
    stated = measure(points, placement_sd_mm=sd)["L1"]
    seen: dict[str, list[float]] = {"height": [], "loss": [], "wedge": [], "cobb": [], "ratio": []}
    for _ in range(2000):
        noisy = {lv: {n: p + rng.normal(0, sd, 2) for n, p in g.items()} for lv, g in points.items()}
        l1 = measure(noisy)["L1"]
        seen["height"].append(l1.heights["anterior"].value)
        seen["loss"].append(l1.height_loss["anterior"].value)
        seen["wedge"].append(l1.wedge_angle.value)
        seen["cobb"].append(l1.regional_cobb.value)
        seen["ratio"].append(wedge_ratio(l1.heights).value)
    expected = {
        "height": stated.heights["anterior"],
        "loss": stated.height_loss["anterior"],
        "wedge": stated.wedge_angle,
        "cobb": stated.regional_cobb,
        "ratio": wedge_ratio(stated.heights),
    }
    for name, values in seen.items():
        assert 1.96 * np.std(values) == pytest.approx(expected[name].uncertainty, rel=0.08), name


def test_every_quantity_says_where_it_comes_from() -> None:
    spine = measure(draw_spine(FRACTURED))
    angle = spine["L1"].wedge_angle
    assert (angle.modality, angle.posture, angle.reader, angle.unit) == ("CT", "supine", "ana", "deg")
    assert spine["L1"].height_loss["anterior"].method.startswith("height loss against")
    assert spine.provenance.settings["placement_sd_mm"] == PLACEMENT_SD_MM
    json.dumps(spine.as_dict(), allow_nan=False)


def test_a_grade_whose_interval_reaches_another_grade_says_so() -> None:
    sharp = measure(draw_spine(FRACTURED), placement_sd_mm=0.01)["L1"]
    blurred = measure(draw_spine(FRACTURED), placement_sd_mm=1.5)["L1"]
    assert not any("within error of another" in flag for flag in sharp.flags)
    assert any("within error of another" in flag for flag in blurred.flags)


def test_an_interval_that_reaches_grade_0_says_no_fracture_is_possible() -> None:
    assert doubt_of_grade(22.0, 1.0) == doubt_of_grade(15.0, 4.0) == ()
    assert doubt_of_grade(22.0, 2.1) == doubt_of_grade(27.0, 8.0) == (GRADE_MAY_BE_NONE,)
    assert doubt_of_grade(24.0, 1.5) == doubt_of_grade(19.0, 2.0) == (GRADE_UNCERTAIN,)
    assert doubt_of_grade(98.0, 90.0) == (GRADE_MAY_BE_NONE,)


def test_between_two_fractures_the_growth_curve_is_the_reference() -> None:
    low = (12.0, 12.0, 20.0)
    spine = measure(draw_spine({"T10": INTACT, "T11": INTACT, "T12": low, "L1": INTACT, "L2": low, "L3": INTACT}))
    assert "height reference from the growth curve" in spine["L1"].flags
    assert spine["L1"].genant_grade == 0
    assert spine["T12"].genant_grade == 3
    assert spine["L1"].confidence < spine["T11"].confidence


def test_a_lone_vertebra_has_heights_but_no_grade() -> None:
    lone = measure(draw_spine({"T12": INTACT}))["T12"]
    assert lone.heights["anterior"].value == pytest.approx(24.0)
    assert lone.genant_grade is None
    assert lone.deformity is None
    assert "no height reference" in lone.flags
    assert lone.as_dict()["height_loss_percent"]["anterior"] is None


def test_cervical_neighbours_serve_without_a_curve() -> None:
    spine = measure(draw_spine({"C5": (13.0, 12.0, 13.0), "C6": (9.0, 10.0, 13.0), "C7": (13.0, 12.0, 13.0)}))
    assert spine["C6"].height_loss["anterior"].value == pytest.approx((26 - 18) / 26 * 100)


def test_a_transitional_vertebra_is_a_neighbour() -> None:
    spine = measure(draw_spine({"T12": INTACT, "T13": (20.0, 20.0, 26.0), "L1": INTACT}))
    assert not any("reference" in flag for flag in spine["T13"].flags)
    assert spine["T13"].regional_cobb is not None
    gap = measure(draw_spine({"T11": INTACT, "L1": INTACT, "L3": INTACT}))
    assert gap["L1"].regional_cobb is None


def _renamed(points: Points, level: str, swaps: dict[str, str]) -> Points:
    changed = dict(points)
    changed[Level(level)] = {swaps.get(name, name): point for name, point in points[Level(level)].items()}
    return changed


UPSIDE_DOWN = {n: n.replace("sup", "inf") if n.startswith("sup") else n.replace("inf", "sup") for n in POINT_NAMES}
BACK_TO_FRONT = {n: n.replace("ant", "post") if n.endswith("ant") else n.replace("post", "ant") for n in POINT_NAMES}


@pytest.mark.parametrize("swaps", [UPSIDE_DOWN, BACK_TO_FRONT, {"sup_ant": "inf_ant", "inf_ant": "sup_ant"}])
def test_swapped_names_are_caught_and_the_vertebra_is_named(swaps: dict[str, str]) -> None:
    with pytest.raises(PointsError, match="L1"):
        measure(_renamed(draw_spine(FRACTURED), "L1", swaps))


def test_both_swaps_together_and_swapped_levels_are_caught() -> None:
    turned = _renamed(_renamed(draw_spine(FRACTURED), "L1", UPSIDE_DOWN), "L1", BACK_TO_FRONT)
    with pytest.raises(PointsError, match="L1"):
        measure(turned)
    points = draw_spine(FRACTURED)
    points[Level.T12], points[Level.L1] = points[Level.L1], points[Level.T12]
    with pytest.raises(PointsError, match="does not lie above"):
        measure(points)


@pytest.mark.parametrize("sd", [0.0, -1.0, float("nan"), float("inf")])
def test_a_senseless_placement_spread_is_refused(sd: float) -> None:
    with pytest.raises(SettingsError, match="placement SD"):
        measure(draw_spine(FRACTURED), placement_sd_mm=sd)


def test_losses_with_a_missing_height_give_no_grade() -> None:
    whole = {
        p: Measured(h, "mm", 0.5, "test") for p, h in zip(("anterior", "middle", "posterior"), INTACT, strict=True)
    }
    losses = height_losses({Level.T12: whole, Level.L1: {**whole, "middle": None}, Level.L2: whole})
    assert losses[Level.L1].loss["anterior"].value == pytest.approx(0.0)
    assert losses[Level.L1].grade is None
    assert losses[Level.T12].loss["middle"] is None


OVF = Path(__file__).parents[3] / "shared" / "reference" / "ovf_posture_morphometry.csv"


@pytest.mark.skipif(not OVF.is_file(), reason="ovf_posture_morphometry.csv is not beside the project")
def test_the_published_wedge_ratios_and_angles_come_out() -> None:
    """Sitting mean heights give the printed mean wedge ratios to 2 %, and wedge angles for a body of usual depth."""
    table = csv.DictReader(OVF.read_text(encoding="utf-8").splitlines())
    rows = [row for row in table if row["WA_sit_deg"]]
    assert len(rows) == 10
    for row in rows:
        anterior, posterior = float(row["Ha_sit_mm"]), float(row["Hp_sit_mm"])
        drawn = {"T11": (posterior,) * 3, "T12": (anterior, (anterior + posterior) / 2, posterior)}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            t12 = measure(draw_spine(drawn))["T12"]
        assert wedge_ratio(t12.heights).value == pytest.approx(float(row["WR_sit_pct"]), abs=2.0)
        assert t12.wedge_angle.value == pytest.approx(float(row["WA_sit_deg"]), abs=6.0)


KEYPOINTS = Path(__file__).parents[3] / "shared" / "data" / "vertebra-keypoints"
ORDER = ("sup_ant", "inf_ant", "sup_mid", "inf_mid", "sup_post", "inf_post")


@pytest.mark.skipif(not KEYPOINTS.is_dir(), reason="vertebra-keypoints is not beside the project")
def test_experts_points_on_fifty_chest_scans_give_a_plausible_population() -> None:
    """Levels are not named in the files; the first vertebra of a chest scan is taken as T1."""
    names = [*(f"T{number}" for number in range(1, 13)), "L1", "L2", "L3", "L4"]
    kyphosis, grades = [], []
    for file in sorted(KEYPOINTS.glob("*.json")):
        for reader, vertebrae in json.loads(file.read_text())["Annotation"].items():
            points = {
                Level(name): dict(zip(ORDER, np.asarray(corners)[:, [0, 2]], strict=True))
                for name, corners in zip(names, vertebrae, strict=False)
            }
            spine = measure_six_points(PointReading(points, reader=reader), modality="CT", posture="supine")
            grades += [vertebra.genant_grade for vertebra in spine.vertebrae]
            if (angle := spine.alignment["T4-T12"]) is not None:
                kyphosis.append(angle.value)
    assert len(grades) > 1700
    assert 0.9 < np.mean([grade == 0 for grade in grades]) < 0.99
    assert 25 < np.median(kyphosis) < 45
    assert min(kyphosis) > 0


def test_a_middle_that_stands_above_both_ends_is_remarked() -> None:
    high, hollow = (measure(draw_spine({"T12": (24.0, middle, 25.0)}))["T12"] for middle in (30.0, 27.0))
    assert [flag for flag in high.flags if "middle points" in flag] == [
        "the middle height is 20 % above both others: look at the middle points"
    ]
    assert not any("middle points" in flag for flag in hollow.flags)


def test_a_coordinate_that_no_film_has_is_refused_by_name() -> None:
    points = draw_spine(FRACTURED)
    points[Level.L1]["sup_mid"] = np.array([1e300, 40.0])
    with pytest.raises(PointsError, match=r"L1_sup_mid .*1e\+300, 40 mm"):
        PointReading(points, reader="ana")
