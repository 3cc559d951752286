"""Blocks whose stiffness, strength and load sharing are known."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from corduroy.anatomy import Level
from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging.density import Calibration
from corduroy.simulation import SolverSettings, solve
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.materials.law import Power
from corduroy.simulation.plasticity import StrengthSettings
from corduroy.simulation.vertebra import neighbours
from corduroy.simulation.vertebra.bones import Bones
from corduroy.simulation.vertebra.capped import CAP_MM, end_caps
from corduroy.simulation.vertebra.evaluate import (
    capped_model,
    compressed,
    evaluate_vertebra,
)
from corduroy.simulation.vertebra.neighbours import evaluate_segment
from corduroy.simulation.vertebra.sections import axial_force_n, shell_of
from corduroy.simulation.vertebra.segment import build_segment
from corduroy.simulation.vertebra.states import State, Subject

pytestmark = pytest.mark.filterwarnings("ignore::corduroy.errors.DoubtWarning")
FLAT = replace(Materials(), poisson=0.0)
DENSITY = 0.8 * 150 / 1000
MODULUS, YIELD = 2980 * DENSITY**1.05, 37.4 * DENSITY**1.39
AREA, HEIGHT = 80.0, 12.0


def subject(bones: Bones, **masks: np.ndarray | None) -> Subject:
    given = {"lesion": None, "cement": None, "resection": None} | masks
    return Subject(Level.T12, bones, given["lesion"], given["cement"], given["resection"])


def test_a_prism_has_the_stiffness_of_bone_and_caps_in_series(prism: Bones, calibration: Calibration) -> None:
    found = evaluate_vertebra(subject(prism), State.AS_IS, calibration, 100.0, FLAT)
    series = 1 / (HEIGHT / (MODULUS * AREA) + 2 * CAP_MM / (FLAT.cap.modulus_mpa * AREA))
    assert found.stiffness_n_per_mm == pytest.approx(series, rel=1e-4)
    assert found.site.first_yield_n == pytest.approx(YIELD * AREA, rel=1e-3)
    assert found.fields.yield_ratio[found.fields.yield_ratio > 0].mean() == pytest.approx(
        100 / (YIELD * AREA), rel=1e-3
    )


def test_a_prism_fails_at_its_yield_stress_times_its_area(prism: Bones, calibration: Calibration) -> None:
    """Caps hold the ends from widening, which adds a few percent."""
    found = evaluate_vertebra(subject(prism), State.AS_IS, calibration, 100.0, FLAT, StrengthSettings(0.03, 6, 1e-4))
    assert found.strength_n is not None
    assert 1.0 <= found.strength_n / (YIELD * AREA) < 1.08


def test_a_prisms_shell_carries_its_share_of_the_section(prism: Bones, calibration: Calibration) -> None:
    found = evaluate_vertebra(subject(prism), State.AS_IS, calibration, 100.0, FLAT)
    assert found.shell_share == pytest.approx(1 - (8 * 6) / (10 * 8), rel=1e-4)


@pytest.mark.parametrize("voxel_mm", [0.4, 0.75, 1.0, 2.0])
def test_the_shell_is_1_mm_thick_whatever_the_voxel(voxel_mm: float) -> None:
    """Of a square bar of 24 mm; corners of coarse voxels count a little less than they should."""
    n = round(24 / voxel_mm)
    bar = np.zeros((n + 2, n + 2, 1), bool)
    bar[1:-1, 1:-1] = True
    share = float(shell_of(bar, bar, voxel_mm).sum()) / n**2
    assert share == pytest.approx(1 - (22 / 24) ** 2, rel=0.05)


def test_every_layer_carries_the_whole_load(prism: Bones, calibration: Calibration) -> None:
    rng = np.random.default_rng(3)
    uneven = replace(prism, hu=prism.hu * rng.uniform(0.3, 1.7, prism.hu.shape))
    capped = capped_model(subject(uneven), State.AS_IS, calibration)
    solution, force, _ = compressed(capped)
    layers = axial_force_n(solution).sum(axis=(0, 1))
    assert layers[layers != 0] == pytest.approx(force, rel=1e-4)


def test_cement_stiffens_and_a_hole_softens(prism: Bones, calibration: Calibration) -> None:
    inside = np.zeros(prism.grid.shape, bool)
    inside[5:9, 4:8, 7:13] = True
    cement = evaluate_vertebra(subject(prism, cement=inside.astype(float)), State.FILLED, calibration, 100.0)
    bare = evaluate_vertebra(subject(prism, cement=inside.astype(float)), State.AS_IS, calibration, 100.0)
    hole = evaluate_vertebra(subject(prism, resection=inside), State.DECOMPRESSED, calibration, 100.0)
    assert hole.stiffness_n_per_mm < 0.95 * bare.stiffness_n_per_mm < 0.9 * cement.stiffness_n_per_mm
    assert hole.strength_n is not None
    assert bare.strength_n is not None
    assert cement.strength_n is not None
    assert hole.strength_n < bare.strength_n < cement.strength_n


def test_a_soft_corner_fails_first_and_is_named(prism: Bones, calibration: Calibration) -> None:
    weak = prism.hu.copy()
    weak[9:12, 2:5, 12:16] = 60.0  # right, posterior, upper
    site = evaluate_vertebra(subject(replace(prism, hu=weak)), State.AS_IS, calibration, 100.0).site
    assert (site.part, site.across, site.along, site.up) == ("body", "right", "posterior", "upper")
    assert site.point_mm[0] > 0


def test_the_law_may_be_scaled_and_all_scales_with_it(prism: Bones, calibration: Calibration) -> None:
    twice = replace(FLAT, modulus=FLAT.modulus.scaled(2.0), cap=replace(FLAT.cap, modulus_mpa=5000.0))
    one = evaluate_vertebra(subject(prism), State.AS_IS, calibration, 100.0, FLAT)
    two = evaluate_vertebra(subject(prism), State.AS_IS, calibration, 100.0, twice)
    assert two.stiffness_n_per_mm == pytest.approx(2 * one.stiffness_n_per_mm, rel=1e-5)


def test_facets_carry_load_until_they_are_taken_out(
    stack: Bones, calibration: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The default tolerance, 1e-6 of a force larger than what the facets carry, leaves about 1e-6 of the load there.
    monkeypatch.setattr(neighbours, "solve", partial(solve, settings=SolverSettings(tolerance=1e-8)))
    segment = build_segment(stack)
    assert all(joint.facets.any() for joint in segment.joints)
    whole = Subject(Level.T12, segment.bones, None, None, segment.bones.arch[Level.T12])
    before = evaluate_segment(whole, segment, State.AS_IS, calibration, 500.0)
    after = evaluate_segment(whole, segment, State.DECOMPRESSED, calibration, 500.0)
    assert all(0.01 < share < 0.5 for share in before.facet_share.values())
    assert after.facet_share == pytest.approx(dict.fromkeys(before.facet_share, 0.0), abs=1e-6)
    assert after.stiffness_n_per_mm < before.stiffness_n_per_mm


def test_discs_in_series_make_most_of_a_segments_give(stack: Bones, calibration: Calibration) -> None:
    """Blocks, caps and discs of one cross-section in series, without arches; Poisson's ratio 0."""
    bare = Bones(stack.grid, stack.body, {v: np.zeros(stack.grid.shape, bool) for v in stack.levels}, stack.hu)
    with pytest.warns(DoubtWarning, match="no facet joint"):
        segment = build_segment(bare)
    rho = 0.16
    area = 16 * 12.0
    give = 36 / (2980 * rho**1.05) + 6 / FLAT.disc.modulus_mpa + 2 * CAP_MM / FLAT.cap.modulus_mpa
    found = evaluate_segment(subject(segment.bones), segment, State.AS_IS, calibration, 500.0, FLAT)
    assert found.stiffness_n_per_mm == pytest.approx(area / give, rel=1e-4)
    strain = 500.0 / area / (2980 * rho**1.05) * 1e6
    assert {name: each.median for name, each in found.strains.items()} == pytest.approx(
        dict.fromkeys(found.strains, strain), rel=1e-3
    )
    assert found.facet_share == pytest.approx({"T11-T12": 0.0, "T12-L1": 0.0}, abs=1e-6)


