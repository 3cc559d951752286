"""The viewer of scans for the pages."""

from corduroy.web.viewer.viewer import (
    Place,
    ShownLine,
    ShownMesh,
    ShownVolume,
    View,
    Viewer,
    require_niivue,
)

__all__ = [
    "Place",
    "ShownLine",
    "ShownMesh",
    "ShownVolume",
    "View",
    "Viewer",
    "require_niivue",
]
