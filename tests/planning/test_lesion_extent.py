from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corduroy.anatomy import Level, Side
from corduroy.errors import PlanError
from corduroy.imaging import LabelMap
from corduroy.planning.lesion_extent import LesionExtent, extent_of
from corduroy.planning.lesion_mask import LesionMask
from corduroy.scales import TomitaType, WbbLayer, WbbSide, propose_tomita

T12 = Level.T12


@pytest.fixture(scope="module")
def extent(patient: Any) -> LesionExtent:
    return extent_of(LesionMask.parted(patient.lesion, patient.spine, T12), patient.spine)


def test_a_painted_mask_is_parted_by_where_it_lies(patient: Any) -> None:
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    total = np.count_nonzero(patient.lesion.array) * patient.lesion.voxel_volume_mm3 / 1000.0
    parts = {name: lesion.volume_ml(name) for name in ("in bone", "epidural", "paravertebral")}  # type: ignore[arg-type]
    assert sum(parts.values()) == pytest.approx(total)
    assert parts["epidural"] > 0.3
    assert parts["paravertebral"] == 0.0
    by_level = lesion.epidural_mm3_by_level(patient.spine)
    assert by_level[T12] == pytest.approx(1000.0 * parts["epidural"], rel=0.05)


def test_sides_and_parts(extent: LesionExtent) -> None:
    assert extent.takes("pedicle", Side.RIGHT) is True
    assert extent.takes("pedicle", Side.LEFT) is False
    assert extent.takes("lamina") is False
    assert "pedicle right" in extent.involved
    assert extent.epidural.side is Side.RIGHT
    assert extent.wbb.layers == {WbbLayer.B, WbbLayer.C, WbbLayer.D}
    assert extent.wbb.side in (WbbSide.RIGHT, WbbSide.BOTH)
    # Right of the canal lie zones 7 to 12 in this numbering.
    assert max(extent.wbb.zones) >= 8
    assert min(extent.wbb.zones) >= 5
    assert not extent.other_vertebrae
    proposed = propose_tomita(extent.regions)
    assert proposed is not None
    assert proposed.value is TomitaType.EPIDURAL


def test_the_mirrored_lesion_is_on_the_other_side(mirror: Any, extent: LesionExtent) -> None:
    other = extent_of(LesionMask.parted(mirror.lesion, mirror.spine, T12), mirror.spine)
    assert other.takes("pedicle", Side.LEFT) is True
    assert other.takes("pedicle", Side.RIGHT) is False
    assert other.epidural.side is Side.LEFT
    # A zone of which the lesion takes a fiftieth may count in one and not in the other.
    assert len({13 - zone for zone in other.wbb.zones} ^ extent.wbb.zones) <= 1
    assert other.body_share.value == pytest.approx(extent.body_share.value, rel=0.05)


def test_crumbs_outside_the_bone_are_no_part(patient: Any) -> None:
    grid = patient.spine.labels
    array = ((patient.lesion.array > 0) & (grid.array > 0)).astype(np.uint8)
    surface = np.argwhere(array)[0]
    array[tuple(surface - [1, 0, 0])] = 1
    lesion = LesionMask.parted(LabelMap(array, grid.affine, "lesion"), patient.spine, T12)
    assert lesion.volume_ml("paravertebral") == lesion.volume_ml("epidural") == 0.0


def test_masks_that_are_empty_or_elsewhere_are_refused(patient: Any) -> None:
    grid = patient.spine.labels
    with pytest.raises(PlanError, match="empty"):
        LesionMask.parted(LabelMap(np.zeros(grid.shape, np.uint8), grid.affine, "lesion"), patient.spine, T12)
    with pytest.raises(PlanError, match="does not meet T10"):
        LesionMask.parted(patient.lesion, patient.spine, Level.T10)
