"""The states of a phantom's vertebra: left and right, order of strengths, seeds, bad input."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine
from corduroy.errors import ModelError, SettingsError
from corduroy.imaging import LabelMap
from corduroy.imaging.density import Calibration
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.vertebra import Alterations, Assessment, AssessSettings, State, assess, assessment_document
from corduroy.simulation.vertebra.bones import sample_bones
from corduroy.simulation.vertebra.fill import grow_fill, marrow_of
from corduroy.simulation.vertebra.grid import ModelGrid, onto
from tests.simulation.vertebra.conftest import Patient

pytestmark = [
    pytest.mark.filterwarnings("ignore::corduroy.errors.DoubtWarning"),
    pytest.mark.filterwarnings("ignore::corduroy.errors.RepairWarning"),
]
COARSE = AssessSettings(voxel_mm=3.0, samples=0)
ORDER = (State.INTACT, State.AS_IS, State.FILLED, State.DECOMPRESSED, State.FILLED_DECOMPRESSED)


def arch_of(spine: Spine) -> LabelMap:
    """The whole arch of T12 behind its pedicles, as a radical laminectomy takes it."""
    vertebra = spine.vertebrae[Level.T12]
    local = vertebra.frame.local(vertebra.mask.world_from_voxel(np.moveaxis(np.indices(vertebra.mask.shape), 0, -1)))
    behind = vertebra.arch_mask & (local[..., 1] < vertebra.frame.local(vertebra.canal_point)[1])
    return LabelMap(behind.astype(np.uint8), vertebra.mask.affine, "arch")


def treated(patient: Patient) -> Alterations:
    vertebra = patient.spine.vertebrae[Level.T12]
    tip = vertebra.frame.world([5.0, 0.0, 0.0])
    return Alterations(patient.lesion, grow_fill(vertebra, tip, 4.0), arch_of(patient.spine))


@pytest.fixture(scope="module")
def found(patient: Patient, calibration: Calibration) -> Assessment:
    return assess(patient.spine, Level.T12, treated(patient), calibration, np.random.default_rng(1), COARSE)


def test_all_five_states_are_there_and_in_order(found: Assessment) -> None:
    assert tuple(found.states) == ORDER
    strength = {state: result.vertebra.strength_n for state, result in found.states.items()}
    stiffness = {state: result.vertebra.stiffness_n_per_mm for state, result in found.states.items()}
    for values in (strength, stiffness):
        assert values[State.INTACT] > values[State.AS_IS]
        assert values[State.FILLED] > values[State.AS_IS]
        assert values[State.DECOMPRESSED] <= 1.001 * values[State.AS_IS]
        assert values[State.FILLED_DECOMPRESSED] <= 1.001 * values[State.FILLED]
    assert found.donor == "T12, healthy part"
    assert not found.missing


def test_the_laminectomy_takes_the_load_from_the_facets(found: Assessment) -> None:
    shares = {state: result.segment.facet_share for state, result in found.states.items() if result.segment}
    for joint in ("T11-T12", "T12-L1"):
        assert 0.005 < shares[State.AS_IS][joint] < 0.3
        assert shares[State.DECOMPRESSED][joint] < 0.3 * shares[State.AS_IS][joint]


def test_cement_unloads_the_endplates_bone_and_leaves_the_neighbours_nearly_alone(found: Assessment) -> None:
    before, after = (found.states[s].segment for s in (State.AS_IS, State.FILLED))
    assert before is not None
    assert after is not None
    assert set(before.strains) == {
        "T11 inferior", "T12 superior", "T12 inferior", "L1 superior", "body above (T11)", "body below (L1)"
    }  # fmt: skip
    assert after.strains["T12 superior"].median < before.strains["T12 superior"].median
    for body in ("body above (T11)", "body below (L1)"):
        assert after.strains[body].median == pytest.approx(before.strains[body].median, rel=0.05)


def test_mirror_in_mirror_out(mirror: Patient, calibration: Calibration, found: Assessment) -> None:
    other = assess(mirror.spine, Level.T12, Alterations(mirror.lesion), calibration, np.random.default_rng(1), COARSE)
    for state in (State.INTACT, State.AS_IS):
        one, two = found.states[state], other.states[state]
        assert two.vertebra.stiffness_n_per_mm == pytest.approx(one.vertebra.stiffness_n_per_mm, rel=0.01)
        assert two.vertebra.strength_n == pytest.approx(one.vertebra.strength_n, rel=0.01)
    site, reflected = found.states[State.AS_IS].vertebra.site, other.states[State.AS_IS].vertebra.site
    sides = {"left": "right", "right": "left", "middle": "middle"}
    assert reflected.across == sides[site.across]
    assert (reflected.along, reflected.up, reflected.part) == (site.along, site.up, site.part)
    assert np.allclose(np.array(reflected.point_mm) * [-1, 1, 1], site.point_mm, atol=1.5)


def test_the_soft_side_strains_most(found: Assessment) -> None:
    """The lesion lies in the patient's right: there the bone is nearest to yield."""
    fields = found.states[State.AS_IS].vertebra.fields
    right = fields.grid.local(np.moveaxis(np.indices(fields.grid.shape), 0, -1))[..., 0]
    known = np.isfinite(fields.yield_ratio) & (np.abs(right) < 14) & (np.abs(right) > 2)
    sides = [float(np.mean(fields.yield_ratio[known & side])) for side in (right > 0, right < 0)]
    assert sides[0] > 1.03 * sides[1]


