"""Colours of labels: neighbours differ, also for those who see no difference between red and green."""

from __future__ import annotations

from corduroy.planning.lesion_parts import PartName
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
LESION_PARTS: dict[PartName, Rgb] = {
    "in bone": (255, 30, 60),
    "epidural": (255, 60, 255),
    "paravertebral": (130, 60, 255),
}
"""Brighter and redder than any vertebra, over which they lie; author's choice."""

CEMENT: Rgb = (190, 255, 60)
"""Of simulated cement; author's choice."""

MOST_LABELS = 255


def label_colours() -> dict[int, Rgb]:
    """A colour for every number that a map of vertebrae may hold."""
    return {number: _OKABE_ITO[number % len(_OKABE_ITO)] for number in range(1, MOST_LABELS + 1)}


def one_colour(colour: Rgb) -> dict[int, Rgb]:
    """The same colour for every number of a map."""
    return dict.fromkeys(range(1, MOST_LABELS + 1), colour)
