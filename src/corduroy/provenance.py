"""Who made a value: method, version, inputs' hashes; and the measured quantity that carries it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from corduroy import __version__

Posture = Literal["supine", "prone", "standing", "sitting", "unknown"]
Modality = Literal["CT", "MR", "radiograph", "label map", "unknown"]

_CHUNK_BYTES = 1 << 20


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


def _files_below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    yield from sorted(p for p in path.rglob("*") if p.is_file())


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
    """
    digest = hashlib.sha256()
    for file in _files_below(path):
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