def test_loads_are_those_of_the_body_mass(found: Assessment, patient: Patient, calibration: Calibration) -> None:
    heavy = replace(COARSE, body_mass_kg=100.0)
    other = assess(patient.spine, Level.T12, Alterations(), calibration, np.random.default_rng(1), heavy)
    assert tuple(other.states) == (State.AS_IS,)
    for name, load in found.loads.items():
        assert other.loads[name].value == pytest.approx(load.value * 100 / 70)
        ratio = other.states[State.AS_IS].load_to_strength[name].value
        assert ratio == pytest.approx(found.states[State.AS_IS].load_to_strength[name].value * 100 / 70, rel=1e-3)


def test_the_document_holds_what_was_found(found: Assessment, calibration: Calibration) -> None:
    document = assessment_document(found, calibration, Materials())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["schema"] == "corduroy/mechanics/1"
    assert [state["state"] for state in document["states"]] == list(ORDER)
    assert document["volumes_ml"]["fill"] == pytest.approx(4.0, rel=0.1)
    assert document["intervals"] is None
    assert document["states"][1]["strength"]["uncertainty"] is None


def test_a_fill_is_as_large_as_asked_and_inside_the_marrow(patient: Patient) -> None:
    vertebra = patient.spine.vertebrae[Level.T12]
    tip = vertebra.frame.world([5.0, 2.0, 1.0])
    small, large = (grow_fill(vertebra, tip, ml) for ml in (2.0, 5.0))
    for fill, ml in ((small, 2.0), (large, 5.0)):
        assert fill.array.sum() * fill.voxel_volume_mm3 / 1000 == pytest.approx(ml, rel=0.05)
        assert not (fill.array.astype(bool) & ~marrow_of(vertebra)).any()
    assert not (small.array.astype(bool) & ~large.array.astype(bool)).any()
    middle = small.world_from_voxel(np.argwhere(small.array > 0)).mean(axis=0)
    assert np.linalg.norm(middle - tip) < 4.0
    with pytest.raises(ModelError, match="at most the marrow space"):
        grow_fill(vertebra, tip, 39.0)
    with pytest.raises(ModelError, match="mm from the marrow space of T12"):
        grow_fill(vertebra, patient.spine.vertebrae[Level.T11].frame.origin, 2.0)


def test_masks_keep_their_volume_on_the_grid_and_fields_their_place(patient: Patient) -> None:
    vertebra = patient.spine.vertebrae[Level.T12]
    grid = ModelGrid.around([vertebra.mask], vertebra.frame, 1.0, 4.0)
    share = grid.share(patient.lesion)
    volume = patient.lesion.array.sum() * patient.lesion.voxel_volume_mm3
    assert share.sum() == pytest.approx(volume, rel=0.02)
    image = onto(grid, share, patient.spine.labels)
    back = image.array > 0.5
    lies = patient.lesion.sample(image.world_from_voxel(np.argwhere(back)), order=0) > 0
    assert lies.mean() > 0.95


def test_bad_input_has_names(patient: Patient, calibration: Calibration) -> None:
    spine, rng = patient.spine, np.random.default_rng(1)
    with pytest.raises(ModelError, match="L4 is not in view"):
        assess(spine, Level.L4, Alterations(), calibration, rng, COARSE)
    with pytest.raises(ModelError, match="labels without a CT"):
        assess(replace(spine, ct=None), Level.T12, Alterations(), calibration, rng, COARSE)
    with pytest.raises(SettingsError, match="voxels of 9 mm"):
        assess(spine, Level.T12, Alterations(), calibration, rng, replace(COARSE, voxel_mm=9.0))
    with pytest.raises(SettingsError, match="body mass"):
        assess(spine, Level.T12, Alterations(), calibration, rng, replace(COARSE, body_mass_kg=5.0))
    away = LabelMap(np.roll(patient.lesion.array, 15, axis=2), patient.lesion.affine, "lesion")
    with pytest.raises(ModelError, match="does not lie in T12"):
        assess(spine, Level.T12, Alterations(away), calibration, rng, COARSE)
    ct = spine.ct
    assert ct is not None
    cut = ct.crop((slice(0, ct.shape[0] // 2), slice(None), slice(None)))
    with pytest.raises(ModelError, match="lies outside"):
        sample_bones(ModelGrid.around([spine.vertebrae[Level.T12].mask], spine.vertebrae[Level.T12].frame, 3.0, 8.0),
                     [spine.vertebrae[Level.T12]], cut)  # fmt: skip


def test_an_outermost_vertebra_is_assessed_alone(patient: Patient, calibration: Calibration) -> None:
    found = assess(patient.spine, Level.T11, Alterations(), calibration, np.random.default_rng(1), COARSE)
    assert found.states[State.AS_IS].segment is None
    assert "not both in view" in found.missing["segment"]
