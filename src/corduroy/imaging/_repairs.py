"""How a repair is told."""

from __future__ import annotations

import warnings

from corduroy.errors import RepairWarning


def repaired(text: str) -> None:
    """Warn that the defect named in `text` was repaired as it says."""
    warnings.warn(RepairWarning(text), stacklevel=3)
