"""A small synthetic patient as files, as a user would have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corduroy.imaging import LabelMap, Volume, write_volume
from corduroy.phantom import Fracture, random_spine


@pytest.fixture(scope="session")
def patient() -> tuple[Volume, LabelMap]:
    """T11 to L2 with a wedged T12, CT and labels at 2 mm."""
    spine = random_spine(
        np.random.default_rng(3), ["T11", "T12", "L1", "L2"], {"T12": Fracture("wedge", 35.0)}, tilt_deg=5.0
    )
    return spine.render(np.random.default_rng(3), 2.0)


@pytest.fixture(scope="session")
def label_file(patient: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("patient") / "spine.nii.gz"
    write_volume(patient[1], path)
    return path


@pytest.fixture
def cohort(patient: tuple[Volume, LabelMap], tmp_path: Path) -> Path:
    """Two subjects in the layout of public spine data; the second one's labels are all zero."""
    ct, labels = patient
    root = tmp_path / "cohort"
    for subject in ("sub-001", "sub-002"):
        folder = root / subject / "ses-preop" / "ct"
        folder.mkdir(parents=True)
        write_volume(ct, folder / f"{subject}_ses-preop_ct.nii.gz")
        array = labels.array if subject == "sub-001" else np.zeros_like(labels.array)
        mask = LabelMap(array, labels.affine, "labels")
        write_volume(mask, folder / f"{subject}_ses-preop_seg-vert_msk.nii.gz")
    return root
