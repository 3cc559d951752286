"""The side wall of a body: its thickness, its place and the blur of the scan, where all three are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import ndimage

from corduroy.anatomy import Spine, build_spine
from corduroy.anatomy.posterior import find_posterior_elements
from corduroy.errors import MeasurementError
from corduroy.imaging import LabelMap, Volume
from corduroy.phantom import Family, Lesion, Phantom, plant, random_spine
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_region import draw_region
from corduroy.phantom.lesion_rim import over_lesion
from corduroy.phantom.lesion_tissue import Cortex, draw_cortex
from corduroy.phantom.lesion_wall import COMPACT_BONE_HU, Wall, fit_wall

_PSF_MM = 1.2


def scan(seed: int, cortex_mm: float, spacing_mm: ArrayLike) -> tuple[Volume, LabelMap]:
    rng = np.random.default_rng([41, seed])
    spine = random_spine(rng, ["T12", "L1", "L2"]).spine
    walled = [
        replace(v, bone=replace(v.bone, cortical_hu=COMPACT_BONE_HU, cortical_mm=cortex_mm)) for v in spine.vertebrae
    ]
    return Phantom(replace(spine, vertebrae=tuple(walled))).render(rng, spacing_mm, psf_mm=_PSF_MM)


def wall_of(ct: Volume, spine: Spine) -> Wall:
    return fit_wall(Bone.of(spine.vertebrae["L1"], ct, whole=False), ct)  # type: ignore[index]


@pytest.mark.parametrize(
    ("cortex_mm", "spacing_mm"), [(0.3, (0.8, 0.8, 2.5)), (0.45, (1.0, 1.0, 1.0)), (0.6, (0.9, 0.9, 2.0))]
)
def test_the_wall_is_as_thick_and_as_blurred_as_it_was_drawn(
    cortex_mm: float, spacing_mm: tuple[float, float, float]
) -> None:
    ct, labels = scan(1, cortex_mm, spacing_mm)
    wall = wall_of(ct, build_spine(labels, "verse"))
    assert wall.thickness_mm == pytest.approx(cortex_mm, rel=0.17)
    assert wall.psf_mm == pytest.approx(_PSF_MM, abs=0.35)
    assert float(np.median(wall.edge_mm)) == pytest.approx(0.0, abs=0.15)


def test_a_planted_wall_is_that_of_the_scan_where_the_picture_shows_it() -> None:
    """The label map is a voxel too large all around: the lesion ends with the bone all the same."""
    ct, labels = scan(2, 0.5, 1.0)
    true = build_spine(labels, "verse")
    larger = np.where(
        labels.array > 0,
        labels.array,
        ndimage.grey_dilation(labels.array, footprint=ndimage.generate_binary_structure(3, 1)),
    )
    spine = build_spine(LabelMap(larger, labels.affine), "verse")
    before = wall_of(ct, spine)
    planted = plant(ct, spine, "L1", Lesion(Family.LYTIC_METASTASIS, 100.0, stroma_hu=60.0), np.random.default_rng(0))
    after = wall_of(planted.ct, spine)
    assert float(np.median(before.edge_mm)) == pytest.approx(0.8, abs=0.35)
    assert float(np.median(after.edge_mm)) == pytest.approx(float(np.median(before.edge_mm)), abs=0.2)
    assert after.thickness_mm == pytest.approx(0.5, rel=0.2)
    assert planted.truth.intact_cortex_mm == before.thickness_mm
    body = np.count_nonzero(true.vertebrae["L1"].body_mask)  # type: ignore[index]
    labelled = np.count_nonzero(spine.vertebrae["L1"].body_mask)  # type: ignore[index]
    taken = np.count_nonzero(planted.mask.array == 1)
    assert taken - body < 0.7 * (labelled - body)


def test_a_thin_planted_wall_is_whole_wherever_it_lies_between_voxels() -> None:
    """A wall of 0.2 mm on voxels of 0.5 mm: none of it is lost where the surface runs through a voxel outside."""
    ct, labels = scan(4, 0.5, 1.0)
    vertebra = build_spine(labels, "verse").vertebrae["L1"]  # type: ignore[index]
    labelled = Bone.of(vertebra, ct, whole=False)
    points = fit_wall(labelled, ct).points
    elements, lesion = find_posterior_elements(vertebra), Lesion(Family.LYTIC_METASTASIS, 100.0)
    drawn = []
    for below_mm in (0.05, 0.15, 0.25, 0.35, 0.45):
        bone = labelled.clipped(points, np.full(len(points), below_mm))
        region = draw_region(bone, lesion, elements, labels, None, np.random.default_rng(0))
        values = np.zeros(bone.inside.shape, np.float32)
        draw_cortex(bone, region, values, over_lesion(bone, region, 1.0), Cortex(1.0, 0.2), 0.0)
        side = np.abs(bone.z - bone.centre[2]) < 0.5 * bone.half_sizes[2]
        drawn.append(float(values[side].sum()))
    assert min(drawn) > 0.85 * max(drawn)


def test_a_body_that_is_hardly_in_view_is_refused() -> None:
    ct, labels = scan(3, 0.5, 1.5)
    bone = Bone.of(build_spine(labels, "verse").vertebrae["L1"], ct, whole=False)  # type: ignore[index]
    cut = replace(bone, in_body=bone.in_body & (bone.z > bone.centre[2] + 0.97 * bone.half_sizes[2]))
    with pytest.raises(MeasurementError, match="side wall"):
        fit_wall(cut, ct)
