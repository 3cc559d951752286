from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from corduroy.anatomy import Level, Side
from corduroy.errors import PlanError
from corduroy.imaging import LabelMap
from corduroy.planning.arch_resection import ArchResection, Borders
from corduroy.planning.decompression import (
    DecompressionPlan,
    DecompressionSettings,
    LateralBorder,
    LevelDecompression,
    plan_decompression,
)
from corduroy.planning.lesion_mask import LesionMask

T12 = Level.T12


@pytest.fixture(scope="module")
def plan(patient: Any) -> DecompressionPlan:
    return plan_decompression(patient.spine, T12)


def own(plan: DecompressionPlan) -> LevelDecompression:
    return next(level for level in plan.levels if level.level is T12)


def test_bone_is_taken_behind_the_canal_only(patient: Any, plan: DecompressionPlan) -> None:
    labels, resected = patient.spine.labels, plan.resected
    vertebra = patient.spine.vertebrae[T12]
    assert resected.same_grid_as(labels)
    taken = resected.array > 0
    assert (labels.array[taken] > 0).all()
    local = vertebra.frame.local(resected.world_from_voxel(np.argwhere(taken)))
    assert local[:, 1].max() < vertebra.frame.local(vertebra.canal_point)[1] + 2.0
    volume = np.count_nonzero(taken) * resected.voxel_volume_mm3 / 1000.0
    assert sum(level.bone_removed.value for level in plan.levels) == pytest.approx(volume)


def test_without_a_choice_it_reaches_from_pedicle_to_pedicle(patient: Any, plan: DecompressionPlan) -> None:
    vertebra = patient.spine.vertebrae[T12]
    assert vertebra.canal is not None
    assert own(plan).borders.width_mm == pytest.approx(vertebra.canal.transverse_mm, abs=2.0)
    before, after = own(plan).canal_area_before, own(plan).canal_area_after
    assert before is not None
    assert after is not None
    assert before.value == vertebra.canal.area_mm2
    # A lamina of 5 to 10 mm over the canal's width.
    assert 5.0 < (after.value - before.value) / own(plan).borders.width_mm < 10.0


def test_wider_opens_more_and_costs_more(plan: DecompressionPlan) -> None:
    options = own(plan).options
    assert len(options) > 4
    for narrow, wide in itertools.pairwise(options):
        assert wide.width_mm > narrow.width_mm
        assert wide.canal_area_mm2 is not None
        assert narrow.canal_area_mm2 is not None
        assert wide.canal_area_mm2 > narrow.canal_area_mm2
        assert wide.bone_removed_ml > narrow.bone_removed_ml
        for side in Side:
            assert (wide.facet_lost_percent[side] or 0) >= (narrow.facet_lost_percent[side] or 0)


def test_no_other_width_is_the_widest_in_whole_millimetres(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArchResection, "pedicle_walls", Borders(8.243, 7.976))
    options = own(plan_decompression(patient.spine, T12)).options
    assert [f"{option.width_mm:.0f}" for option in options] == ["8", "10", "12", "14", "16"]
    assert options[-1].width_mm == pytest.approx(16.219)


def test_a_chosen_clearance_takes_the_narrowest_that_reaches_it(patient: Any) -> None:
    level = own(plan_decompression(patient.spine, T12, None, DecompressionSettings(clearance_percent=125.0)))
    assert level.reference_area is not None
    assert level.canal_area_after is not None
    wanted = 1.25 * level.reference_area.value
    assert level.canal_area_after.value >= wanted
    narrower = [option for option in level.options if option.width_mm < level.borders.width_mm - 0.1]
    assert all(option.canal_area_mm2 is not None and option.canal_area_mm2 < wanted for option in narrower)
    impossible = own(plan_decompression(patient.spine, T12, None, DecompressionSettings(clearance_percent=300.0)))
    assert any("does not reach 300 %" in note for note in impossible.notes)


