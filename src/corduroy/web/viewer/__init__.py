"""The viewer of scans for the pages."""

from corduroy.web.viewer.viewer import (
    BONE_WINDOW_HU,
    Place,
    ShownLine,
    ShownMesh,
    ShownVolume,
    View,
    Viewer,
    require_niivue,
)

__all__ = [
    "BONE_WINDOW_HU",
    "Place",
    "ShownLine",
    "ShownMesh",
    "ShownVolume",
    "View",
    "Viewer",
    "require_niivue",
]
