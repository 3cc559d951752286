"""Where the copies are that a browser shows, and the window in which bone is drawn."""

from __future__ import annotations

from pathlib import Path

from corduroy.web.scans.scan import PartRole

BONE_WINDOW_HU = (-150.0, 850.0)
"""Author's choice: fat is nearly black and cortex not yet white."""


def view_folder(derived: Path) -> Path:
    """Everything that is shown of a scan; gone when a file of the scan gives way to another."""
    return derived / "view"


def view_file(derived: Path, role: PartRole) -> Path:
    """The copy of an image."""
    return view_folder(derived) / f"{role}.nii.gz"


def thumbnail_file(derived: Path) -> Path:
    """The small picture, once the scan was measured or made ready to be shown."""
    return view_folder(derived) / "thumbnail.png"


def film_file(derived: Path) -> Path:
    """The radiograph as a page shows it, once it was opened to be measured."""
    return view_folder(derived) / "radiograph.png"
