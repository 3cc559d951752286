"""Pedicles, laminae and processes: against a phantom's truth, a subregion mask, and with parts taken away."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side, find_pedicle
from corduroy.anatomy.posterior import Part, PosteriorElements, find_posterior_elements
from corduroy.anatomy.schemes import scheme_named
from corduroy.anatomy.spine import build_spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.imaging.volume import LabelMap
from corduroy.phantom import Phantom, random_spine

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LEVELS = ("T10", "T12", "L2")
L2 = Level.L2
SCHEME = scheme_named("verse")


def drawn(spacing_mm: float) -> tuple[Phantom, LabelMap]:
    levels = ["T9", "T10", "T11", "T12", "L1", "L2", "L3"]
    phantom = random_spine(np.random.default_rng(5), levels, tilt_deg=12.0)
    return phantom, phantom.render_labels(spacing_mm, np.random.default_rng(6))


@pytest.fixture(scope="module")
def phantom_and_labels() -> tuple[Phantom, LabelMap]:
    return drawn(1.0)


@pytest.fixture(scope="module")
def labels(phantom_and_labels: tuple[Phantom, LabelMap]) -> LabelMap:
    return phantom_and_labels[1]


@pytest.fixture(scope="module")
def vertebrae(labels: LabelMap) -> dict[Level, Vertebra]:
    return build_spine(labels, "verse").vertebrae


@pytest.fixture(scope="module")
def elements(vertebrae: dict[Level, Vertebra]) -> dict[Level, PosteriorElements]:
    return {Level(name): find_posterior_elements(vertebrae[Level(name)]) for name in LEVELS}


def rebuilt(labels: LabelMap, level: Level, without: NDArray[np.bool_] | None = None) -> Vertebra:
    """One vertebra of a map, found anew, voxels of its own crop taken away first."""
    number = SCHEME.label_of(level)
    assert number is not None
    array = np.where(np.abs(labels.array.astype(int) - number) <= 1, labels.array, 0).astype(np.uint8)
    if without is not None:
        corner = tuple(max(0, side.start - 2) for side in labels.boxes[number])
        array[tuple((np.argwhere(without) + corner).T)] = 0
    near = tuple(
        slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes))
        for boxes in [[labels.boxes[n] for n in (number - 1, number, number + 1)]]
        for axis in range(3)
    )
    return build_spine(LabelMap(array, labels.affine).crop(near, margin=4), SCHEME).vertebrae[level]


def parts(found: PosteriorElements) -> dict[str, Part]:
    """All parts that were found, by name."""
    pairs = {
        "pedicle": found.pedicle_parts,
        "lamina": found.laminae,
        "transverse": found.transverse_processes,
        "superior": found.superior_articular,
        "inferior": found.inferior_articular,
    }
    both = {f"{name} {side}": part for name, sides in pairs.items() for side, part in sides.items()}
    return {name: part for name, part in {**both, "spinous": found.spinous_process}.items() if part is not None}


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("side", list(Side))
def test_pedicles_of_a_phantom(
    phantom_and_labels: tuple[Phantom, LabelMap],
    elements: dict[Level, PosteriorElements],
    name: str,
    side: Side,
) -> None:
    truth = phantom_and_labels[0].truth()[name].pedicles[side.value]
    found = elements[Level(name)].pedicles[side]
    assert found is not None
    assert found.side is side
    assert found.width_mm.value == pytest.approx(truth.width_mm, abs=0.9)
    assert found.height_mm.value == pytest.approx(truth.height_mm, abs=0.9)
    assert found.area_mm2.value == pytest.approx(truth.area_mm2, rel=0.08)
    assert np.linalg.norm(found.point - truth.point) < 2.0
    assert found.direction @ truth.axis > np.cos(np.deg2rad(15.0))
    assert np.linalg.norm(found.direction) == pytest.approx(1.0)
    np.testing.assert_allclose(found.outline.mean(axis=0), found.point, atol=1.0)


def test_the_stated_uncertainty_covers_most_pedicles(
    phantom_and_labels: tuple[Phantom, LabelMap], vertebrae: dict[Level, Vertebra]
) -> None:
    truth = phantom_and_labels[0].truth()
    covered = []
    for level, vertebra in vertebrae.items():
        for side in Side:
            found = find_pedicle(vertebra, side)
            assert found is not None
            low, high = found.width_mm.interval
            covered.append(low <= truth[level].pedicles[side.value].width_mm <= high)
    assert len(covered) == 14
    assert np.mean(covered) >= 12 / 14


def test_width_follows_the_voxels(vertebrae: dict[Level, Vertebra]) -> None:
    fine = find_pedicle(vertebrae[L2], Side.LEFT)
    coarse = find_pedicle(rebuilt(drawn(2.0)[1], L2), Side.LEFT)
    assert fine is not None
    assert coarse is not None
    assert coarse.width_mm.uncertainty == pytest.approx(2 * fine.width_mm.uncertainty)
    assert coarse.width_mm.value == pytest.approx(fine.width_mm.value, abs=coarse.width_mm.uncertainty)


@pytest.mark.parametrize("name", LEVELS)
def test_parts_are_on_their_side_and_where_they_belong(
    vertebrae: dict[Level, Vertebra], elements: dict[Level, PosteriorElements], name: str
) -> None:
    vertebra, found = vertebrae[Level(name)], elements[Level(name)]
    assert found.flags == ()
    local = {key: vertebra.frame.local(part.tip) for key, part in parts(found).items()}
    assert len(local) == 11
    for side in Side:
        centres = {
            key.split()[0]: vertebra.frame.local(part.centre) for key, part in parts(found).items() if side in key
        }
        assert all(side.sign * centre[0] > 2.0 for centre in centres.values())
        assert centres["superior"][2] > centres["lamina"][2] > centres["inferior"][2]
        assert abs(local[f"transverse {side}"][0]) > abs(local[f"superior {side}"][0])
        assert centres["pedicle"][1] > centres["lamina"][1]
        pedicle = found.pedicles[side]
        assert pedicle is not None
        assert side.sign * vertebra.frame.local(pedicle.point)[0] > 5.0
    assert abs(local["spinous"][0]) < 3.0
    assert local["spinous"][1] < min(tip[1] for key, tip in local.items() if key != "spinous")


@pytest.mark.parametrize("name", LEVELS)
def test_parts_share_the_arch_without_overlap(
    vertebrae: dict[Level, Vertebra], elements: dict[Level, PosteriorElements], name: str
) -> None:
    vertebra = vertebrae[Level(name)]
    counts = sum(part.voxels.astype(int) for part in parts(elements[Level(name)]).values())
    assert np.max(counts) == 1
    assert not ((counts == 1) & ~vertebra.arch_mask).any()
    assert np.count_nonzero(counts) > 0.97 * np.count_nonzero(vertebra.arch_mask)


def test_mirroring_the_patient_swaps_the_sides(
    labels: LabelMap, vertebrae: dict[Level, Vertebra], elements: dict[Level, PosteriorElements]
) -> None:
    own = elements[L2]
    process = own.transverse_processes[Side.LEFT]
    assert process is not None
    lame = find_posterior_elements(rebuilt(labels, L2, process.voxels))
    assert lame.transverse_processes[Side.LEFT] is None
    assert lame.transverse_processes[Side.RIGHT] is not None
    mirrored = LabelMap(labels.array[::-1].copy(), labels.affine)
    corner = max(0, labels.boxes[21][0].start - 2)
    shape = vertebrae[L2].mask.shape
    assert corner + shape[0] <= labels.shape[0]
    twin = find_posterior_elements(rebuilt(mirrored, L2, process.voxels[::-1]))
    assert twin.transverse_processes[Side.RIGHT] is None
    assert twin.transverse_processes[Side.LEFT] is not None
    for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
        here, there = lame.pedicles[side], twin.pedicles[other]
        assert here is not None
        assert there is not None
        assert there.width_mm.value == pytest.approx(here.width_mm.value, abs=0.3)
        assert there.direction[0] == pytest.approx(-here.direction[0], abs=0.1)


def test_a_removed_lamina_is_missed_on_its_side(labels: LabelMap, elements: dict[Level, PosteriorElements]) -> None:
    lamina = elements[L2].laminae[Side.RIGHT]
    assert lamina is not None
    found = find_posterior_elements(rebuilt(labels, L2, lamina.voxels))
    remains = found.laminae[Side.RIGHT]
    assert remains is None or remains.volume_ml < 0.35 * lamina.volume_ml
    left = found.laminae[Side.LEFT]
    assert left is not None
    assert left.volume_ml > 0.7 * lamina.volume_ml


def test_a_severed_pedicle_is_missed_on_its_side(labels: LabelMap, elements: dict[Level, PosteriorElements]) -> None:
    bridge = elements[L2].pedicle_parts[Side.LEFT]
    assert bridge is not None
    vertebra = rebuilt(labels, L2, bridge.voxels)
    assert find_pedicle(vertebra, Side.LEFT) is None
    assert find_pedicle(vertebra, Side.RIGHT) is not None
    assert "no pedicle seen on the left" in find_posterior_elements(vertebra).flags


def test_a_body_alone_has_no_posterior_elements(labels: LabelMap, vertebrae: dict[Level, Vertebra]) -> None:
    body = rebuilt(labels, L2, vertebrae[L2].arch_mask)
    found = find_posterior_elements(body)
    assert found.pedicles == dict.fromkeys(Side)
    assert found.spinous_process is None
    assert found.laminae == dict.fromkeys(Side)
    assert "no pedicle seen on the right" in found.flags


def test_long_voxels_leave_the_facets_out() -> None:
    found = find_posterior_elements(rebuilt(drawn(3.0)[1], L2))
    assert found.superior_articular == found.inferior_articular == dict.fromkeys(Side)
    assert "voxels too long to tell the articular processes apart" in found.flags
    assert found.pedicles[Side.LEFT] is not None


def test_parts_agree_with_a_subregion_mask() -> None:
    folder = DATA / "tptbox-l3"
    if not folder.exists():
        pytest.skip("real data not present: shared/data/tptbox-l3")
    whole, regions = (
        LabelMap.from_any(np.asanyarray(image.dataobj), image.affine)
        for image in (nib.load(folder / f"sub-ct_seg-{kind}_label-22_msk.nii.gz") for kind in ("vert", "subreg"))
    )
    vertebra = build_spine(whole, "verse").vertebrae[Level.L3]
    found = parts(find_posterior_elements(vertebra))
    truth = np.where(whole.array == 22, regions.array, 0)
    corner = np.round(whole.voxel_from_world(vertebra.mask.world_from_voxel([0, 0, 0]))).astype(int)
    box = tuple(slice(c, c + n) for c, n in zip(corner, vertebra.mask.shape, strict=True))
    expected = {
        **{"spinous": 42, "transverse left": 43, "transverse right": 44},
        **{"superior left": 45, "superior right": 46, "inferior left": 47, "inferior right": 48},
    }
    for name, number in expected.items():
        own, theirs = found[name].voxels, truth[box] == number
        dice = 2 * np.count_nonzero(own & theirs) / (np.count_nonzero(own) + np.count_nonzero(theirs))
        assert dice > 0.8, name
    ring = [found[f"{part} {side}"].voxels for part in ("pedicle", "lamina") for side in Side]
    assert np.count_nonzero(np.any(ring, axis=0) & (truth[box] == 41)) > 0.65 * np.count_nonzero(truth[box] == 41)