def test_a_given_width_is_kept_and_never_goes_into_the_pedicles(patient: Any, plan: DecompressionPlan) -> None:
    narrow = own(plan_decompression(patient.spine, T12, None, DecompressionSettings(width_mm=12.0)))
    assert narrow.borders == Borders(6.0, 6.0)
    wide = own(plan_decompression(patient.spine, T12, None, DecompressionSettings(width_mm=40.0)))
    assert wide.borders == own(plan).borders


def test_sparing_the_facets_spares_them(patient: Any, plan: DecompressionPlan) -> None:
    spared = own(plan_decompression(patient.spine, T12, None, DecompressionSettings(border=LateralBorder.FACETS)))
    full, least = own(plan).greatest_facet_loss, spared.greatest_facet_loss
    assert full is not None
    assert least is not None
    assert least.lost_percent.value < 15.0 < full.lost_percent.value


def test_more_than_half_a_facet_is_warned_of_and_not_forbidden(patient: Any) -> None:
    arch = ArchResection.of(patient.spine.vertebrae[T12])
    everything = arch.mask(Borders(30.0, 30.0))
    assert arch.lost_percent(everything, "inferior articular", Side.LEFT) == pytest.approx(100.0, abs=1.0)
    left_only = arch.mask(Borders(30.0, 0.0))
    assert arch.lost_percent(left_only, "inferior articular", Side.LEFT) == pytest.approx(100.0, abs=1.0)
    assert arch.lost_percent(left_only, "inferior articular", Side.RIGHT) == pytest.approx(0.0, abs=1.0)
    level = own(plan_decompression(patient.spine, T12))
    assert all(loss.lost_percent.uncertainty >= 0.0 for loss in level.facets)


def test_the_mirrored_patient_gets_the_mirrored_plan(patient: Any, mirror: Any) -> None:
    settings = DecompressionSettings(levels=(T12,))
    lesion, other = (LesionMask.parted(p.lesion, p.spine, T12) for p in (patient, mirror))
    one = plan_decompression(patient.spine, T12, lesion, settings)
    two = plan_decompression(mirror.spine, T12, other, settings)
    assert own(one).borders.left_mm == pytest.approx(own(two).borders.right_mm, abs=0.3)
    assert own(one).bone_removed.value == pytest.approx(own(two).bone_removed.value, rel=0.03)
    lost = [{(f.side, f.process): f.lost_percent.value for f in own(plan).facets} for plan in (one, two)]
    for (side, process), value in lost[0].items():
        opposite = Side.LEFT if side is Side.RIGHT else Side.RIGHT
        assert value == pytest.approx(lost[1][opposite, process], abs=6.0)
    overlap = one.resected.array[::-1] & two.resected.array
    assert overlap.sum() > 0.95 * one.resected.array.sum()


def test_an_epidural_part_counts_in_the_canal(patient: Any) -> None:
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    level = own(plan_decompression(patient.spine, T12, lesion))
    assert level.lesion_in_canal is not None
    assert level.canal_area_before is not None
    assert 0.15 < level.lesion_in_canal.value / level.canal_area_before.value < 0.6
    assert own(plan_decompression(patient.spine, T12)).lesion_in_canal is None


def test_a_level_out_of_view_is_refused(patient: Any) -> None:
    with pytest.raises(PlanError, match="L4 is not in view"):
        plan_decompression(patient.spine, Level.L4)
    with pytest.raises(PlanError, match="L5 is not in view"):
        plan_decompression(patient.spine, T12, None, DecompressionSettings(levels=(Level.L5,)))


def test_settings_outside_their_range_are_refused() -> None:
    with pytest.raises(ValidationError):
        DecompressionSettings(width_mm=2.0)
    with pytest.raises(ValidationError):
        DecompressionSettings.model_validate({"widht_mm": 12.0})


def test_an_arch_that_is_gone_is_refused(patient: Any) -> None:
    from dataclasses import replace

    vertebra = patient.spine.vertebrae[T12]
    bare = LabelMap((vertebra.body_mask).astype(np.uint8), vertebra.mask.affine)
    with pytest.raises(PlanError, match="no lamina"):
        ArchResection.of(replace(vertebra, mask=bare))
