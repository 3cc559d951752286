"""Scenes made by hand, a synthetic patient, and a real chest CT where it is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy import Frame, Level, Side, Spine, build_spine
from corduroy.imaging import LabelMap, Volume, read_labels, read_scan
from corduroy.phantom import Phantom, random_spine
from corduroy.planning.corridors import Avoided, Scene, Source
from corduroy.planning.corridors.grid import SearchGrid
from corduroy.planning.corridors.skin import SkinEntries
from corduroy.planning.corridors.trace import BODY

LIDC = Path(__file__).resolve().parents[4] / "shared" / "data" / "lidc0001"


@pytest.fixture(scope="session")
def wall_with_hole() -> Callable[..., Scene]:
    """A block of bone behind a wall that lets needles pass through one round hole only."""

    def make(hole_mm: float, at: tuple[float, float] = (0.0, 0.0), group: Avoided = Avoided.LUNG) -> Scene:
        shape = (80, 90, 60)
        affine = np.eye(4)
        affine[:3, 3] = -40.0, -90.0, -30.0
        grid = SearchGrid(affine, shape, (1, 1, 1), np.ones(3))
        x, y, z = (affine[i, 3] + np.arange(shape[i]) for i in range(3))
        avoid = np.zeros(shape, np.uint8)
        through = np.hypot(x[:, None] - at[0], z[None, :] - at[1]) <= hole_mm
        wall = (y > -45) & (y < -40)
        avoid[:, wall, :] = np.where(through, 0, group.code)[:, None, :]
        bone = np.zeros(shape, np.uint8)
        bone[25:56, 78:90, 15:46] = BODY
        lesion = np.zeros(shape, np.uint8)
        lesion[38:43, 81:86, 28:33] = 1
        entries = np.stack(np.meshgrid(np.arange(-36.0, 37, 2), [-85.0], np.arange(-26.0, 27, 2), indexing="ij"), -1)
        frame = Frame(np.zeros(3), np.eye(3))
        return Scene(
            Level.L2,
            frame,
            grid,
            avoid,
            bone,
            lesion,
            (0, 0, 0),
            np.array([[0.0, -6.0, 0.0]]),
            SkinEntries(entries[:, 0], np.empty(0), np.empty(0)),
            dict.fromkeys(Side),
            {group: Source.LABELS},
        )

    return make


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    return random_spine(np.random.default_rng(4), (Level.T11, Level.T12, Level.L1), tilt_deg=0.0, scoliosis_deg=0.0)


@pytest.fixture(scope="session")
def patient(phantom: Phantom) -> tuple[Spine, LabelMap]:
    """The bones' spine, and all structures of a torso."""
    return build_spine(phantom.render_labels(1.5)), phantom.render_structures(2.5, field="torso")


@pytest.fixture(scope="session")
def body(patient: tuple[Spine, LabelMap]) -> LabelMap:
    structures = patient[1]
    return LabelMap((structures.array > 0).view(np.uint8), structures.affine, "torso")


def mirrored(labels: LabelMap) -> LabelMap:
    """The patient with left and right exchanged."""
    return LabelMap.from_any(labels.array, np.diag([-1.0, 1.0, 1.0, 1.0]) @ labels.affine, labels.name)


@pytest.fixture(scope="session")
def mirrored_patient(patient: tuple[Spine, LabelMap], body: LabelMap) -> tuple[Spine, LabelMap, LabelMap]:
    spine, structures = patient
    return build_spine(mirrored(spine.labels)), mirrored(structures), mirrored(body)


@pytest.fixture(scope="session")
def lidc() -> tuple[Spine, LabelMap]:
    """T8 to T11 of a real chest CT, with all its labels."""
    if not LIDC.is_dir():
        pytest.skip("the real CT lidc0001 (../shared/data) is not here")
    labels = read_labels(LIDC / "totalseg_labels.nii.gz")
    scan = read_scan(LIDC / "dicom.zip")
    assert isinstance(scan, Volume)
    few = labels.crop((slice(0, 512), slice(0, 512), slice(32, 90)))
    vertebrae = np.where(np.isin(few.array, (33, 34, 35, 36)), few.array, 0).astype(np.uint8)
    spine = build_spine(LabelMap(vertebrae, few.affine, "lidc0001"), "totalsegmentator", ct=None)
    return Spine(spine.vertebrae, spine.labels, spine.scheme, scan), labels
