"""Colours of labels: neighbours differ, also for those who see no difference between red and green."""

from __future__ import annotations

from corduroy.web.scans import PartRole
from corduroy.web.viewer.viewer import Rgb

# Okabe and Ito's set for all kinds of colour vision ("Color Universal Design", 2008), black left out.
_OKABE_ITO: tuple[Rgb, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
_LESION: dict[int, Rgb] = {1: (213, 94, 0), 2: (204, 121, 167), 3: (240, 228, 66)}
MOST_LABELS = 255


def label_colours(role: PartRole) -> dict[int, Rgb]:
    """A colour for every number that a label map may hold."""
    if role is PartRole.LESION:
        return {number: _LESION.get(number, _LESION[1]) for number in range(1, MOST_LABELS + 1)}
    return {number: _OKABE_ITO[number % len(_OKABE_ITO)] for number in range(1, MOST_LABELS + 1)}
