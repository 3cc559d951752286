"""Label checks: intact maps stay unflagged, mix-ups are found.

On a toy spine with known defects, and on real masks that are untouched or mixed up on purpose.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.anatomy.norms import TYPICAL_PITCH_MM, TYPICAL_VOLUME_ML
from corduroy.anatomy.quality import QualityFlag, QualityReport, check_labels, confidence
from corduroy.anatomy.quality_flags import FACTORS
from corduroy.anatomy.schemes import scheme_named
from corduroy.errors import LabelError
from corduroy.imaging.volume import LabelMap

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
VERSE = scheme_named("verse")
T10, T11, T12, L1, L2, L3, L4 = (Level(name) for name in ("T10", "T11", "T12", "L1", "L2", "L3", "L4"))
TOY_LEVELS = (T10, T11, T12, L1, L2, L3, L4)
SPACING_MM = 2.0


def toy_spine(
    levels: tuple[Level, ...] = TOY_LEVELS, spacing_mm: float = SPACING_MM, margin_mm: float = 10.0
) -> LabelMap:
    """Drums with a posterior bar, of typical volume, at typical distances, in VerSe numbers."""
    tops = margin_mm + np.cumsum([0.0, *(TYPICAL_PITCH_MM[level] for level in levels)])
    depth = tops[-1] + margin_mm
    x, y, z = np.meshgrid(
        *(np.arange(-half, half, spacing_mm) for half in (35.0, 55.0)),
        np.arange(0.0, depth, spacing_mm),
        indexing="ij",
    )
    array = np.zeros(x.shape, dtype=np.uint8)
    for level, top in zip(levels, tops, strict=False):
        height = 0.78 * TYPICAL_PITCH_MM[level]
        below_top = depth - z - top
        bar = (np.abs(x) < 6.0) & (y > -45.0) & (y < 10.0) & (np.abs(below_top - height / 2) < 5.0)
        bar_ml = 12.0 * 40.0 * 10.0 / 1000.0
        radius = np.sqrt(1000.0 * (TYPICAL_VOLUME_ML[level] - bar_ml) / (np.pi * height))
        drum = (x**2 + (y - 20.0) ** 2 < radius**2) & (below_top > 0) & (below_top < height)
        array[bar | drum] = VERSE.label_of(level)
    return LabelMap(array, np.diag([spacing_mm] * 3 + [1.0]), "toy")


def changed(labels: LabelMap, array: NDArray[np.uint8]) -> QualityReport:
    return check_labels(LabelMap(array, labels.affine, labels.name), VERSE)


def swapped(labels: LabelMap, first: int, second: int) -> NDArray[np.uint8]:
    array = labels.array.copy()
    array[labels.array == first] = second
    array[labels.array == second] = first
    return array


def given_away(labels: LabelMap, giver: int, taker: int, share: float) -> NDArray[np.uint8]:
    """The lower part of one vertebra under the next one's label."""
    array = labels.array.copy()
    voxels = np.argwhere(array == giver)
    height = labels.world_from_voxel(voxels)[:, 2]
    array[tuple(voxels[height < np.quantile(height, share)].T)] = taker
    return array


def flagged(report: QualityReport) -> dict[Level, set[QualityFlag]]:
    return {level: set(quality.flags) for level, quality in report.levels.items() if quality.flags}


def number(level: Level) -> int:
    label = VERSE.label_of(level)
    assert label is not None
    return label


@pytest.fixture(scope="module")
def toy() -> LabelMap:
    return toy_spine()


def test_an_intact_spine_has_no_flag(toy: LabelMap) -> None:
    report = check_labels(toy, VERSE)
    assert flagged(report) == {}
    assert report.warnings == ()
    assert report.cleaned is toy
    assert list(report.levels) == list(TOY_LEVELS)
    assert {quality.confidence for quality in report.levels.values()} == {1.0}


def test_a_lone_vertebra_has_no_flag() -> None:
    assert flagged(check_labels(toy_spine((L3,)), VERSE)) == {}


