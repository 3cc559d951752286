"""Who made a value: method, version, inputs' hashes; and the measured quantity that carries it."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from corduroy import __version__
from corduroy.errors import FileFormatError

Posture = Literal["supine", "prone", "standing", "sitting", "unknown"]
Modality = Literal["CT", "MR", "radiograph", "label map", "unknown"]

Z95 = 1.96
"""Half-width of a normal 95 % interval, in standard deviations: what `Measured.uncertainty` holds of an error."""

_CHUNK_BYTES = 1 << 20
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured quantity that carries its uncertainty and its origin.

    Parameters
    ----------
    value : float
        The number, in `unit`.
    unit : str
        ``"mm"``, ``"deg"``, ``"mm2"``, ``"ml"``, ``"HU"`` or ``"%"``.
    uncertainty : float
        Half-width of the 95 % interval, in `unit`.
    method, version : str
        Name and version of the definition by which the value was obtained.
    modality, posture : str
        How the patient was imaged. Heights and angles of a fractured vertebra change by about 3 mm and
        5 degrees between sitting and lying with no treatment at all (10.1186/s13018-023-03758-w).
    reader : str
        A person, or this software.
    acquired : date, optional
        Day of the scan, where known.
    """

    value: float
    unit: str
    uncertainty: float
    method: str
    version: str = __version__
    modality: Modality = "unknown"
    posture: Posture = "unknown"
    reader: str = "corduroy"
    acquired: date | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, in `unit`."""
        return self.value - self.uncertainty, self.value + self.uncertainty

    def __str__(self) -> str:
        return f"{self.value:.1f} ± {self.uncertainty:.1f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made from, so that it can be made again.

    Parameters
    ----------
    method : str
        The step that made the result.
    inputs : dict of str to str
        Name of each input (no path: names may identify a patient's folder) and the SHA-256 of its content.
    settings : dict
        The settings that were in force.
    """

    method: str
    inputs: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    software: str = "corduroy"
    version: str = __version__
    python: str = field(default_factory=platform.python_version)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def as_dict(self) -> dict[str, Any]:
        """The record as it is written to JSON."""
        return {
            "software": self.software,
            "version": self.version,
            "method": self.method,
            "inputs": dict(self.inputs),
            "settings": dict(self.settings),
            "python": self.python,
            "created": self.created,
        }


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What lies below a folder, links to other folders not followed.

    Parameters
    ----------
    files, folders : tuple of Path
        Sorted.
    unreadable : tuple of Path
        What this user may not read, sorted: on a shared drive that is no fault of the scan.
    """

    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    unreadable: tuple[Path, ...]

    def told(self, folder: Path) -> str:
        """A sentence about what could not be read; empty if there is nothing."""
        if not self.unreadable:
            return ""
        named = [path.relative_to(folder).as_posix() for path in self.unreadable[:_MOST_NAMED]]
        more = f" and {len(self.unreadable) - _MOST_NAMED} more" if len(self.unreadable) > _MOST_NAMED else ""
        return f"below {folder.name or folder} was not read, as this user may not: {', '.join(named)}{more}"


def folder_content(folder: Path) -> FolderContent:
    """Everything below a folder; what must not be read is named and left out."""
    files: list[Path] = []
    folders: list[Path] = []
    unreadable: list[Path] = []
    for place, below, names in os.walk(folder, onerror=lambda error: unreadable.append(Path(error.filename))):
        folders += [Path(place, name) for name in below]
        for path in (Path(place, name) for name in names):
            try:
                if path.is_file():
                    (files if os.access(path, os.R_OK) else unreadable).append(path)
            except OSError:
                unreadable.append(path)
    return FolderContent(tuple(sorted(files)), tuple(sorted(folders)), tuple(sorted(unreadable)))


def content_hash(path: Path) -> str:
    """SHA-256 of a file, or of all files below a folder with their relative names.

    Parameters
    ----------
    path : Path
        An existing file or folder.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    FileFormatError
        If a file cannot be read; below a folder, those that this user may not read are left out.
    """
    digest = hashlib.sha256()
    is_folder = path.is_dir()
    for file in folder_content(path).files if is_folder else (path,):
        if is_folder:
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        try:
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise FileFormatError(f"{file.name} cannot be read ({error.strerror})", "a readable file") from error
    return digest.hexdigest()