def test_touching_labels_get_a_joint_between_them(stack: Bones) -> None:
    body = dict(stack.body)
    body[Level.L1] = body[Level.L1].copy()
    body[Level.L1][8:16, 14:20, 17:20] = True  # a bridge up to T12
    with pytest.warns(DoubtWarning, match="touch over 48 mm2"):
        segment = build_segment(replace(stack, body=body, hu=np.where(body[Level.L1], 200.0, stack.hu)))
    assert segment.joints[1].disc[8:16, 14:20, 19].all()
    assert not segment.bones.body[Level.L1][8:16, 14:20, 19].any()


def test_what_cannot_be_a_model_is_refused(prism: Bones, calibration: Calibration) -> None:
    body = prism.body[Level.T12]
    with pytest.raises(ModelError, match="no voxel of a vertebral body"):
        end_caps(np.zeros_like(body), np.zeros_like(body), 1.0)
    with pytest.raises(ModelError, match="room for end caps"):
        end_caps(np.ones((4, 4, 4), bool), np.ones((4, 4, 4), bool), 1.0)
    with pytest.raises(ModelError, match="unknown"):
        capped_model(subject(replace(prism, hu=np.full_like(prism.hu, np.nan))), State.AS_IS, calibration)
    with pytest.raises(ModelError, match="no bone is left"):
        capped_model(subject(prism, resection=body.copy()), State.DECOMPRESSED, calibration)
    gap = np.zeros_like(body)
    gap[:, :, 9] = True
    broken = capped_model(subject(prism, resection=gap), State.DECOMPRESSED, calibration)
    with pytest.raises(ModelError, match="broken between its plates"):
        compressed(broken)
    with pytest.raises(ModelError, match="three neighbours"):
        build_segment(prism)
    with pytest.raises(ModelError, match="no lesion"):
        subject(prism).density(State.INTACT, calibration)


def test_densities_below_zero_are_the_softest_bone(prism: Bones, calibration: Calibration) -> None:
    hu = prism.hu.copy()
    hu[5:9, 4:8, 7:13] = -200.0
    field = capped_model(subject(replace(prism, hu=hu)), State.AS_IS, calibration).field
    assert field.modulus_mpa[field.modulus_mpa > 0].min() == pytest.approx(0.1)
    assert field.strength_mpa[field.modulus_mpa > 0].min() == pytest.approx(0.001)
    assert isinstance(Materials().modulus.form, Power)
