"""Blocks with known answers, and a small phantom with a lytic lesion in the right of T12, and its mirror image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine, build_spine
from corduroy.anatomy.frame import Frame
from corduroy.imaging import LabelMap, Volume
from corduroy.imaging.density import Calibration
from corduroy.imaging.density_kinds import DensityKind
from corduroy.phantom import mean_spine
from corduroy.simulation.vertebra.bones import Bones
from corduroy.simulation.vertebra.grid import ModelGrid

PER_HU = 0.8


@dataclass(frozen=True, eq=False)
class Patient:
    """A spine with its CT, and a lesion on the same grid."""

    spine: Spine
    lesion: LabelMap


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    """0.8 mg/cm3 per HU, with the uncertainty of a phantomless one."""
    return Calibration(DensityKind.K2HPO4, (0.0, PER_HU, 0.0), np.zeros((3, 3)), 8.0, 0.05, "test", "test")


def block_grid(shape: tuple[int, int, int], voxel_mm: float) -> ModelGrid:
    first = tuple(-n // 2 for n in shape)
    return ModelGrid(Frame(np.zeros(3), np.eye(3)), (first[0], first[1], first[2]), shape, voxel_mm)


@pytest.fixture
def prism() -> Bones:
    """10 x 8 x 12 voxels of 1 mm, 150 HU everywhere, with room for caps."""
    body = np.zeros((14, 12, 20), bool)
    body[2:12, 2:10, 4:16] = True
    hu = np.where(body, 150.0, np.nan)
    return Bones(block_grid(body.shape, 1.0), {Level.T12: body}, {Level.T12: np.zeros_like(body)}, hu)


@pytest.fixture
def stack() -> Bones:
    """Three blocks with gaps of 3 mm, each with two posts behind it, on stalks, that end 2 mm from the next one's."""
    shape = (24, 26, 54)
    body, arch = {}, {}
    for number, level in enumerate((Level.L1, Level.T12, Level.T11)):
        low = 5 + 15 * number
        block, posts = np.zeros(shape, bool), np.zeros(shape, bool)
        block[4:20, 12:24, low : low + 12] = True
        for x in (slice(4, 7), slice(17, 20)):
            posts[x, 6:12, low + 4 : low + 8] = True
            posts[x, 2:6, low : low + 13] = True
        body[level], arch[level] = block, posts
    order = (Level.T11, Level.T12, Level.L1)
    bone = np.logical_or.reduce([*body.values(), *arch.values()])
    hu = np.where(bone, 200.0, np.nan)
    return Bones(block_grid(shape, 1.0), {v: body[v] for v in order}, {v: arch[v] for v in order}, hu)


@pytest.fixture(scope="session")
def patient() -> Patient:
    phantom = mean_spine(["T11", "T12", "L1"])
    ct, labels = phantom.render(np.random.default_rng(2), 1.5, noise_hu=0.0)
    return _with_lesion(ct, labels)


@pytest.fixture(scope="session")
def mirror(patient: Patient) -> Patient:
    """Left and right exchanged: world x becomes -x."""
    ct = patient.spine.ct
    assert ct is not None
    return Patient(
        build_spine(_flipped(patient.spine.labels), ct=Volume(*_flip(ct), "mirror")), _flipped(patient.lesion)
    )


def _with_lesion(ct: Volume, labels: LabelMap) -> Patient:
    """A ball of 8 mm radius in the right of T12's body, softened to 20 HU."""
    spine = build_spine(labels, ct=ct)
    frame = spine.vertebrae[Level.T12].frame
    local = frame.local(labels.world_from_voxel(np.moveaxis(np.indices(labels.shape), 0, -1)))
    ball = (((local - [7.0, 0.0, 0.0]) ** 2).sum(axis=-1) < 64.0) & (labels.array > 0)
    grey = ct.array.copy()
    grey[ball] = 20
    soft = Volume(grey, ct.affine, "CT", ct.meta)
    return Patient(build_spine(labels, ct=soft), LabelMap(ball.astype(np.uint8), labels.affine, "lesion"))


def _flip(image: Volume) -> tuple[np.ndarray, np.ndarray]:
    affine = image.affine.copy()
    affine[0, 3] = -(affine[0, 0] * (image.shape[0] - 1) + affine[0, 3])
    return np.ascontiguousarray(image.array[::-1]), affine


def _flipped(labels: LabelMap) -> LabelMap:
    return LabelMap(*_flip(labels), labels.name)
