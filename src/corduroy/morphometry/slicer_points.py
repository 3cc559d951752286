"""Reader's points from 3D Slicer's markups files (`.mrk.json`)."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import FileFormatError, PointsError, RepairWarning
from corduroy.morphometry.readings import PointReading, collect_points, parse_point_label
from corduroy.provenance import content_hash

# DICOM's axes exist in this file because the file format may speak them; points leave it as RAS+ mm.
_TO_RAS = {"LPS": np.array([-1.0, -1.0, 1.0]), "RAS": np.array([1.0, 1.0, 1.0])}


def read_slicer_points(
    path: Path, *, reader: str = "unknown", repeat: int = 1, magnification: float | None = None
) -> PointReading:
    """One reading from a markups file.

    Parameters
    ----------
    path : Path
        Control points labelled with level and point, such as ``T12_sup_ant``, in one or several point lists. Both
        coordinate systems, ``LPS`` and ``RAS``, are honoured; a file that names none is read as LPS, as Slicer
        writes it. Labels that name no vertebral point are passed over with a warning.
    reader, repeat, magnification
        The file has no place for them.

    Returns
    -------
    PointReading
        Points in world RAS+ mm, shape (3,).

    Raises
    ------
    FileFormatError
        If there is no such file or it is not a markups file.
    PointsError
        If points are missing, given twice, not in mm, or without a position.
    """
    entries, foreign = [], []
    for markup in _markups(path):
        signs = _signs(markup, path)
        for control in markup.get("controlPoints") or ():
            label = str(control.get("label", "")) if isinstance(control, dict) else ""
            named = parse_point_label(label)
            if named is None:
                foreign.append(label or "(no label)")
            elif control.get("positionStatus", "defined") == "defined":
                entries.append((*named, _position(control, label, path) * signs))
    if foreign:
        message = f"{path.name}: passed over points that name no vertebral corner: {', '.join(foreign)}"
        warnings.warn(message, RepairWarning, stacklevel=2)
    return PointReading(
        points=collect_points(entries, path.name),
        reader=reader,
        repeat=repeat,
        magnification=magnification,
        source=path.name,
        sha256=content_hash(path),
    )


def _markups(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileFormatError(
            f"cannot read {path.name}: {error.strerror or error}", "a Slicer markups file (.mrk.json)"
        ) from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FileFormatError(f"{path.name} is not JSON", "a Slicer markups file (.mrk.json)") from error
    markups = document.get("markups") if isinstance(document, dict) else None
    if not isinstance(markups, list) or not all(isinstance(markup, dict) for markup in markups):
        raise FileFormatError(f"{path.name} has no list 'markups'", "a Slicer markups file (.mrk.json)")
    return markups


def _signs(markup: dict[str, Any], path: Path) -> NDArray[np.float64]:
    units = markup.get("coordinateUnits", "mm")
    if units != "mm" and units != ["mm", "mm", "mm"]:
        raise PointsError(f"{path.name} gives its points in '{units}'", "mm")
    system = markup.get("coordinateSystem")
    if system is None:
        warnings.warn(f"{path.name} names no coordinate system: read as LPS", RepairWarning, stacklevel=3)
        system = "LPS"
    if system not in _TO_RAS:
        raise PointsError(f"{path.name} has the coordinate system '{system}'", "LPS or RAS")
    return _TO_RAS[system]


def _position(control: dict[str, Any], label: str, path: Path) -> NDArray[np.float64]:
    position = control.get("position")
    try:
        point = np.array(position, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        point = np.array([math.nan])
    if point.shape != (3,) or not np.isfinite(point).all():
        raise PointsError(f"{path.name}: {label} has the position {position}", "three numbers in mm")
    return point
