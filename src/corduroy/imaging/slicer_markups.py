"""Points that a user set in 3D Slicer: its markups files (`.mrk.json`)."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import FileFormatError, PointsError, RepairWarning

_EXPECTED = "a Slicer markups file (.mrk.json)"

# DICOM's axes exist in this file because the file format may speak them; points leave it as RAS+ mm.
_TO_RAS = {"LPS": np.array([-1.0, -1.0, 1.0]), "RAS": np.array([1.0, 1.0, 1.0])}


@dataclass(frozen=True, eq=False)
class ControlPoint:
    """One point of a markup; its place is looked at only when it is asked for.

    Parameters
    ----------
    label : str
        Empty where it has none.
    is_set : bool
        Slicer also keeps points that nobody has placed.
    """

    label: str
    is_set: bool
    _position: Any
    _signs: NDArray[np.float64]
    _file: str

    def ras_mm(self) -> NDArray[np.float64]:
        """Its place, shape (3,), world RAS+ mm.

        Raises
        ------
        PointsError
            If the file holds no three finite numbers for it.
        """
        try:
            point = np.array(self._position, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            point = np.array([math.nan])
        if point.shape != (3,) or not np.isfinite(point).all():
            raise PointsError(f"{self._file}: {self.label} has the position {self._position}", "three numbers in mm")
        return np.asarray(point * self._signs)


@dataclass(frozen=True)
class Markup:
    """A list of points, or a line of two.

    Parameters
    ----------
    kind : str
        Slicer's word, such as ``Fiducial`` or ``Line``.
    name : str
    points : tuple of ControlPoint
    """

    kind: str
    name: str
    points: tuple[ControlPoint, ...]


def read_markups(path: Path) -> tuple[Markup, ...]:
    """All markups of a file.

    Both coordinate systems, ``LPS`` and ``RAS``, are honoured; a file that names none is read as LPS, as Slicer writes
    it, with a warning.

    Raises
    ------
    FileFormatError
        If there is no such file or it is not a markups file.
    PointsError
        If it is not in mm, or in a coordinate system that Slicer does not have.
    """
    return tuple(
        Markup(str(markup.get("type", "")), str(markup.get("name", "")), tuple(_controls(markup, path)))
        for markup in _entries(path)
    )


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileFormatError(f"cannot read {path.name}: {error.strerror or error}", _EXPECTED) from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FileFormatError(f"{path.name} is not JSON", _EXPECTED) from error
    markups = document.get("markups") if isinstance(document, dict) else None
    if not isinstance(markups, list) or not all(isinstance(markup, dict) for markup in markups):
        raise FileFormatError(f"{path.name} has no list 'markups'", _EXPECTED)
    return markups


def _controls(markup: dict[str, Any], path: Path) -> Iterator[ControlPoint]:
    signs = _signs(markup, path)
    controls = markup.get("controlPoints") or []
    if not isinstance(controls, list) or not all(isinstance(control, dict) for control in controls):
        raise FileFormatError(f"{path.name} has 'controlPoints' that are no list of points", _EXPECTED)
    for control in controls:
        is_set = control.get("positionStatus", "defined") == "defined"
        yield ControlPoint(str(control.get("label", "")), is_set, control.get("position"), signs, path.name)


def _signs(markup: dict[str, Any], path: Path) -> NDArray[np.float64]:
    units = markup.get("coordinateUnits", "mm")
    if units != "mm" and units != ["mm", "mm", "mm"]:
        raise PointsError(f"{path.name} gives its points in '{units}'", "mm")
    system = markup.get("coordinateSystem")
    if system is None:
        warnings.warn(f"{path.name} names no coordinate system: read as LPS", RepairWarning, stacklevel=4)
        system = "LPS"
    if system not in _TO_RAS:
        raise PointsError(f"{path.name} has the coordinate system '{system}'", "LPS or RAS")
    return _TO_RAS[system]
