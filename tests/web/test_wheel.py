"""What is installed serves without Node: the browser's parts are in the wheel, with their licences."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from corduroy.errors import MissingPartError
from corduroy.web.vendored import VENDOR
from corduroy.web.viewer import require_niivue

ROOT = Path(__file__).parents[2]


def test_parts_that_are_missing_are_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.web.viewer.viewer.NIIVUE", tmp_path)
    with pytest.raises(MissingPartError, match="install Corduroy from its wheel"):
        require_niivue()


def test_the_parts_beside_the_code_are_those_that_the_build_names() -> None:
    source = (ROOT / "hatch_build.py").read_text(encoding="utf-8")
    for path in sorted(VENDOR.rglob("*")):
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() in source, path.name


@pytest.mark.slow
def test_a_wheel_holds_the_browsers_parts_and_serves_without_node(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    web = "corduroy/web/"
    assert {f"{web}vendor/niivue/index.js", f"{web}vendor/swagger/LICENSE", f"{web}licences/niivue.txt"} <= names
    assert {f"{web}viewer/viewer.js", f"{web}texts/en.toml", f"{web}login_page.html"} <= names
    start = (
        "import corduroy.web.app, sys; from pathlib import Path; from corduroy.web.settings import ServerSettings;"
        "from corduroy.web.workbench import Workbench;"
        f"assert corduroy.__file__.startswith({str(tmp_path)!r}), corduroy.__file__;"
        f"corduroy.web.app.web_app(Workbench(ServerSettings(folder=Path({str(tmp_path / 'w')!r}), workers=0)))"
    )
    environment = {**os.environ, "PATH": "/nonexistent", "PYTHONPATH": str(tmp_path / "site")}
    subprocess.run([sys.executable, "-c", start], check=True, env=environment, cwd=tmp_path)
