"""Label schemes: the tables, names, and recognition from labels, places and sizes."""

from __future__ import annotations

import warnings
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.anatomy.schemes import SCHEMES, LabelScheme, recognise, recognise_map, scheme_named
from corduroy.errors import AmbiguousSchemeError, DoubtWarning, LabelError
from corduroy.imaging.volume import LabelMap

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BY_NAME = {scheme.name: scheme for scheme in SCHEMES}


def stacked(labels: list[int], pitch_mm: float = 30.0, lean: float = 0.2) -> dict[int, tuple[float, float, float]]:
    """Centroids of labels listed from the topmost downwards."""
    return {label: (0.0, lean * pitch_mm * row, -pitch_mm * row) for row, label in enumerate(labels)}


def load(relative: str) -> LabelMap:
    path = DATA / relative
    if not path.exists():
        pytest.skip(f"real data not present: shared/data/{relative}")
    image = nib.load(path)
    return LabelMap.from_any(np.asanyarray(image.dataobj), image.affine, path.stem)


@pytest.mark.parametrize(
    ("name", "label", "level"),
    [
        *[
            ("verse", 1, "C1"),
            ("verse", 8, "T1"),
            ("verse", 19, "T12"),
            ("verse", 24, "L5"),
            ("verse", 25, "L6"),
        ],
        *[("verse", 28, "T13"), ("totalsegmentator", 26, "S1"), ("totalsegmentator", 27, "L5")],
        *[("totalsegmentator", 31, "L1"), ("totalsegmentator", 32, "T12"), ("totalsegmentator", 43, "T1")],
        *[("totalsegmentator", 44, "C7"), ("totalsegmentator", 50, "C1"), ("totalsegmentator-v3", 26, "L6")],
        *[("totalspineseg", 11, "C1"), ("totalspineseg", 21, "T1"), ("totalspineseg", 32, "T12")],
        *[("totalspineseg", 45, "L5"), ("spineps", 22, "L3"), ("spine-segment", 20, "L1")],
    ],
)
def test_levels_of_the_published_tables(name: str, label: int, level: str) -> None:
    scheme = BY_NAME[name]
    assert scheme.levels[label] == Level(level)
    assert scheme.label_of(Level(level)) == label


@pytest.mark.parametrize(
    ("name", "label", "structure"),
    [
        *[
            ("verse", 26, "sacrum"),
            ("totalsegmentator", 25, "sacrum"),
            ("totalsegmentator", 79, "spinal_cord"),
        ],
        *[("totalsegmentator", 52, "aorta"), ("totalsegmentator", 10, "lung_upper_lobe_left")],
        *[("totalsegmentator", 92, "rib_left_1"), ("totalsegmentator", 117, "costal_cartilages")],
        *[
            ("totalspineseg", 1, "spinal_cord"),
            ("totalspineseg", 63, "disc_C2_C3"),
            ("totalspineseg", 100, "disc_L5_S"),
        ],
        *[
            ("totalspineseg", 71, "disc_C7_T1"),
            ("totalspineseg", 82, "disc_T11_T12"),
            ("totalspineseg", 91, "disc_T12_L1"),
        ],
        *[
            ("totalspineseg", 95, "disc_L4_L5"),
            ("spineps", 119, "disc_below_T12"),
            ("spineps", 219, "endplate_T12"),
        ],
        *[
            ("spineps-subregions", 43, "costal_process_left"),
            ("spineps-subregions", 46, "superior_articular_right"),
        ],
        *[("spine-segment", 28, "sacrum"), ("spineps-subregions", 50, "body")],
    ],
)
def test_structures_of_the_published_tables(name: str, label: int, structure: str) -> None:
    scheme = BY_NAME[name]
    assert scheme.structures[label] == structure
    assert scheme.structure_label(structure) == label


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_scheme_is_sound(scheme: LabelScheme) -> None:
    assert not set(scheme.levels) & set(scheme.structures)
    assert len(set(scheme.levels.values())) == len(scheme.levels)
    assert len(set(scheme.structures.values())) == len(scheme.structures)
    assert scheme.source


