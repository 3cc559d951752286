"""The truth of whole spines: angles, canal, pedicles, pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError
from corduroy.phantom import Fracture, Phantom, demo_patient, mean_spine, random_spine
from corduroy.phantom.sizes import level_size


@pytest.fixture(scope="module")
def wedged() -> Phantom:
    return mean_spine(["T11", "T12", "L1"], {"T12": Fracture("wedge", 30.0, "superior", retropulsion=0.3)})


def posed(phantom: Phantom, frame: Frame) -> Phantom:
    """The same patient, moved as a whole."""
    vertebrae = tuple(
        replace(v, frame=Frame(frame.world(v.frame.origin), frame.axes @ v.frame.axes)) for v in phantom.spine.vertebrae
    )
    return Phantom(replace(phantom.spine, vertebrae=vertebrae, pose=frame))


def test_mean_vertebrae_have_the_sizes_of_the_table() -> None:
    truth = mean_spine(["L2", "L3", "L4"]).truth()
    size = level_size(Level.L3)
    vertebra = truth["L3"]
    assert vertebra.width_mm == pytest.approx(size.width * 0.94, rel=0.03)
    assert vertebra.heights_mm["posterior"] == pytest.approx(size.posterior_height, abs=1.0)
    assert vertebra.wedge_angle_deg == pytest.approx(size.wedge_deg, abs=2.0)
    assert vertebra.canal is not None
    assert vertebra.canal.ap_mm == pytest.approx(size.canal_depth, abs=0.6)
    assert vertebra.canal.transverse_mm == pytest.approx(size.canal_width, abs=0.6)
    for side in ("left", "right"):
        assert vertebra.pedicles[side].width_mm == pytest.approx(size.pedicle_width, abs=0.5)
        assert vertebra.pedicles[side].height_mm == pytest.approx(size.pedicle_height, abs=0.5)


def test_regional_angle_is_the_sum_of_bodies_and_discs(wedged: Phantom) -> None:
    truth = wedged.truth()
    sizes = {v.level: v.size for v in wedged.spine.vertebrae}
    built = sum(size.wedge_deg for size in sizes.values())
    built += sizes[Level.T11].disc_wedge_deg + sizes[Level.T12].disc_wedge_deg
    gained = truth["T12"].wedge_angle_deg - truth["T12"].intact_wedge_angle_deg
    assert 12.0 < gained < 20.0
    # Discs follow the endplates' rims, the angle the mid-sagittal curves: hollows differ by a degree or two.
    assert truth["T12"].regional_cobb_deg == pytest.approx(built + gained, abs=3.0)
    assert truth["T11"].regional_cobb_deg is None


def test_only_the_fractured_vertebra_has_lost_height(wedged: Phantom) -> None:
    truth = wedged.truth()
    assert truth["T12"].height_loss_percent["anterior"] == pytest.approx(30.0, abs=2.0)
    assert (truth["T12"].deformity, truth["T12"].genant_grade) == ("wedge", 2)
    assert truth["T11"].height_loss_percent == {"posterior": 0.0, "middle": 0.0, "anterior": 0.0}
    assert (truth["T11"].deformity, truth["T11"].genant_grade) == ("none", 0)


def test_a_fragment_narrows_the_canal_of_its_own_level(wedged: Phantom) -> None:
    intact = mean_spine(["T11", "T12", "L1"]).truth()
    truth = wedged.truth()
    before, after = intact["T12"].canal, truth["T12"].canal
    assert before is not None
    assert after is not None
    assert after.ap_mm == pytest.approx(0.7 * before.ap_mm, abs=0.7)
    assert after.area_mm2 < 0.85 * before.area_mm2
    areas = [truth[name].canal.area_mm2 for name in ("T11", "L1")]  # type: ignore[union-attr]
    expected = 100 * (sum(areas) - 2 * after.area_mm2) / sum(areas)
    assert truth["T12"].canal_compromise_percent == pytest.approx(expected)
    neighbours = [intact[name].canal.area_mm2 for name in ("T11", "L1")]  # type: ignore[union-attr]
    assert areas == pytest.approx(neighbours, rel=0.01)
    assert truth["T11"].canal_compromise_percent is None


def test_canal_area_is_the_ellipse_less_the_part_inside_the_body() -> None:
    phantom = mean_spine(["L1", "L2", "L3"])
    tube, body = phantom.spine.vertebrae[1].tube, phantom.spine.vertebrae[1].body
    low, high = sorted((body.waist_depth[0], -body.depth / 2))

    def segment(front_y: float) -> float:
        share = (front_y - tube.centre_y) / tube.half_depth
        return tube.half_width * tube.half_depth * (np.pi - np.arccos(share) + share * np.sqrt(1 - share**2))

    canal = phantom.truth()["L2"].canal
    assert canal is not None
    # The posterior wall is hollow, so the true area may exceed that before a flat wall by a little.
    assert segment(low) * 0.97 < canal.area_mm2 < segment(high) * 1.01


def test_pose_moves_frames_and_points_and_changes_no_number(wedged: Phantom) -> None:
    angle = np.deg2rad(17.0)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    pose = Frame(np.array([5.0, -30.0, 80.0]), turn)
    before, after = wedged.truth(), posed(wedged, pose).truth()
    for a, b in zip(before.vertebrae, after.vertebrae, strict=True):
        np.testing.assert_allclose(b.frame.origin, pose.world(a.frame.origin), atol=1e-9)
        np.testing.assert_allclose(b.frame.superior, turn @ a.frame.superior, atol=1e-9)
        for name, segment in a.height_segments.items():
            np.testing.assert_allclose(b.height_segments[name], pose.world(segment), atol=1e-9)
            length = np.linalg.norm(segment[0] - segment[1])
            assert length == pytest.approx(b.heights_mm[name], abs=1e-9)
        assert a.heights_mm == b.heights_mm
        assert a.wedge_angle_deg == b.wedge_angle_deg
    assert before["T12"].regional_cobb_deg == pytest.approx(after["T12"].regional_cobb_deg, abs=1e-6)
    assert after.alignment["coronal_cobb"] == pytest.approx(before.alignment["coronal_cobb"], abs=1e-6)


def test_left_and_right_pedicles_keep_their_sides() -> None:
    phantom = random_spine(np.random.default_rng(5), ["T12", "L1"])
    for vertebra, truth in zip(phantom.spine.vertebrae, phantom.truth().vertebrae, strict=True):
        local = {side: vertebra.frame.local(p.point) for side, p in truth.pedicles.items()}
        assert local["left"][0] < -8.0 < 8.0 < local["right"][0]
        built = {side: p.width for side, p in vertebra.pedicles.items()}
        seen = {side: p.width_mm for side, p in truth.pedicles.items()}
        assert seen == pytest.approx(built, abs=0.5)
        # Axes run forward and never apart.
        assert truth.pedicles["right"].axis @ vertebra.frame.anterior > 0.7
        assert truth.pedicles["right"].axis @ vertebra.frame.right <= 1e-9


def test_alignment_has_kyphosis_positive_and_lordosis_negative() -> None:
    levels = [level for level in Level if level.region in ("thoracic", "lumbar", "sacral")]
    levels = [level for level in levels if level not in (Level.T13, Level.L6)]
    alignment = mean_spine(levels).truth().alignment
    assert alignment["T4-T12"] is not None
    assert 25.0 < alignment["T4-T12"] < 50.0
    assert alignment["L1-L5"] is not None
    assert -45.0 < alignment["L1-L5"] < -20.0
    assert alignment["L1-S1"] is not None
    assert alignment["L1-S1"] < alignment["L1-L5"]
    assert alignment["coronal_cobb"] == pytest.approx(0.0, abs=1e-6)


def test_scoliosis_shows_in_the_coronal_cobb_angle() -> None:
    phantom = random_spine(np.random.default_rng(1), scoliosis_deg=25.0)
    cobb = phantom.truth().alignment["coronal_cobb"]
    assert cobb is not None
    assert 15.0 < cobb < 35.0


def test_heights_can_be_taken_elsewhere() -> None:
    phantom = mean_spine(["L1"], {"L1": Fracture("wedge", 40.0)})
    default, asked = phantom.truth(), phantom.truth({"posterior": 0.15, "middle": 0.5, "anterior": 0.85})
    assert asked["L1"].heights_mm["anterior"] > default["L1"].heights_mm["anterior"] + 0.3
    assert asked["L1"].heights_mm["middle"] == default["L1"].heights_mm["middle"]


@pytest.mark.parametrize("levels", [[], ["C7", "T1"], ["T9", "T11"], ["L2", "L1"], ["T12", "T12"]])
def test_levels_that_make_no_spine_are_refused(levels: list[str]) -> None:
    with pytest.raises(SettingsError):
        random_spine(np.random.default_rng(0), levels)


def test_a_fracture_of_a_level_that_is_not_there_is_refused() -> None:
    with pytest.raises(SettingsError, match="L5"):
        random_spine(np.random.default_rng(0), ["T12", "L1"], {"L5": Fracture("crush", 20.0)})


def test_transitional_levels_are_levels_like_others() -> None:
    phantom = random_spine(np.random.default_rng(2), ["T12", "T13", "L1"])
    assert phantom.levels == (Level.T12, Level.T13, Level.L1)
    assert set(phantom.render_labels(3.0).labels) == {19, 28, 20}


def test_demo_patient_is_what_the_demonstration_says() -> None:
    truth = demo_patient().truth()
    assert [v.level.value for v in truth.vertebrae] == ["T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4"]
    fractured = [v for v in truth.vertebrae if v.genant_grade]
    assert [v.level for v in fractured] == [Level.T12]
    assert fractured[0].deformity == "wedge"
    assert fractured[0].height_loss_percent["anterior"] == pytest.approx(38.0, abs=2.0)
    assert fractured[0].canal_compromise_percent is not None
    assert 5.0 < fractured[0].canal_compromise_percent < 35.0
