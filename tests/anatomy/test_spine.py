"""A spine from a label map: what is found, what is cut, and who stands next to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.anatomy.schemes import LabelScheme, scheme_named
from corduroy.anatomy.spine import Spine, build_spine, canal_axes
from corduroy.anatomy.surface import TooFewPointsError
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import CorduroyError, LabelError
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry import measure_spine
from corduroy.phantom import mean_spine, random_spine

VERSE = scheme_named("verse")


def number(level: str) -> int:
    found = VERSE.label_of(Level(level))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    phantom = random_spine(np.random.default_rng(5), ["T11", "T12", "L1", "L2"], tilt_deg=9.0)
    return phantom.render_labels(1.5, np.random.default_rng(6))


@pytest.fixture(scope="module")
def spine(labels: LabelMap) -> Spine:
    return build_spine(labels)


def only(labels: LabelMap, *levels: str) -> LabelMap:
    kept = np.isin(labels.array, [number(level) for level in levels])
    return LabelMap(np.where(kept, labels.array, 0), labels.affine)


def bare(*levels: str) -> Spine:
    """A spine whose vertebrae are names only."""
    mask = LabelMap(np.ones((1, 1, 1), dtype=np.uint8), np.eye(4))
    names = [Level(level) for level in levels]
    frame: Any = None
    vertebrae = {v: Vertebra(v, mask, frame, np.zeros(3), ring_closed=False) for v in names}
    return Spine(vertebrae, mask, VERSE)


def names(spine: Spine, level: str) -> tuple[str | None, str | None]:
    above, below = spine.neighbours(Level(level))
    return (None if above is None else above.level.value, None if below is None else below.level.value)


def test_vertebrae_come_cranial_to_caudal_with_body_and_canal(spine: Spine) -> None:
    assert [v.value for v in spine.levels] == ["T11", "T12", "L1", "L2"]
    assert spine.scheme.name == "verse"
    for vertebra in spine.vertebrae.values():
        assert vertebra.body is not None
        assert vertebra.canal is not None
        assert vertebra.ring_closed
        assert not vertebra.cut
        assert vertebra.flags == ()
        assert vertebra.confidence == pytest.approx(1.0)


def test_other_structures_are_passed_over(labels: LabelMap, spine: Spine) -> None:
    array = labels.array.copy()
    array[2:30, 2:20, 2:40] = np.where(array[2:30, 2:20, 2:40] == 0, 200, array[2:30, 2:20, 2:40])
    again = build_spine(LabelMap(array, labels.affine), "verse")
    assert again.levels == spine.levels


@pytest.mark.parametrize("scheme", ["verse", None, scheme_named("verse")])
def test_the_scheme_may_be_named_recognised_or_given(labels: LabelMap, scheme: str | LabelScheme | None) -> None:
    assert build_spine(only(labels, "T12", "L1"), scheme or VERSE).levels == (Level.T12, Level.L1)


def test_a_map_without_vertebrae_is_refused() -> None:
    empty = LabelMap(np.zeros((10, 10, 10), dtype=np.uint8), np.eye(4))
    with pytest.raises(LabelError):
        build_spine(empty, "verse")
    with pytest.raises(CorduroyError):
        build_spine(empty)
    sacrum = LabelMap(np.full((10, 10, 10), 26, dtype=np.uint8), np.eye(4))
    with pytest.raises(LabelError, match="no vertebra of the scheme verse"):
        build_spine(sacrum, "verse")


@pytest.mark.parametrize(
    ("levels", "asked", "expected"),
    [
        (("T11", "T12", "L1"), "T12", ("T11", "L1")),
        (("T11", "T12", "L1"), "T11", (None, "T12")),
        (("T11", "T12", "L1"), "L1", ("T12", None)),
        (("T12", "T13", "L1"), "T12", (None, "T13")),
        (("T12", "T13", "L1"), "L1", ("T13", None)),
        (("T12", "T13", "L1"), "T13", ("T12", "L1")),
        (("L4", "L5", "L6", "S1"), "L5", ("L4", "L6")),
        (("L4", "L5", "L6", "S1"), "S1", ("L6", None)),
        (("L4", "L5", "S1"), "L5", ("L4", "S1")),
        (("T11", "L1"), "L1", (None, None)),
        (("T12", "L2"), "L2", (None, None)),
        (("C7", "T1"), "T1", ("C7", None)),
    ],
)
def test_neighbours(levels: tuple[str, ...], asked: str, expected: tuple[str | None, str | None]) -> None:
    assert names(bare(*levels), asked) == expected


def test_a_lone_vertebra_is_found(labels: LabelMap, spine: Spine) -> None:
    alone = build_spine(only(labels, "L1"), "verse")
    assert alone.levels == (Level.L1,)
    vertebra = alone.vertebrae[Level.L1]
    assert vertebra.body is not None
    assert vertebra.canal is not None
    assert alone.neighbours(Level.L1) == (None, None)
    together = spine.vertebrae[Level.L1]
    angles = np.degrees(np.arccos(np.clip(np.diag(vertebra.frame.axes.T @ together.frame.axes), -1, 1)))
    assert angles.max() < 2.0
    # Alone, the canal's course comes from the posterior wall and not from the neighbours' canals.
    assert together.canal is not None
    assert vertebra.canal.area_mm2 == pytest.approx(together.canal.area_mm2, rel=0.08)


@pytest.mark.parametrize("level", ["C1", "C2"])
def test_atlas_and_axis_have_no_body(labels: LabelMap, level: str) -> None:
    renamed = only(labels, "T12", "L1").array.copy()
    renamed[renamed == number("T12")] = number(level)
    renamed[renamed == number("L1")] = number("C3")
    spine = build_spine(LabelMap(renamed, labels.affine), "verse")
    vertebra = spine.vertebrae[Level(level)]
    assert vertebra.body is None
    assert vertebra.canal is None
    assert vertebra.confidence == 0.0
    assert f"{level} has no body of the common shape" in vertebra.flags
    assert spine.vertebrae[Level.C3].body is not None


def test_a_vertebra_of_which_little_is_seen_is_told_in_the_words_of_a_clinician(
    labels: LabelMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_few(*_: object) -> None:
        raise TooFewPointsError("3 points are too few for a surface of 3 coefficients")

    monkeypatch.setattr("corduroy.anatomy.spine.build_vertebra", too_few)
    for vertebra in build_spine(labels, "verse").vertebrae.values():
        assert any("too little of the vertebra is in view" in flag for flag in vertebra.flags)
        assert not any("coefficients" in flag for flag in vertebra.flags)


@pytest.mark.parametrize(("axis", "keep"), [(2, "upper"), (2, "lower"), (1, "front"), (0, "right")])
def test_a_body_cut_by_the_border_is_told(labels: LabelMap, axis: int, keep: str) -> None:
    box = labels.boxes[number("L1")]
    middle = (box[axis].start + box[axis].stop) // 2
    if axis == 1:  # through the body, which is the front half of a vertebra
        middle = box[axis].stop - (box[axis].stop - box[axis].start) // 6
    part = [slice(None)] * 3
    part[axis] = slice(middle, None) if keep in ("upper", "right") else slice(None, middle)
    cut = build_spine(only(labels, "L1").crop((part[0], part[1], part[2])), "verse").vertebrae[Level.L1]
    assert cut.cut or cut.body is None
    assert any("border" in flag for flag in cut.flags)
    assert cut.confidence < 0.5


def test_a_fragment_of_a_vertebra_is_told_and_not_measured(labels: LabelMap) -> None:
    array = labels.array.copy()
    front = np.zeros(labels.shape, dtype=bool)
    box = labels.boxes[number("T11")]
    front[:, box[1].stop - (box[1].stop - box[1].start) // 5 :, :] = True
    array[(array == number("T11")) & ~front] = 0
    spine = build_spine(LabelMap(array, labels.affine), "verse")
    assert spine.vertebrae[Level.T11].cut
    assert any("a fragment, not measured" in flag for flag in spine.vertebrae[Level.T11].flags)
    measured = measure_spine(spine)
    assert set(measured["T11"].heights.values()) == {None}
    assert measured["T11"].wedge_angle is None
    assert measured["T12"].heights["anterior"] is not None


def test_a_process_at_the_border_does_not_make_a_body_cut(labels: LabelMap) -> None:
    box = labels.boxes[number("L1")]
    start = box[1].start + (box[1].stop - box[1].start) // 8  # the tip of the spinous process is lost
    part = only(labels, "L1").crop((slice(None), slice(start, None), slice(None)))
    vertebra = build_spine(part, "verse").vertebrae[Level.L1]
    assert not vertebra.cut
    assert vertebra.body is not None
    assert any("border" in flag for flag in vertebra.flags)
    assert vertebra.confidence > 0.9


def test_the_canal_runs_along_the_spine(spine: Spine) -> None:
    axes = canal_axes(list(spine.vertebrae.values()))
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1.0)
    for axis, vertebra in zip(axes, spine.vertebrae.values(), strict=True):
        assert np.degrees(np.arccos(axis @ vertebra.frame.superior)) < 15.0


def test_a_spine_upside_down_in_its_numbers_is_reported() -> None:
    labels = mean_spine(["T12", "L1", "L2"]).render_labels(2.0)
    swapped = labels.array.copy()
    swapped[labels.array == number("T12")] = number("L2")
    swapped[labels.array == number("L2")] = number("T12")
    spine = build_spine(LabelMap(swapped, labels.affine), "verse")
    assert spine.warnings
    assert min(v.confidence for v in spine.vertebrae.values()) < 0.5


def test_warnings_do_not_hide_the_vertebrae(labels: LabelMap) -> None:
    gap = build_spine(only(labels, "T11", "L1", "L2"), "verse")
    assert gap.levels == (Level.T11, Level.L1, Level.L2)
    assert any("no label" in flag or "beside" in flag for v in gap.vertebrae.values() for flag in v.flags)
