"""The picture on which points are set, as the browser draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nicegui import ui

from corduroy.web.texts import text

_WORDS = ("next", "complete", "undo", "clear", "larger", "smaller")


@dataclass(frozen=True)
class Drawn:
    """A picture with its size.

    Parameters
    ----------
    address : str
    width, height : float
        Millimetres of the picture, or of the drawing where nobody has said yet how large a pixel is.
    label : str
        For those who do not see it.
    sides : tuple of str
        Letters on its left and right edge.
    is_mirrored : bool
        Whether it is drawn the other way round than at its address.
    """

    address: str
    width: float
    height: float
    label: str
    sides: tuple[str, str]
    is_mirrored: bool = False


class PointsOnPicture(ui.element, component="points.js"):
    """A picture with points that can be set, dragged, moved by keys and taken back.

    Parameters
    ----------
    drawn : Drawn
    wanted : list of dict
        The points in the order in which they are set: ``key``, ``label``, ``plate``.
    points : list of dict
        Those that are set, with ``x`` and ``y`` too.
    """

    def __init__(self, drawn: Drawn, wanted: list[dict[str, str]], points: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props["image"] = drawn.address
        self._props["width"] = drawn.width
        self._props["height"] = drawn.height
        self._props["label"] = drawn.label
        self._props["sides"] = list(drawn.sides)
        self._props["mirrored"] = drawn.is_mirrored
        self._props["wanted"] = wanted
        self._props["points"] = points
        self._props["words"] = {name: text(f"points.{name}") for name in _WORDS}