def test_verse_and_totalsegmentator_add_up_to_51() -> None:
    verse, total = BY_NAME["verse"], BY_NAME["totalsegmentator"]
    assert {51 - label: level for label, level in total.levels.items() if label != 26} == {
        label: level for label, level in verse.levels.items() if label <= 24
    }


@pytest.mark.parametrize("text", ["VerSe", " verse ", "TOTALSEGMENTATOR", "Spine_Segment", "spineps subregions"])
def test_names_are_read_leniently(text: str) -> None:
    assert scheme_named(text).name == text.strip().lower().replace("_", "-").replace(" ", "-")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LabelError) as caught:
        scheme_named("vers")
    assert all(scheme.name in str(caught.value) for scheme in SCHEMES)


def test_levels_in_are_cranio_caudal_whatever_the_numbers() -> None:
    assert list(BY_NAME["totalsegmentator"].levels_in([27, 31, 32, 52])) == [Level.T12, Level.L1, Level.L5]
    assert list(BY_NAME["verse"].levels_in([20, 28, 19])) == [Level.T12, Level.T13, Level.L1]


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([20, 21, 22, 23, 24], "verse"),
        (list(range(8, 25)), "verse"),
        ([17, 18, 19, 28, 20, 21], "verse"),
        ([22, 23, 24, 26, 122, 123, 223], "spineps"),
        ([41, 42, 43, 44, 45, 50, 92, 93], "totalspineseg"),
        ([13, 14, 15, 16, 17, 21, 22, 23, 71], "totalspineseg"),
        ([27, 28, 29, 30, 31, 52, 79], "totalsegmentator"),
    ],
)
def test_label_sets_that_fit_one_scheme(labels: list[int], name: str) -> None:
    assert recognise(labels).name == name


@pytest.mark.parametrize(
    ("labels", "candidates"),
    [
        ([21, 22, 23, 24], ("verse: L2-L5", "totalspineseg: T1-T4")),
        ([27, 28, 29, 30, 31], ("totalspineseg: T7-T11", "totalsegmentator: L1-L5")),
        ([22], ("verse: L3", "totalspineseg: T2")),
        ([20, 21, 22, 23, 24, 28], ("verse: T13-L5", "spine-segment: L1-L5")),
        (list(range(41, 51)), ("totalsegmentator: C1-T3", "spineps-subregions")),
    ],
)
def test_ambiguous_sets_list_their_readings(labels: list[int], candidates: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousSchemeError) as caught:
        recognise(labels)
    assert all(reading in str(caught.value) for reading in candidates)


def test_the_order_down_the_patient_decides() -> None:
    rising_caudally, rising_cranially = [27, 28, 29, 30, 31], [31, 30, 29, 28, 27]
    assert recognise(rising_caudally, stacked(rising_caudally, 24.0)).name == "totalspineseg"
    assert recognise(rising_cranially, stacked(rising_cranially)).name == "totalsegmentator"


def test_one_swapped_pair_does_not_change_the_scheme() -> None:
    assert recognise([27, 28, 29, 30, 31], stacked([31, 29, 30, 28, 27])).name == "totalsegmentator"
    assert recognise([20, 21, 22], stacked([20, 22, 21])).name == "verse"


def test_where_label_28_lies_tells_t13_from_the_sacrum() -> None:
    lumbar = [20, 21, 22, 23, 24]
    assert recognise([*lumbar, 28], stacked([28, *lumbar])).name == "verse"
    assert recognise([*lumbar, 28], stacked([*lumbar, 28])).name == "spine-segment"


def test_a_way_that_doubles_back_is_no_spine() -> None:
    scattered = stacked([3, 1, 6, 2, 5, 4])
    with pytest.raises(LabelError, match="do not lie one below the other"):
        recognise(list(scattered), scattered)


def test_reversed_order_is_refused_and_said() -> None:
    reversed_order = [24, 23, 22, 21, 20]
    with pytest.raises(LabelError, match="verse: L1-L5"):
        recognise(reversed_order, stacked(reversed_order))


