"""Which library computed a number, in words."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from corduroy import __version__

_NAMES = {"scipy": "SciPy", "numpy": "NumPy", "lifelines": "lifelines", "statsmodels": "statsmodels"}


@cache
def credit(library: str) -> str:
    """Name and version: "SciPy 1.17.1"."""
    return f"{_NAMES[library]} {version(library)}"


OWN = f"Corduroy {__version__}"
