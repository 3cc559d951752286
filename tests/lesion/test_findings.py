"""Characterisation: numbers against what was planted, left and right, mirror in - mirror out, the words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from corduroy.anatomy import Side, build_spine
from corduroy.errors import GeometryError, MeasurementError
from corduroy.imaging import LabelMap
from corduroy.lesion import Baseline, LesionFindings, as_painted, characterise, delineate
from corduroy.lesion.likeness import FEATURES
from tests.lesion.conftest import HEMANGIOMA, Found, Scene, look, mirrored


def test_volume_and_shares_agree_with_the_truth(scene: Scene, found: Found) -> None:
    truth, findings = scene.planted.truth, found.findings
    assert findings.volume_ml.value == pytest.approx(truth.volume_ml, rel=0.12)
    low, high = findings.volume_ml.interval
    assert low < truth.volume_ml < high
    assert findings.body_share.value == pytest.approx(truth.body_share_percent, abs=10.0)
    for name, share in truth.thirds_percent.items():
        assert findings.thirds[name].value == pytest.approx(share, abs=15.0)


def test_the_right_pedicle_is_involved_and_nothing_else(found: Found) -> None:
    assert found.findings.involved_parts == ("pedicle right",)


def test_stroma_columns_and_uptake_are_measured(found: Found) -> None:
    texture = found.findings.texture
    assert HEMANGIOMA.trabeculae is not None
    assert texture.stroma_hu.value == pytest.approx(HEMANGIOMA.stroma_hu, abs=20.0)
    assert texture.column_hu.value > texture.stroma_hu.value + 150.0
    assert texture.spacing_mm is not None
    assert texture.thickness_mm is not None
    assert texture.spacing_mm.value == pytest.approx(
        HEMANGIOMA.trabeculae.spacing_mm, abs=texture.spacing_mm.uncertainty
    )
    assert texture.thickness_mm.value == pytest.approx(
        HEMANGIOMA.trabeculae.thickness_mm, abs=texture.thickness_mm.uncertainty
    )
    assert found.findings.uptake_hu is not None
    assert found.findings.uptake_hu.value == pytest.approx(60.0, abs=8.0)


@pytest.fixture(scope="module")
def intact(scene: Scene) -> LesionFindings:
    """What is said of an intact body that somebody painted."""
    labels = scene.spine.labels
    painted = LabelMap((labels.array == labels.labels[-1]).astype(np.uint8), labels.affine)
    return characterise(
        as_painted(scene.ct, scene.spine, "L2", painted), scene.ct, scene.spine, baseline=scene.baseline
    )


def test_columns_make_the_signs_and_intact_bone_has_none(intact: LesionFindings, found: Found) -> None:
    plain, texture = intact.texture, found.findings.texture
    assert texture.corduroy.value > plain.corduroy.value + 0.2
    assert texture.polka_dot.value > plain.polka_dot.value + 0.2
    assert texture.anisotropy.value > 0.6
    assert texture.column_strength_hu.value > 3 * plain.column_strength_hu.value


def test_the_breach_and_the_soft_part_are_on_the_right(scene: Scene, found: Found) -> None:
    breaches = found.findings.cortex.breaches
    true = scene.planted.truth.breach_points[0]
    assert breaches
    assert breaches[0].place == "right"
    assert np.linalg.norm(breaches[0].point - true) < 6.0
    assert found.findings.paravertebral.side is Side.RIGHT
    assert found.findings.paravertebral.volume_ml.value == pytest.approx(2.0, abs=0.8)
    assert found.findings.epidural is not None
    assert not found.findings.epidural.present


def test_a_mirrored_scan_gives_mirrored_findings(scene: Scene, found: Found) -> None:
    labels = mirrored(scene.spine.labels)
    assert isinstance(labels, LabelMap)
    spine = build_spine(labels, "verse")
    assert scene.planted.contrasted is not None
    other = look(
        mirrored(scene.planted.ct), mirrored(scene.planted.contrasted), spine, Baseline.of(mirrored(scene.ct), spine)
    ).findings
    own = found.findings
    assert other.involved_parts == ("pedicle left",)
    assert other.paravertebral.side is Side.LEFT
    assert other.cortex.breaches[0].place == "left"
    assert other.volume_ml.value == pytest.approx(own.volume_ml.value, rel=0.04)
    assert other.parts["pedicle left"].value == pytest.approx(own.parts["pedicle right"].value, abs=8.0)


def test_a_hemangioma_scores_high_and_intact_bone_low(intact: LesionFindings, found: Found) -> None:
    likeness, plain = found.findings.likeness, intact.likeness
    assert likeness.score > 0.9
    assert plain.score < 0.3
    assert likeness.interval[0] > plain.interval[1]


def test_the_score_says_what_drove_it_and_that_histology_decides(found: Found) -> None:
    likeness = found.findings.likeness
    pulls = [abs(driver.pull) for driver in likeness.drivers]
    assert pulls == sorted(pulls, reverse=True)
    assert {driver.name for driver in likeness.drivers} == set(FEATURES)
    assert "histology decides" in likeness.words
    document = found.findings.as_dict()["hemangioma_likeness"]
    assert document["score"] == pytest.approx(likeness.score, abs=0.006)
    assert document["interval_95"] == pytest.approx(likeness.interval, abs=0.006)
    assert document["log_odds"]["uncertainty"] == pytest.approx(likeness.log_odds.uncertainty, abs=0.006)
    assert all(driver["log_odds_uncertainty"] > 0 for driver in document["drivers"])
    assert "seeds" in document["fitted"]


def test_a_wall_that_was_not_pushed_out_does_not_bulge(found: Found) -> None:
    assert found.findings.cortex.expanded is False
    assert found.findings.cortex.expansion_mm is not None
    assert found.findings.cortex.expansion_mm.value < 2.0


def test_the_document_is_plain_json(found: Found) -> None:
    document = json.loads(json.dumps(found.findings.as_dict(), allow_nan=False))
    assert document["schema"] == "corduroy/lesion/1"
    assert document["involved_parts"] == ["pedicle right"]
    assert document["volume_ml"]["unit"] == "ml"
    assert document["volume_ml"]["uncertainty"] > 0
    assert document["paravertebral"]["known"] is True


def test_one_phase_leaves_the_parts_outside_the_bone_unknown(scene: Scene, found: Found) -> None:
    findings = characterise(found.delineation, scene.planted.ct, scene.spine, baseline=scene.baseline)
    document = findings.as_dict()
    assert findings.uptake_hu is None
    assert [document[part]["known"] for part in ("epidural", "paravertebral")] == [False, False]


def test_nothing_found_is_not_described(scene: Scene) -> None:
    nothing = delineate(scene.ct, scene.spine, "L2", baseline=scene.baseline)
    with pytest.raises(MeasurementError, match="no lesion in L2"):
        characterise(nothing, scene.ct, scene.spine)


def test_phases_on_two_grids_are_refused(scene: Scene, found: Found) -> None:
    half = scene.ct.crop((slice(0, 30), slice(0, 30), slice(0, 30)))
    with pytest.raises(GeometryError, match="another grid"):
        characterise(found.delineation, scene.planted.ct, scene.spine, contrasted=half)