def test_a_collapsed_vertebra_is_no_defect_of_the_label(toy: LabelMap) -> None:
    array = toy.array.copy()
    voxels = np.argwhere(array == number(L1))
    gone = (voxels[:, 1] > 30) & (voxels[:, 2] > np.median(voxels[:, 2]))
    array[tuple(voxels[gone].T)] = 0
    assert 0.55 < np.count_nonzero(array == number(L1)) / len(voxels) < 0.7
    assert flagged(changed(toy, array)) == {}


@pytest.mark.parametrize(("upper", "lower"), list(pairwise(TOY_LEVELS)))
def test_swapped_neighbours_are_both_named(toy: LabelMap, upper: Level, lower: Level) -> None:
    report = changed(toy, swapped(toy, number(upper), number(lower)))
    assert {level for level, flags in flagged(report).items() if QualityFlag.ORDER in flags} == {upper, lower}
    assert f"{upper} and {lower} are not in order" in report.warnings
    assert report.levels[upper].confidence <= FACTORS[QualityFlag.ORDER]


def test_swapped_levels_far_apart_are_named_without_those_between(toy: LabelMap) -> None:
    report = changed(toy, swapped(toy, number(T11), number(L3)))
    assert {level for level, flags in flagged(report).items() if QualityFlag.ORDER in flags} == {T11, L3}


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
def test_part_of_a_vertebra_in_the_next_ones_label(toy: LabelMap, share: float) -> None:
    report = changed(toy, given_away(toy, number(T12), number(L1), share))
    assert QualityFlag.MIXED in report.levels[T12].flags
    assert QualityFlag.MIXED in report.levels[L1].flags
    assert "L1 may hold part of T12" in report.warnings[0]
    assert {T10, T11, L2, L3, L4}.isdisjoint(flagged(report))


