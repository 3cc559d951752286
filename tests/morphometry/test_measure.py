"""A whole measurement: phantoms against their truth, poses, cuts, missing parts, and the JSON document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.schemes import scheme_named
from corduroy.anatomy.spine import build_spine
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.morphometry.measure import measure_spine
from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.morphometry.settings import MorphometrySettings
from corduroy.phantom import Phantom, SpineTruth, demo_patient, mean_spine, random_spine
from corduroy.provenance import Measured

VERSE, TOTAL = scheme_named("verse"), scheme_named("totalsegmentator")
L2 = Level.L2
Pair = tuple[SpineMeasurement, SpineTruth]


def measured(labels: LabelMap, scheme: str = "verse", ct: Volume | None = None) -> SpineMeasurement:
    return measure_spine(build_spine(labels, scheme, ct))


def value(found: Measured | None) -> float:
    assert found is not None
    return found.value


def heights(vertebra: VertebraMeasurement) -> np.ndarray:
    return np.array([value(vertebra.heights[name]) for name in POSITIONS])


def true_heights(truth: SpineTruth, level: Level) -> np.ndarray:
    return np.array([truth[level].heights_mm[name] for name in POSITIONS])


def all_measured(result: SpineMeasurement) -> list[Measured]:
    """Every number of a result that carries its origin."""
    found: list[Measured | None] = [*result.alignment.values()]
    for v in result.vertebrae:
        found += [*v.heights.values(), *v.reference_heights.values(), *v.height_loss.values(), *v.body.values()]
        found += [v.wedge_angle, v.regional_cobb, v.trabecular_hu]
        found += [v.canal.area, v.canal.ap, v.canal.transverse, v.canal.compromise]
    return [m for m in found if m is not None]


def with_total_numbers(labels: LabelMap) -> LabelMap:
    """The map in TotalSegmentator's numbers, whose scheme names S1, as VerSe's does not."""
    table = np.zeros(64, dtype=np.uint8)
    for number, level in VERSE.levels.items():
        table[number] = TOTAL.label_of(level) or 0
    table[26] = TOTAL.label_of(Level.S1) or 0
    return LabelMap(table[labels.array], labels.affine)


def posed(phantom: Phantom, frame: Frame) -> Phantom:
    """The same patient, moved as a whole."""
    vertebrae = tuple(
        replace(v, frame=Frame(frame.world(v.frame.origin), frame.axes @ v.frame.axes)) for v in phantom.spine.vertebrae
    )
    return Phantom(replace(phantom.spine, vertebrae=vertebrae, pose=frame))


def about(axis: int, degrees: float) -> Frame:
    turn = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn[[i, j], [i, j]], turn[i, j], turn[j, i] = c, -s, s
    return Frame(np.zeros(3), turn)


@pytest.fixture(scope="module")
def lumbar() -> Pair:
    phantom = random_spine(np.random.default_rng(3), ["T12", "L1", "L2", "L3", "L4", "L5", "S1"], tilt_deg=10.0)
    labels = with_total_numbers(phantom.render_labels(1.0, np.random.default_rng(1)))
    return measured(labels, "totalsegmentator"), phantom.truth()


@pytest.fixture(scope="module")
def demo() -> Pair:
    phantom = demo_patient()
    return measured(phantom.render_labels(1.0, np.random.default_rng(2))), phantom.truth()


@pytest.fixture(scope="module")
def three() -> Phantom:
    return random_spine(np.random.default_rng(8), ["L1", "L2", "L3"], tilt_deg=7.0)


@pytest.fixture(scope="module")
def three_labels(three: Phantom) -> LabelMap:
    return three.render_labels(1.0, np.random.default_rng(4))


@pytest.fixture(scope="module")
def three_measured(three_labels: LabelMap) -> SpineMeasurement:
    return measured(three_labels)


@pytest.fixture(scope="module")
def scan() -> tuple[Phantom, Volume, LabelMap]:
    phantom = mean_spine(["L2", "L3"])
    ct, labels = phantom.render(np.random.default_rng(7), 1.2)
    return phantom, ct, labels


def pairs(*sources: Pair) -> list[tuple[VertebraMeasurement, SpineTruth]]:
    return [(v, truth) for result, truth in sources for v in result.vertebrae if v.level is not Level.S1]


class TestAgainstTruth:
    def test_heights(self, lumbar: Pair, demo: Pair) -> None:
        errors = np.array([heights(v) - true_heights(truth, v.level) for v, truth in pairs(lumbar, demo)])
        assert np.quantile(np.abs(errors), 0.95) < 0.4
        assert np.abs(errors).max() < 0.8
        assert abs(float(errors.mean())) < 0.1

    def test_stated_uncertainty_covers_the_heights(self, lumbar: Pair, demo: Pair) -> None:
        inside = [
            abs(value(v.heights[name]) - truth[v.level].heights_mm[name]) <= m.uncertainty
            for v, truth in pairs(lumbar, demo)
            for name, m in v.heights.items()
            if m is not None
        ]
        assert len(inside) == 3 * 14
        assert np.mean(inside) > 0.88

    def test_wedge_and_regional_angles(self, lumbar: Pair, demo: Pair) -> None:
        everyone = pairs(lumbar, demo)
        wedge = [value(v.wedge_angle) - truth[v.level].wedge_angle_deg for v, truth in everyone]
        assert np.quantile(np.abs(wedge), 0.95) < 1.2
        cobb = [value(v.regional_cobb) - truth[v.level].regional_cobb_deg for v, truth in everyone if v.regional_cobb]
        assert len(cobb) == 10  # neither the ends of a spine nor L5, whose lower neighbour is the sacrum
        assert np.quantile(np.abs(cobb), 0.95) < 1.2
        assert min(value(v.regional_cobb) for v, _ in everyone if v.regional_cobb) < -10.0  # lumbar lordosis

    def test_canal(self, lumbar: Pair, demo: Pair) -> None:
        for v, truth in pairs(lumbar, demo):
            true = truth[v.level].canal
            assert true is not None
            assert value(v.canal.area) == pytest.approx(true.area_mm2, rel=0.04)
            assert value(v.canal.ap) == pytest.approx(true.ap_mm, abs=1.1)
            assert value(v.canal.transverse) == pytest.approx(true.transverse_mm, abs=1.1)
            if v.canal.compromise is not None and truth[v.level].canal_compromise_percent is not None:
                assert value(v.canal.compromise) == pytest.approx(truth[v.level].canal_compromise_percent, abs=3.0)

    def test_compromise_needs_both_neighbours(self, demo: Pair) -> None:
        known = {v.level.value for v in demo[0].vertebrae if v.canal.compromise is not None}
        assert known == {"T10", "T11", "T12", "L1", "L2", "L3"}
        assert value(demo[0]["T12"].canal.compromise) > 5.0  # the fragment
        assert value(demo[0]["T12"].canal.compromise) > value(demo[0]["T11"].canal.compromise) + 8.0

    def test_depth_width_and_volume(self, lumbar: Pair, demo: Pair) -> None:
        for v, truth in pairs(lumbar, demo):
            assert value(v.body["depth"]) == pytest.approx(truth[v.level].depth_mm, abs=0.9)
            assert value(v.body["width"]) == pytest.approx(truth[v.level].width_mm, abs=1.5)
            assert value(v.body["volume"]) == pytest.approx(truth[v.level].volume_ml, rel=0.07)

    def test_alignment(self, lumbar: Pair, demo: Pair) -> None:
        found, true = lumbar[0].alignment, lumbar[1].alignment
        assert value(found["L1-L5"]) == pytest.approx(true["L1-L5"], abs=1.2)
        assert value(found["L1-S1"]) == pytest.approx(true["L1-S1"], abs=1.5)
        assert value(found["L1-S1"]) < value(found["L1-L5"]) < 0.0
        assert found["T4-T12"] is None
        for source in (lumbar, demo):
            assert value(source[0].alignment["coronal_cobb"]) == pytest.approx(
                source[1].alignment["coronal_cobb"], abs=2.0
            )

    def test_grades(self, lumbar: Pair, demo: Pair) -> None:
        for v, truth in pairs(lumbar, demo):
            if v.level is Level.L5:
                continue
            assert (v.genant_grade, v.deformity) == (truth[v.level].genant_grade, truth[v.level].deformity), v.level

    def test_the_fifth_lumbar_vertebra_is_graded_above_a_sacrum(self, lumbar: Pair) -> None:
        assert lumbar[0]["L5"].genant_grade == 0
        assert "height reference from one neighbour only" in lumbar[0]["L5"].flags

    def test_loss_of_the_fractured_vertebra(self, demo: Pair) -> None:
        t12, true = demo[0]["T12"], demo[1]["T12"]
        assert true.genant_grade == 2
        assert value(t12.height_loss["anterior"]) == pytest.approx(true.height_loss_percent["anterior"], abs=5.0)
        assert value(t12.height_loss["posterior"]) == pytest.approx(true.height_loss_percent["posterior"], abs=5.0)
        assert t12.deformity_score is not None
        assert t12.deformity_score >= value(t12.height_loss["anterior"]) - 1e-9

    def test_a_fractured_neighbour_is_no_reference(self, demo: Pair) -> None:
        for level in ("T11", "L1"):
            assert "height reference from one neighbour only" in demo[0][level].flags
            assert abs(value(demo[0][level].height_loss["anterior"])) < 10.0

    def test_the_sacrum_is_an_end_vertebra_and_nothing_more(self, lumbar: Pair) -> None:
        s1 = lumbar[0]["S1"]
        assert s1.genant_grade is None
        assert s1.wedge_angle is None
        assert set(s1.heights.values()) == {None}
        assert set(s1.body.values()) == {None}
        assert "not graded: Genant's scale was made for T4-L4" in s1.flags

    def test_landmarks_are_where_the_numbers_were_taken(self, demo: Pair) -> None:
        for v in demo[0].vertebrae:
            marks = v.landmarks
            assert marks is not None
            for name in POSITIONS:
                top, bottom = marks.height_segments[name]
                assert np.linalg.norm(top - bottom) == pytest.approx(value(v.heights[name]), abs=1e-6)
                assert (top - bottom) @ marks.axes[:, 2] > 0
                true = demo[1][v.level].height_segments[name]
                assert np.linalg.norm(np.mean([top, bottom], axis=0) - true.mean(axis=0)) < 2.0
            assert marks.height_segments["anterior"][0] @ marks.axes[:, 1] > (
                marks.height_segments["posterior"][0] @ marks.axes[:, 1] + 10.0
            )


class TestPoses:
    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_turning_the_scanner_changes_nothing(
        self, three_labels: LabelMap, three_measured: SpineMeasurement, axis: int
    ) -> None:
        world = np.eye(4)
        world[:3, :3] = about(axis, 20.0).axes
        turned = measured(LabelMap(three_labels.array, world @ three_labels.affine))
        for before, after in zip(three_measured.vertebrae, turned.vertebrae, strict=True):
            np.testing.assert_allclose(heights(after), heights(before), atol=0.15)
            assert value(after.wedge_angle) == pytest.approx(value(before.wedge_angle), abs=0.4)
            assert value(after.canal.area) == pytest.approx(value(before.canal.area), rel=0.02)
            assert value(after.body["volume"]) == pytest.approx(value(before.body["volume"]), rel=0.02)
        assert value(turned["L2"].regional_cobb) == pytest.approx(value(three_measured["L2"].regional_cobb), abs=0.5)

    @pytest.mark.parametrize(("axis", "degrees"), [(0, 20.0), (1, -20.0), (2, 20.0)])
    def test_turning_the_patient_changes_only_the_staircase(self, three: Phantom, axis: int, degrees: float) -> None:
        turned = measured(posed(three, about(axis, degrees)).render_labels(1.0))
        truth = three.truth()
        for v in turned.vertebrae:
            np.testing.assert_allclose(heights(v), true_heights(truth, v.level), atol=0.6)
            assert value(v.canal.area) == pytest.approx(truth[v.level].canal.area_mm2, rel=0.05)
        assert value(turned["L2"].regional_cobb) == pytest.approx(truth["L2"].regional_cobb_deg, abs=1.5)

    def test_a_mirrored_patient(self, three_labels: LabelMap, three_measured: SpineMeasurement) -> None:
        mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
        mirrored = measured(LabelMap.from_any(three_labels.array, mirror @ three_labels.affine))
        for before, after in zip(three_measured.vertebrae, mirrored.vertebrae, strict=True):
            np.testing.assert_allclose(heights(after), heights(before), atol=0.1)
            assert value(after.wedge_angle) == pytest.approx(value(before.wedge_angle), abs=0.3)
            assert value(after.canal.area) == pytest.approx(value(before.canal.area), rel=0.01)
            assert value(after.body["width"]) == pytest.approx(value(before.body["width"]), abs=0.3)
            assert before.landmarks is not None
            assert after.landmarks is not None
            np.testing.assert_allclose(after.landmarks.centre, before.landmarks.centre * [-1, 1, 1], atol=1.0)
            # The right axis of a mirrored vertebra points to what was its left.
            np.testing.assert_allclose(after.landmarks.axes[:, 0], before.landmarks.axes[:, 0] * [1, -1, -1], atol=0.06)
        for name in ("L1-L5", "coronal_cobb"):
            before_angle, after_angle = three_measured.alignment[name], mirrored.alignment[name]
            assert (before_angle is None) == (after_angle is None)
        assert value(mirrored.alignment["coronal_cobb"]) == pytest.approx(
            value(three_measured.alignment["coronal_cobb"]), abs=0.5
        )

    def test_thick_slices(self, three: Phantom) -> None:
        found = measured(three.render_labels((1.0, 1.0, 2.5), np.random.default_rng(5)))
        truth = three.truth()
        errors = np.array([heights(v) - true_heights(truth, v.level) for v in found.vertebrae])
        # An endplate that lies along a slice is known to no better than the slice.
        assert np.abs(errors).max() < 2.5
        assert np.median(np.abs(errors)) < 0.9
        for v in found.vertebrae:
            assert value(v.canal.area) == pytest.approx(truth[v.level].canal.area_mm2, rel=0.04)
            assert v.genant_grade == 0

    def test_thick_slices_are_stated_to_be_less_certain(self, three: Phantom, three_measured: SpineMeasurement) -> None:
        coarse = measured(three.render_labels((1.0, 1.0, 2.5)))
        for name in POSITIONS:
            fine = three_measured["L2"].heights[name]
            thick = coarse["L2"].heights[name]
            assert fine is not None
            assert thick is not None
            assert thick.uncertainty > 1.5 * fine.uncertainty


class TestMissingParts:
    def test_a_body_cut_by_the_border_gives_no_height(self, three_labels: LabelMap) -> None:
        box = three_labels.boxes[VERSE.label_of(Level.L3) or 0]
        start = (box[2].start + box[2].stop) // 2
        cut = measured(three_labels.crop((slice(None), slice(None), slice(start, None))))
        l3 = cut["L3"]
        assert set(l3.heights.values()) == set(l3.height_loss.values()) == set(l3.body.values()) == {None}
        assert (l3.wedge_angle, l3.genant_grade, l3.deformity, l3.deformity_score) == (None, None, None, None)
        assert l3.confidence == 0.0
        assert any("border" in flag for flag in l3.flags)
        assert l3.landmarks is None
        assert cut["L2"].regional_cobb is None
        assert "height reference from one neighbour only" in cut["L2"].flags
        json.dumps(cut.as_dict(), allow_nan=False)

    def test_a_lone_vertebra(self, three_labels: LabelMap, three_measured: SpineMeasurement) -> None:
        alone = np.where(three_labels.array == VERSE.label_of(L2), three_labels.array, 0)
        found = measured(LabelMap(alone, three_labels.affine))["L2"]
        np.testing.assert_allclose(heights(found), heights(three_measured["L2"]), atol=0.3)
        assert found.regional_cobb is None
        assert found.canal.area is not None
        assert found.canal.compromise is None
        assert set(found.height_loss.values()) == {None}
        assert found.genant_grade is None
        assert "no height reference" in found.flags

    def test_after_a_laminectomy(self, three: Phantom, three_labels: LabelMap) -> None:
        array = three_labels.array.copy()
        bone = np.argwhere(array == VERSE.label_of(L2))
        vertebra = three.spine.vertebrae[1]
        local = vertebra.frame.local(three_labels.world_from_voxel(bone))
        behind = local[:, 1] < vertebra.tube.centre_y  # laminae and processes, not the pedicles
        array[tuple(bone[behind].T)] = 0
        found = measured(LabelMap(array, three_labels.affine))["L2"]
        assert "the bony ring around the canal is open" in found.flags
        assert (found.canal.area, found.canal.ap, found.canal.transverse, found.canal.compromise) == (None,) * 4
        truth = three.truth()
        np.testing.assert_allclose(heights(found), true_heights(truth, L2), atol=0.6)
        assert value(found.body["depth"]) == pytest.approx(truth["L2"].depth_mm, abs=1.5)
        assert 0.0 < found.confidence < 1.0

    def test_atlas_and_axis(self, three_labels: LabelMap) -> None:
        array = three_labels.array.copy()
        for old, new in (("L1", "C1"), ("L2", "C2"), ("L3", "C3")):
            array[three_labels.array == VERSE.label_of(Level(old))] = VERSE.label_of(Level(new))
        found = measured(LabelMap(array, three_labels.affine))
        for level in ("C1", "C2"):
            assert set(found[level].heights.values()) == {None}
            assert found[level].genant_grade is None
            assert found[level].confidence == 0.0
            assert f"{level} has no body of the common shape" in found[level].flags
        assert found["C3"].heights["middle"] is not None
        assert found["C3"].genant_grade is None
        assert "not graded: Genant's scale was made for T4-L4" in found["C3"].flags


class TestDensity:
    def test_trabecular_density(self, scan: tuple[Phantom, Volume, LabelMap]) -> None:
        phantom, ct, labels = scan
        found = measured(labels, ct=ct)
        for v in found.vertebrae:
            assert v.trabecular_hu is not None
            assert v.trabecular_hu.unit == "HU"
            assert v.trabecular_hu.value == pytest.approx(phantom.truth()[v.level].trabecular_hu, abs=6.0)
            assert 5.0 <= v.trabecular_hu.uncertainty < 20.0

    def test_origin_of_every_number(self, scan: tuple[Phantom, Volume, LabelMap]) -> None:
        _, ct, labels = scan
        day = date(2024, 5, 17)
        known = Volume(ct.array, ct.affine, meta={"modality": "CT", "posture": "prone", "acquired": day, "sha256": "c"})
        hashed = LabelMap(labels.array, labels.affine, meta={"sha256": "a", "posture": "unknown"})
        found = measured(hashed, ct=known)
        numbers = all_measured(found)
        assert len(numbers) > 30
        assert {(m.modality, m.posture, m.acquired, m.reader) for m in numbers} == {("CT", "prone", day, "corduroy")}
        assert found.provenance.inputs == {"labels": "a", "ct": "c"}

    def test_a_label_map_alone_says_so(self, three_measured: SpineMeasurement) -> None:
        numbers = all_measured(three_measured)
        assert {(m.modality, m.posture, m.acquired) for m in numbers} == {("label map", "unknown", None)}
        assert {v.trabecular_hu for v in three_measured.vertebrae} == {None}
        assert three_measured.provenance.inputs == {}

    def test_posture_of_a_label_map_is_kept(self, three_labels: LabelMap) -> None:
        known = LabelMap(three_labels.array, three_labels.affine, meta={"posture": "supine"})
        assert {m.posture for m in all_measured(measured(known))} == {"supine"}

    def test_a_scan_elsewhere_gives_no_density(self, scan: tuple[Phantom, Volume, LabelMap]) -> None:
        _, ct, labels = scan
        affine = ct.affine.copy()
        affine[:3, 3] += 800.0
        for v in measured(labels, ct=Volume(ct.array, affine)).vertebrae:
            assert v.trabecular_hu is None
            assert "too little bone away from the cortex for a density" in v.flags
            assert v.heights["middle"] is not None


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [{"posterior_at": -0.01}, {"anterior_at": 1.01}, {"middle_at": float("nan")}, {"cortex_margin_mm": 0.0}],
    )
    def test_out_of_range_is_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValidationError):
            MorphometrySettings(**wrong)

    def test_unknown_settings_are_refused(self) -> None:
        with pytest.raises(ValidationError):
            MorphometrySettings(heights_at=0.2)  # type: ignore[call-arg]

    def test_other_places_change_heights_and_are_recorded(
        self, three: Phantom, three_labels: LabelMap, three_measured: SpineMeasurement
    ) -> None:
        places = {"posterior": 0.2, "middle": 0.4, "anterior": 0.8}
        chosen = MorphometrySettings(posterior_at=0.2, middle_at=0.4, anterior_at=0.8)
        found = measure_spine(build_spine(three_labels, "verse"), chosen)
        truth = three.truth(places)
        for v in found.vertebrae:
            np.testing.assert_allclose(heights(v), true_heights(truth, v.level), atol=0.6)
            assert np.abs(heights(v) - heights(three_measured[v.level])).max() > 0.2
        settings = found.provenance.settings
        assert {name: settings[f"{name}_at"] for name in places} == places
        assert settings["scheme"] == "verse"
        assert found["L2"].wedge_angle == three_measured["L2"].wedge_angle


class TestDocument:
    def test_the_same_input_gives_the_same_document(
        self, three_labels: LabelMap, three_measured: SpineMeasurement
    ) -> None:
        documents = [three_measured.as_dict(), measured(three_labels).as_dict()]
        for document in documents:
            document["provenance"].pop("created")
        assert json.dumps(documents[0]) == json.dumps(documents[1])

    def test_keys(self, demo: Pair) -> None:
        document = demo[0].as_dict()
        extra = {"alignment_uncertainty"}
        assert set(document) - extra == {"schema", "vertebrae", "alignment", "warnings", "provenance"}
        assert document["schema"] == "corduroy/morphometry/1"
        assert set(document["alignment"]) == {"T4-T12", "L1-L5", "L1-S1", "coronal_cobb"}
        three_heights = {"anterior", "middle", "posterior"}
        for vertebra in document["vertebrae"]:
            assert set(vertebra) - {"deformity_score_percent"} == {
                "level",
                "heights_mm",
                "reference_heights_mm",
                "height_loss_percent",
                "deformity",
                "genant_grade",
                "wedge_angle_deg",
                "regional_cobb_deg",
                "canal",
                "body",
                "trabecular_hu",
                "uncertainty",
                "confidence",
                "flags",
            }
            for group in ("heights_mm", "reference_heights_mm", "height_loss_percent"):
                assert set(vertebra[group]) == set(vertebra["uncertainty"][group]) == three_heights
            assert set(vertebra["canal"]) == {"area_mm2", "ap_mm", "transverse_mm", "compromise_percent"}
            assert set(vertebra["body"]) == {"volume_ml", "depth_mm", "width_mm"}
            for group in ("canal", "body"):
                assert set(vertebra["uncertainty"][group]) == set(vertebra[group])
            assert vertebra["deformity"] in ("none", "wedge", "biconcave", "crush")
            assert vertebra["genant_grade"] in (0, 1, 2, 3)
            assert 0.0 <= vertebra["confidence"] <= 1.0

    def test_values_are_rounded_and_uncertain_exactly_where_known(self, lumbar: Pair) -> None:
        document = lumbar[0].as_dict()
        text = json.dumps(document, allow_nan=False)
        assert json.loads(text) == document
        for vertebra, source in zip(document["vertebrae"], lumbar[0].vertebrae, strict=True):
            for name in POSITIONS:
                number = vertebra["heights_mm"][name]
                known = source.heights[name]
                assert number == (None if known is None else round(known.value, 2))
                assert (number is None) == (vertebra["uncertainty"]["heights_mm"][name] is None)
            assert (vertebra["wedge_angle_deg"] is None) == (vertebra["uncertainty"]["wedge_angle_deg"] is None)
            assert vertebra["confidence"] == round(source.confidence, 2)
        assert document["alignment"]["T4-T12"] is None
        assert document["alignment_uncertainty"]["T4-T12"] is None
        assert document["vertebrae"][-1]["genant_grade"] is None

    def test_vertebrae_by_name(self, three_measured: SpineMeasurement) -> None:
        assert three_measured["L2"] is three_measured[Level.L2]
        assert [v.level.value for v in three_measured.vertebrae] == ["L1", "L2", "L3"]
        with pytest.raises(KeyError):
            three_measured["T4"]
