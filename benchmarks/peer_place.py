"""Where peers are: never dependencies, installed apart by `pip install --target DIR`, named by the environment."""

from __future__ import annotations

import os
from pathlib import Path


def place_of(variable: str, package: str) -> Path | None:
    """The folder that an environment variable names, if it holds a package."""
    named = os.environ.get(variable)
    return Path(named) if named and Path(named, package).is_dir() else None
