"""Where the browser's parts are that the build puts beside the code (see ``hatch_build.py``)."""

from __future__ import annotations

from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"
NIIVUE = VENDOR / "niivue"
SWAGGER = VENDOR / "swagger"