def test_two_vertebrae_under_one_label(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[array == number(L1)] = number(L2)
    report = changed(toy, array)
    assert QualityFlag.SIZE in report.levels[L2].flags
    assert any("may cover two vertebrae" in text for text in report.levels[L2].texts)
    assert QualityFlag.MISSING_NEIGHBOUR in report.levels[T12].flags


def test_an_unlabelled_vertebra_whose_number_is_left_out(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[array == number(L1)] = 0
    report = changed(toy, array)
    assert flagged(report) == {level: {QualityFlag.MISSING_NEIGHBOUR} for level in (T12, L2)}
    assert report.warnings == ("there is no label between T12 and L2",)


def test_an_unlabelled_vertebra_that_was_counted_over(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[array == number(L1)] = 0
    array[array > number(L1)] -= 1
    report = changed(toy, array)
    assert flagged(report) == {level: {QualityFlag.MISSING_NEIGHBOUR} for level in (T12, L1)}
    assert report.warnings == ("there is room for another vertebra between T12 and L1",)


def test_a_leap_in_the_numbering(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[toy.array >= number(L1)] += 1
    report = changed(toy, array)
    assert flagged(report) == {level: {QualityFlag.LEAP} for level in (T12, L2)}


def test_t13_is_no_leap() -> None:
    spine = toy_spine((T11, T12, Level.T13, L1, L2))
    assert flagged(check_labels(spine, VERSE)) == {}


def test_islands_are_left_out_and_reported(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[1:7, 1:7, 1:7] = number(L2)
    report = changed(toy, array)
    assert flagged(report) == {L2: {QualityFlag.PIECES}}
    assert report.levels[L2].left_out_ml == pytest.approx(216 * SPACING_MM**3 / 1000.0)
    assert report.levels[L2].texts == ("stray pieces of 1.73 ml in all left out",)
    np.testing.assert_array_equal(report.cleaned.array, toy.array)
    assert array[1, 1, 1] == number(L2), "the map that was given stays as it is"


def test_a_single_stray_voxel_is_left_out_without_a_flag(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[0, 0, 0] = number(L2)
    report = changed(toy, array)
    assert flagged(report) == {L2: {QualityFlag.TOUCHES_BORDER}}
    assert report.levels[L2].left_out_ml > 0.0


def test_an_arch_that_came_loose_is_kept(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[:, 26:28][array[:, 26:28] == number(L2)] = 0
    report = changed(toy, array)
    assert flagged(report) == {L2: {QualityFlag.PIECES}}
    assert report.levels[L2].left_out_ml == 0.0
    assert "in 2 pieces of" in report.levels[L2].texts[0]
    assert report.cleaned.array.sum() == array.sum()


def test_a_large_piece_far_off_is_left_out(toy: LabelMap) -> None:
    array = toy.array.copy()
    array[1:15, 1:10, 1:14] = number(T11)
    report = changed(toy, array)
    assert flagged(report) == {T11: {QualityFlag.PIECES}}
    np.testing.assert_array_equal(report.cleaned.array, toy.array)


def test_a_piece_inside_another_vertebra_is_mixed(toy: LabelMap) -> None:
    array = toy.array.copy()
    centre = np.round(toy.voxel_from_world(check_labels(toy, VERSE).levels[L3].shape.centroid_mm)).astype(int)
    array[tuple(slice(c - 3, c + 3) for c in centre)] = number(T11)
    report = changed(toy, array)
    assert QualityFlag.MIXED in report.levels[L3].flags
    assert QualityFlag.MIXED in report.levels[T11].flags
    assert "1.7 ml of T11 lie inside L3" in report.warnings


@pytest.mark.parametrize(("side", "index"), [("left", 0), ("right", -1)])
def test_the_side_that_is_touched_is_the_patients(toy: LabelMap, side: str, index: int) -> None:
    array = toy.array.copy()
    x, y, z = np.argwhere(array == number(L1)).mean(axis=0).round().astype(int)
    reach = slice(None, x) if index == 0 else slice(x, None)
    array[reach, y - 1 : y + 1, z] = number(L1)
    report = changed(toy, array)
    assert report.levels[L1].texts == (f"touches the {side} border of the image",)
    assert report.levels[L1].confidence == FACTORS[QualityFlag.TOUCHES_BORDER]


@pytest.mark.parametrize(("end", "level", "side"), [("bottom", L4, "inferior"), ("top", T10, "superior")])
def test_a_body_cut_by_the_border(toy: LabelMap, end: str, level: Level, side: str) -> None:
    heights = np.unique(np.argwhere(toy.array == number(level))[:, 2])
    middle = int(heights.mean())
    cut = toy.crop((slice(None), slice(None), slice(middle, None) if end == "bottom" else slice(None, middle)))
    report = check_labels(cut, VERSE)
    assert flagged(report) == {level: {QualityFlag.CUT}}
    assert report.levels[level].texts == (f"cut by the {side} border of the image",)


def test_a_sliver_at_the_border_is_cut() -> None:
    toy = toy_spine()
    lowest = int(np.argwhere(toy.array == number(T10))[:, 2].min())
    report = check_labels(toy.crop((slice(None), slice(None), slice(None, lowest + 2))), VERSE)
    assert flagged(report) == {T10: {QualityFlag.CUT}}


def test_thick_slices_are_too_coarse() -> None:
    toy = toy_spine()
    thick = LabelMap(toy.array[:, :, ::3], toy.affine @ np.diag([1.0, 1.0, 3.0, 1.0]), "thick")
    report = check_labels(thick, VERSE)
    assert {level for level, flags in flagged(report).items() if QualityFlag.COARSE in flags} == set(TOY_LEVELS)
    assert "about 4 voxels of 6.0 mm high" in report.levels[L1].texts


def test_thick_sagittal_slices_are_not_too_coarse_for_heights() -> None:
    toy = toy_spine()
    thick = LabelMap(toy.array[::3], toy.affine @ np.diag([3.0, 1.0, 1.0, 1.0]), "thick")
    assert not any(QualityFlag.COARSE in flags for flags in flagged(check_labels(thick, VERSE)).values())


def test_a_map_without_vertebrae_is_refused(toy: LabelMap) -> None:
    with pytest.raises(LabelError, match="no vertebra of the scheme totalspineseg"):
        check_labels(LabelMap(np.where(toy.array == number(T10), 99, 0), toy.affine), scheme_named("totalspineseg"))


def test_confidence_counts_each_flag_once_and_falls_with_each() -> None:
    assert confidence([]) == 1.0
    assert confidence([QualityFlag.SIZE, QualityFlag.SIZE]) == FACTORS[QualityFlag.SIZE]
    assert confidence(list(QualityFlag)) < min(FACTORS.values())
    assert set(FACTORS) == set(QualityFlag)
    assert all(0.0 < factor < 1.0 for factor in FACTORS.values())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    array=arrays(
        np.uint8, st.tuples(*[st.integers(1, 6)] * 3), elements=st.sampled_from([0, 7, 8, 19, 20, 24, 28, 200])
    ),
    spacing=st.tuples(*[st.floats(0.1, 10.0)] * 3),
)
def test_any_map_is_judged_or_refused_in_words(array: NDArray[np.uint8], spacing: tuple[float, ...]) -> None:
    labels = LabelMap(array, np.diag([*spacing, 1.0]))
    try:
        report = check_labels(labels, VERSE)
    except LabelError:
        assert not VERSE.levels_in(labels.labels)
        return
    assert set(report.levels) == set(VERSE.levels_in(labels.labels))
    assert all(0.0 < quality.confidence <= 1.0 for quality in report.levels.values())
    assert set(report.cleaned.labels) == set(labels.labels)


# ---- real masks ------------------------------------------------------------------------------------------------


def load(relative: str) -> LabelMap:
    path = DATA / relative
    if not path.exists():
        pytest.skip(f"real data not present: shared/data/{relative}")
    image = nib.load(path)
    return LabelMap.from_any(np.asanyarray(image.dataobj), image.affine, path.stem)


MINOR = {QualityFlag.TOUCHES_BORDER, QualityFlag.PIECES}


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        ("verse004/sub-verse004_seg-vert_msk.nii.gz", {}),
        ("verse014/sub-verse014_seg-vert_msk.nii.gz", {}),
        ("verse-graded/verse022_seg.nii.gz", {"T12": {QualityFlag.CUT}}),
        ("verse-graded/verse024_seg.nii.gz", {}),
        ("verse-graded/verse047_seg.nii.gz", {}),
        ("verse-graded/verse269_seg.nii.gz", {}),
        ("verse-graded/verse276_seg.nii.gz", {}),
        # C6 is a quarter of a vertebra, unfinished by the network
        ("verse-graded/verse018_seg.nii.gz", {"C6": {QualityFlag.FRAGMENT}}),
        # eleven thoracic vertebrae, or a count that leaves T12 out: there is no room for it
        ("verse-graded/verse252_seg.nii.gz", {"T11": {QualityFlag.LEAP}, "L1": {QualityFlag.LEAP}}),
        (
            "lidc0001/spine_crop_vertebrae_verse_ids.nii.gz",
            {level: {QualityFlag.CUT} for level in ("C5", "C6", "C7", "L3")},
        ),
    ],
)
def test_real_masks_are_flagged_only_where_something_is_wrong(
    relative: str, expected: dict[str, set[QualityFlag]]
) -> None:
    report = check_labels(load(relative), VERSE)
    serious = {level: flags - MINOR for level, flags in flagged(report).items() if flags - MINOR}
    assert serious == {Level(name): flags for name, flags in expected.items()}


@pytest.mark.parametrize(
    "relative", ["verse004/sub-verse004_seg-vert_msk.nii.gz", "verse014/sub-verse014_seg-vert_msk.nii.gz"]
)
def test_mix_ups_of_real_masks_are_found(relative: str) -> None:
    labels = load(relative)
    for upper, lower in pairwise(labels.labels):
        above, below = VERSE.levels[upper], VERSE.levels[lower]
        swap = changed(labels, swapped(labels, upper, lower))
        assert QualityFlag.ORDER in set(swap.levels[above].flags) & set(swap.levels[below].flags)
        half = changed(labels, given_away(labels, upper, lower, 0.5))
        assert {QualityFlag.MIXED, QualityFlag.SIZE} & set(half.levels[above].flags)
        merged = changed(labels, np.where(labels.array == upper, lower, labels.array))
        assert QualityFlag.SIZE in merged.levels[below].flags
    for dropped in labels.labels[1:-1]:
        array = np.where(labels.array == dropped, 0, labels.array)
        report = changed(labels, np.where(array > dropped, array - 1, array))
        assert QualityFlag.MISSING_NEIGHBOUR in report.levels[VERSE.levels[dropped - 1]].flags
