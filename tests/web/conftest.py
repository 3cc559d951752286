"""A workbench in a folder of its own, with and without accounts, and clients that call it in this process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from corduroy.imaging import LabelMap, Volume, write_volume
from corduroy.phantom import Fracture, random_spine
from corduroy.registry.record import Patient, TreatedCase
from corduroy.web.accounts import Role
from corduroy.web.app import api_app
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
from tests.web.browsing import CHROMIUM, DRAWN_IN_SOFTWARE

PASSWORD = "correct horse battery"
BASE = "http://localhost"


@dataclass(frozen=True)
class Names:
    """Ids of what is in the registry from the start."""

    patient: str
    case: str


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new workbench, to be copied: making the registry's tables takes a while."""
    folder = tmp_path_factory.mktemp("template") / "workbench"
    Workbench(ServerSettings(folder=folder)).close()
    return folder


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed as weakly as argon2 can, which takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("corduroy.web.accounts.accounts.PasswordHasher", quick)
        yield


@contextmanager
def copied(template: Path, folder: Path) -> Iterator[Workbench]:
    """A new workbench; jobs wait."""
    shutil.copytree(template, folder)
    with Workbench(ServerSettings(folder=folder, workers=0, largest_upload_bytes=8 << 20)) as opened:
        yield opened


def calling(workbench: Workbench) -> TestClient:
    """Somebody at this machine."""
    return TestClient(api_app(workbench), base_url=f"{BASE}/api/v1/", follow_redirects=False)


def one_case(workbench: Workbench) -> Names:
    """Add a patient with a case."""
    with workbench.registry.transaction(who="R1", why="for a test") as change:
        patient = change.add(Patient(pseudonym="P-001", sex="female", birth_year=1960))
        case = change.add(TreatedCase(case_no=1, levels=("T7",), aggressive=True), patient.id)
    return Names(patient.id, case.id)


@pytest.fixture
def workbench(template: Path, tmp_path: Path) -> Iterator[Workbench]:
    """Without accounts; jobs wait."""
    with copied(template, tmp_path / "workbench") as opened:
        yield opened


@pytest.fixture
def names(workbench: Workbench) -> Names:
    """A patient with a case."""
    return one_case(workbench)


@pytest.fixture
def client(workbench: Workbench) -> Iterator[TestClient]:
    """Somebody at this machine."""
    with calling(workbench) as opened:
        yield opened


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; not for longer than a file of tests, as it keeps an event loop running in this thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(DRAWN_IN_SOFTWARE))
        yield opened
        opened.close()