@pytest.mark.parametrize(("volume_ml", "name"), [(62.0, "verse"), (19.0, "totalspineseg")])
def test_the_size_of_a_lone_vertebra_decides(volume_ml: float, name: str) -> None:
    assert recognise([22], volumes_ml={22: volume_ml}).name == name


def test_a_size_between_both_stays_ambiguous() -> None:
    with pytest.raises(AmbiguousSchemeError):
        recognise([22], volumes_ml={22: 35.0})


def test_a_long_gap_speaks_against_a_reading() -> None:
    labels = [17, 21]
    assert recognise(labels).name == "totalspineseg"


def test_a_single_missing_level_is_no_evidence() -> None:
    assert recognise([16, 17, 18, 20, 21]).name == "verse"


def test_foreign_labels_are_named_in_a_warning() -> None:
    labels = [*range(27, 40), 52, 79, 118]
    with pytest.warns(DoubtWarning, match="labels not used: 118"):
        assert recognise(labels).name == "totalsegmentator"


@pytest.mark.parametrize("labels", [[1], [2], [1, 2], [0, 1, 2]])
def test_one_or_two_class_masks_are_no_scheme(labels: list[int]) -> None:
    with pytest.raises(LabelError, match="one- or two-class"):
        recognise(labels)


@pytest.mark.parametrize("labels", [[], [0], [500, 501], [3, 300, 900]])
def test_sets_that_fit_nothing_are_refused(labels: list[int]) -> None:
    with pytest.raises(LabelError):
        recognise(labels)


@pytest.mark.parametrize(
    ("relative", "name"),
    [
        ("verse004/sub-verse004_seg-vert_msk.nii.gz", "verse"),
        ("verse014/sub-verse014_seg-vert_msk.nii.gz", "verse"),
        ("verse-graded/verse022_seg.nii.gz", "verse"),
        ("verse-graded/verse252_seg.nii.gz", "verse"),
        ("lidc0001/spine_crop_vertebrae_verse_ids.nii.gz", "verse"),
        ("totalsegmentator-example/totalseg_vertebrae_pp_refined.nii.gz", "verse"),
        ("totalsegmentator-example/totalseg.nii.gz", "totalsegmentator"),
        ("tptbox-l3/sub-ct_seg-vert_label-22_msk.nii.gz", "verse"),
        ("tptbox-l3/sub-ct_seg-subreg_label-22_msk.nii.gz", "spineps-subregions"),
    ],
)
def test_real_label_maps_are_recognised(relative: str, name: str) -> None:
    assert recognise_map(load(relative)).name == name


def test_a_real_map_of_89_structures_is_recognised_with_a_warning() -> None:
    labels = load("lidc0001/totalseg_labels.nii.gz")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert recognise_map(labels).name == "totalsegmentator"
    assert ["118" in str(warning.message) for warning in caught] == [True]


@pytest.mark.parametrize("name", ["verse", "totalsegmentator", "totalspineseg"])
def test_the_same_spine_is_recognised_under_other_numbers(name: str) -> None:
    labels = load("verse004/sub-verse004_seg-vert_msk.nii.gz")
    renumbered = np.zeros(labels.shape, dtype=np.uint8)
    for number in labels.labels:
        renumbered[labels.array == number] = BY_NAME[name].label_of(BY_NAME["verse"].levels[number])
    assert recognise_map(LabelMap(renumbered, labels.affine)).name == name


def test_lumbar_vertebrae_are_not_taken_for_parts_of_one() -> None:
    lumbar = [41, 42, 43, 44, 45, 50]
    assert recognise(lumbar, stacked(lumbar)).name == "totalspineseg"


def test_a_small_fractured_vertebra_alone_stays_ambiguous() -> None:
    with pytest.raises(AmbiguousSchemeError, match=r"L3.*T9"):
        recognise([29], {29: (0.0, 0.0, 0.0)}, {29: 30.8})


@pytest.mark.parametrize(
    "relative",
    ["totalsegmentator-example/totalseg_vertebrae_body.nii.gz", "fe-verse004-l2/sub-verse004_L2_seg.nii.gz"],
)
def test_real_maps_of_other_things_are_refused(relative: str) -> None:
    with pytest.raises(LabelError):
        recognise_map(load(relative))
