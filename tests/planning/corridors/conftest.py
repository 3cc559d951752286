"""A synthetic patient, and a real chest CT where it is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine, build_spine
from corduroy.imaging import LabelMap, Volume, read_labels, read_scan
from corduroy.phantom import Phantom, random_spine

LIDC = Path(__file__).resolve().parents[4] / "shared" / "data" / "lidc0001"


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
    labels = labels.crop((slice(0, 512), slice(0, 512), slice(20, 105)))
    scan = read_scan(LIDC / "dicom.zip")
    assert isinstance(scan, Volume)
    few = labels.crop((slice(0, 512), slice(0, 512), slice(12, 70)))
    vertebrae = np.where(np.isin(few.array, (33, 34, 35, 36)), few.array, 0).astype(np.uint8)
    spine = build_spine(LabelMap(vertebrae, few.affine, "lidc0001"), "totalsegmentator", ct=None)
    return Spine(spine.vertebrae, spine.labels, spine.scheme, scan), labels
