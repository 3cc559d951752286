"""The page of settings in a real browser: users and their roles, and how a refusal is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.web_server import RunningServer
from corduroy.web.accounts import Role
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
from tests.web.browsing import listening, needs_chromium, new_page, opened, require_accessible, shot
from tests.web.conftest import PASSWORD

pytestmark = needs_chromium


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workbench with an admin and an editor."""
    with Workbench(ServerSettings(folder=tmp_path / "workbench")) as bench:
        bench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
        bench.accounts.add("ben", PASSWORD, Role.EDITOR, "test")
    return tmp_path / "workbench"


def roles(folder: Path) -> dict[str, Role]:
    with Workbench(ServerSettings(folder=folder)) as bench:
        return {user.name: user.role for user in bench.accounts.users()}


def test_an_admin_changes_roles_and_the_last_one_stays(browser: Any, folder: Path) -> None:
    with RunningServer(folder, workers=0) as server, new_page(browser) as page:
        page.goto(f"{server.url}login?next=/settings")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        listening(page)
        opened(page, f"{server.url}settings")
        page.get_by_label("Role of ben").click()
        page.get_by_role("option", name="Viewer").click()
        page.get_by_text("ben is now: Viewer").wait_for()
        page.get_by_role("button", name="Remove ben").click()
        page.get_by_role("button", name="Keep it").click()
        page.get_by_label("Role of anna").click()
        page.get_by_role("option", name="Viewer").click()
        page.get_by_text("anna is the only admin").wait_for()
        require_accessible(page)
        shot(page, "settings-refused")
    assert roles(folder) == {"anna": Role.ADMIN, "ben": Role.VIEWER}
