"""The command: what it refuses before it opens anything, and that one server works in a folder."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.web_server import RunningServer
from corduroy.cli import app
from corduroy.errors import InputError, RegistryError
from corduroy.web.accounts import Role
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
from tests.web.conftest import PASSWORD


def run(*words: str | Path, typed: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], input=typed)
    return result.exit_code, result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.7.7", "spine.hospital.example"])
def test_other_machines_are_not_let_in_before_there_are_accounts(tmp_path: Path, host: str) -> None:
    code, told = run("serve", tmp_path / "w", "--host", host, "--port", "0")
    assert code == 2
    assert "without accounts" in told
    assert "corduroy users add" in told


def test_with_accounts_the_same_is_allowed(workbench: Workbench) -> None:
    workbench.accounts.add("anna", PASSWORD, Role.ADMIN, "test")
    folder = workbench.folder.path
    workbench.close()
    with Workbench(ServerSettings(folder=folder, host="0.0.0.0", workers=0)) as opened:
        assert opened.settings.hosts == {"127.0.0.1", "localhost", "[::1]"}


def test_a_second_server_in_the_same_folder_is_refused(workbench: Workbench) -> None:
    code, told = run("serve", workbench.folder.path, "--port", "0")
    assert code == 2
    assert "another `corduroy serve`" in told
    with pytest.raises(InputError, match="one server for a folder"):
        Workbench(ServerSettings(folder=workbench.folder.path))


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, told = run("serve", tmp_path / "w", "--port", str(port))
    assert code == 2
    assert f"port {port}" in told
    assert "name another one with --port" in told


def test_a_registry_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    code, told = run("serve", tmp_path / "w", "--registry", tmp_path / "none.sqlite")
    assert code == 2
    assert "no registry at" in told
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(RegistryError):
        Workbench(ServerSettings(folder=tmp_path / "w", registry=str(tmp_path / "none.sqlite")))


def test_a_folder_made_for_it_is_its_owners_alone(tmp_path: Path) -> None:
    Workbench(ServerSettings(folder=tmp_path / "new")).close()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_database_of_a_newer_version_is_not_touched(workbench: Workbench) -> None:
    import sqlite3

    folder = workbench.folder.path
    workbench.close()
    with sqlite3.connect(workbench.folder.database) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RegistryError, match="is of the form 99; expected 1"):
        Workbench(ServerSettings(folder=folder))


def test_accounts_are_managed_from_the_command_line(tmp_path: Path) -> None:
    where = ("--folder", tmp_path / "w")
    assert run("users", "add", "ben", *where, typed=f"{PASSWORD}\n")[0] == 2  # the first must be an admin
    assert run("users", "add", "anna", "--role", "admin", *where, typed=f"{PASSWORD}\n")[0] == 0
    assert run("users", "add", "ben", *where, typed=f"{PASSWORD}\n")[0] == 0
    assert run("users", "add", "carl", "--role", "king", *where, typed=f"{PASSWORD}\n")[0] == 2
    assert run("users", "add", "carl", *where, typed="short\n")[0] == 2
    assert run("users", "list", *where)[1] == "anna\tadmin\nben\teditor\n"
    assert run("users", "password", "ben", *where, typed="quite another one\n")[0] == 0
    assert run("users", "remove", "ben", *where)[0] == 0
    assert run("users", "remove", "anna", *where)[0] == 2
    assert run("users", "list", *where)[1] == "anna\tadmin\n"


def test_it_starts_answers_and_ends_when_it_is_told(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "w", workers=0) as server:
        with urllib.request.urlopen(f"{server.url}api/v1/me") as answer:
            assert json.load(answer)["is_local"] is True
        with urllib.request.urlopen(server.url) as page:
            content = page.read().decode()
            assert 'lang="en-US"' in content
            assert "https://" not in content.replace("https://quasar.dev", "")
        assert server.stop() == 0
    assert (tmp_path / "w.log").read_text() == ""


def test_the_server_loads_nothing_that_only_computing_needs(tmp_path: Path) -> None:
    """It is what makes the first page come at once; a page asks the desk or a worker, which load it."""
    heavy = {"scipy", "numba", "pandas", "skimage", "SimpleITK", "pydicom", "statsmodels", "lifelines", "matplotlib"}
    script = f"""
import sys
from pathlib import Path
from corduroy.web.app import web_app
from corduroy.web.serve import serve
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
with Workbench(ServerSettings(folder=Path({str(tmp_path / "w")!r}), workers=0)) as workbench:
    web_app(workbench)
print(sorted({heavy!r} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
