from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corduroy.anatomy import Level, Side
from corduroy.planning.augmentation import AugmentationSettings, LesionShare, marrow_space, plan_augmentation
from corduroy.planning.leak_sites import BreachedCortex, leak_sites, wall_at
from corduroy.planning.lesion_mask import LesionMask
from corduroy.provenance import Measured
from corduroy.scales import YeomType

T12 = Level.T12


def breach_at(vertebra: Any, local: tuple[float, float, float]) -> BreachedCortex:
    x, y, z = vertebra.frame.world(np.array(local))
    return BreachedCortex((float(x), float(y), float(z)), 4.0)


def test_fill_shares_are_volumes_over_volumes(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    plan = plan_augmentation(vertebra, lesion, (), AugmentationSettings(volumes_ml=(2.0, 4.0)))
    body_ml = np.count_nonzero(vertebra.body_mask) * vertebra.mask.voxel_volume_mm3 / 1000.0
    assert plan.body.value == pytest.approx(body_ml)
    two, four = plan.fills
    assert two.of_body_percent.value == pytest.approx(200.0 / body_ml)
    assert four.of_body_percent.value == pytest.approx(2 * two.of_body_percent.value)
    assert two.of_lesion_percent is not None
    assert two.of_lesion_percent.value == pytest.approx(200.0 / plan.injectable.value)


def test_how_uncertain_the_lesion_is_goes_into_what_is_injectable_and_how_full_it_gets(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    plan = plan_augmentation(vertebra, lesion, (), None, Measured(1.0, "ml", 0.8, "as found"))
    assert plan.injectable.uncertainty == pytest.approx(0.8 * plan.injectable.value)
    assert plan.lesion_in_body is not None
    assert plan.lesion_in_body.uncertainty == pytest.approx(0.8 * plan.lesion_in_body.value)
    share = plan.fills[0].of_lesion_percent
    assert share is not None
    low, high = share.interval_95
    assert low == pytest.approx(share.value / 1.8)
    assert high == pytest.approx(share.value / 0.2)
    drawn = plan_augmentation(vertebra, lesion, (), None, Measured(1.0, "ml", 0.001, "as found"))
    assert drawn.injectable.uncertainty > 0.03 * drawn.injectable.value


def test_a_share_of_what_may_be_nothing_is_open_above() -> None:
    share = LesionShare.of(2.0, Measured(0.5, "ml", 0.6, "lesion"))
    assert share is not None
    assert share.value == pytest.approx(400.0)
    assert share.interval_95 == (pytest.approx(200.0 / 1.1), None)
    assert LesionShare.of(2.0, Measured(0.0, "ml", 0.1, "lesion")) is None


def test_without_a_lesion_mask_the_marrow_space_is_said_to_be_what_is_filled(patient: Any) -> None:
    plan = plan_augmentation(patient.spine.vertebrae[T12])
    assert plan.lesion_in_body is None
    assert plan.injectable == plan.marrow_space
    assert "no lesion mask" in plan.injectable_is
    assert all(fill.of_lesion_percent is None for fill in plan.fills)
    assert any("not looked for" in text for text in plan.warnings)


def test_a_ball_of_lesion_has_a_balls_volume(patient: Any) -> None:
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    plan = plan_augmentation(patient.spine.vertebrae[T12], lesion, ())
    assert plan.lesion_in_body is not None
    # Radius 10 mm: 4.19 ml; pedicle and cut caps make it stray.
    assert 3.0 < plan.lesion_in_body.value < 6.5
    assert plan.injectable.value <= plan.lesion_in_body.value


def test_the_marrow_space_shrinks_with_the_cortex(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    sizes = [np.count_nonzero(marrow_space(vertebra, depth)) for depth in (0.0, 1.5, 3.0)]
    assert sizes[0] == np.count_nonzero(vertebra.body_mask)
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_breaches_have_their_wall_type_and_side(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    body = vertebra.body
    places = {
        "posterior wall": (6.0, float(body.wall(6.0, 0.0)), 0.0),
        "anterior wall": (-6.0, float(body.front(-6.0, 0.0)), 0.0),
        "superior endplate": (-5.0, 2.0, float(body.superior.z(-5.0, 2.0))),
        "inferior endplate": (5.0, 2.0, float(body.inferior.z(5.0, 2.0))),
    }
    for wall, local in places.items():
        assert wall_at(body, np.array(local)) == wall
        site = leak_sites(vertebra, [breach_at(vertebra, local)])[-1]
        assert site.yeom is (YeomType.D if "endplate" in wall else YeomType.C)
        assert site.side is (Side.RIGHT if local[0] > 0 else Side.LEFT)


def test_veins_are_always_told_and_their_sides_are_the_patients(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    veins = leak_sites(vertebra, None)
    assert [site.yeom for site in veins] == [YeomType.B, YeomType.S, YeomType.S]
    assert veins[0].side is None
    for site in veins[1:]:
        x = float(vertebra.frame.local(site.point_mm)[0])
        assert site.side is (Side.RIGHT if x > 0 else Side.LEFT)
        assert site.wall == f"{site.side} wall"
        assert 12.0 < abs(x) < 30.0


def test_a_breached_posterior_wall_is_warned_of(patient: Any) -> None:
    vertebra = patient.spine.vertebrae[T12]
    behind = breach_at(vertebra, (0.0, float(vertebra.body.wall(0.0, 0.0)), 0.0))
    assert any("posterior wall is breached" in text for text in plan_augmentation(vertebra, None, [behind]).warnings)
    assert not any("posterior wall" in text for text in plan_augmentation(vertebra, None, []).warnings)


def test_settings_without_a_published_value_say_so(patient: Any) -> None:
    plan = plan_augmentation(patient.spine.vertebrae[T12], None, None, AugmentationSettings(gelatin_percent=20.0))
    (gelatin,) = [choice for choice in plan.choices if choice.setting == "gelatin sponge in the cement"]
    assert gelatin.value == 20.0
    assert gelatin.source == "no published value; author's choice"
    large = plan_augmentation(patient.spine.vertebrae[T12], None, None, AugmentationSettings(volumes_ml=(20.0,)))
    assert any("18 ml" in text for text in large.warnings)
