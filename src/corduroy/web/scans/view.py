"""Where the copies are that a browser shows."""

from __future__ import annotations

from pathlib import Path

from corduroy.web.scans.scan import PartRole


def view_folder(derived: Path) -> Path:
    """Everything that is shown of a scan; gone when a file of the scan gives way to another."""
    return derived / "view"


def view_file(derived: Path, role: PartRole) -> Path:
    """The copy of an image."""
    return view_folder(derived) / f"{role}.nii.gz"
