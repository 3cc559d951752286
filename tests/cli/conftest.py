"""A small synthetic patient as files, and the command run on it in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from corduroy.cli import app
from corduroy.imaging import LabelMap, Volume, write_volume
from corduroy.phantom import Fracture, random_spine

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def patient() -> tuple[Volume, LabelMap]:
    """T11 to L2 with a wedged T12, CT and labels at 2 mm."""
    spine = random_spine(
        np.random.default_rng(3), ["T11", "T12", "L1", "L2"], {"T12": Fracture("wedge", 35.0)}, tilt_deg=5.0
    )
    return spine.render(np.random.default_rng(3), 2.0)


@pytest.fixture(scope="session")
def files(patient: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ct.nii.gz`` and ``labels.nii.gz``."""
    folder = tmp_path_factory.mktemp("patient")
    write_volume(patient[0], folder / "ct.nii.gz")
    write_volume(patient[1], folder / "labels.nii.gz")
    return folder


@pytest.fixture(scope="session")
def run() -> Run:
    """The command line, in this process."""

    def call(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments])

    return call
