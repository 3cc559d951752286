"""A workbench in a folder of its own, with and without accounts, and clients that call it in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from corduroy.imaging import LabelMap, Volume, write_volume
from corduroy.phantom import Fracture, random_spine
from corduroy.registry.record import Patient, TreatedCase
from corduroy.web.accounts import Role
from corduroy.web.app import api_app
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench

PASSWORD = "correct horse battery"
BASE = "http://localhost"


@dataclass(frozen=True)
class Names:
    """Ids of what is in the registry from the start."""

    patient: str
    case: str


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    """Without accounts; jobs wait."""
    settings = ServerSettings(folder=tmp_path / "workbench", workers=0, largest_upload_bytes=8 << 20)
    with Workbench(settings) as opened:
        yield opened


@pytest.fixture
def names(workbench: Workbench) -> Names:
    """A patient with a case."""
    with workbench.registry.transaction(who="R1", why="for a test") as change:
        patient = change.add(Patient(pseudonym="P-001", sex="female", birth_year=1960))
        case = change.add(TreatedCase(case_no=1, levels=("T7",), aggressive=True), patient.id)
    return Names(patient.id, case.id)


@pytest.fixture
def client(workbench: Workbench) -> Iterator[TestClient]:
    """Somebody at this machine."""
    with TestClient(api_app(workbench), base_url=f"{BASE}/api/v1/", follow_redirects=False) as calling:
        yield calling


@pytest.fixture
def clients(workbench: Workbench) -> Iterator[dict[str, TestClient]]:
    """One client for each role, logged in by a token, and ``"stranger"`` without."""
    app, called = api_app(workbench), {}
    for role in reversed(Role):
        user = workbench.accounts.add(f"the-{role}", PASSWORD, role, "test")
        token, _ = workbench.accounts.new_token(user, "test", 1)
        headers = {"authorization": f"Bearer {token}"}
        called[str(role)] = TestClient(app, base_url=f"{BASE}/api/v1/", headers=headers, follow_redirects=False)
    called["stranger"] = TestClient(app, base_url=f"{BASE}/api/v1/", follow_redirects=False)
    with called["stranger"]:
        yield called


@pytest.fixture(scope="session")
def images() -> tuple[Volume, LabelMap]:
    """T11 to L2 with a wedged T12, CT and labels at 2 mm."""
    spine = random_spine(
        np.random.default_rng(3), ["T11", "T12", "L1", "L2"], {"T12": Fracture("wedge", 35.0)}, tilt_deg=5.0
    )
    return spine.render(np.random.default_rng(3), 2.0)


@pytest.fixture(scope="session")
def files(images: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ct.nii.gz`` and ``labels.nii.gz``."""
    folder = tmp_path_factory.mktemp("images")
    write_volume(images[0], folder / "ct.nii.gz")
    write_volume(images[1], folder / "labels.nii.gz")
    return folder
