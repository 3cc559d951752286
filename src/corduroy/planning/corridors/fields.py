"""The distance fields that ways are traced through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corduroy.planning.corridors.avoided import BY_CODE, margin_mm
from corduroy.planning.corridors.distance import box_distances
from corduroy.planning.corridors.settings import CorridorSettings


@dataclass(frozen=True, eq=False)
class Fields:
    """Distances on the search grid, mm.

    Parameters
    ----------
    beyond_margin : ndarray of float32
        To the nearest structure, less its margin.
    to_touch : ndarray of float32
        To the nearest structure.
    nearest : ndarray of uint8
        The structure that is nearest beyond its margin.
    """

    beyond_margin: NDArray[np.float32]
    to_touch: NDArray[np.float32]
    nearest: NDArray[np.uint8]


def make_fields(avoid: NDArray[np.uint8], spacing_mm: NDArray[np.float64], settings: CorridorSettings) -> Fields:
    """Distances to all that is avoided, one transform for each margin that occurs.

    Parameters
    ----------
    avoid : ndarray of uint8
        `Avoided.code`, 0 elsewhere.
    spacing_mm : ndarray, shape (3,)
    settings : CorridorSettings
    """
    margins: dict[float, list[int]] = {}
    for code, group in BY_CODE.items():
        if (avoid == code).any():
            margins.setdefault(margin_mm(group, settings), []).append(code)
    beyond = np.full(avoid.shape, 1e6, np.float32)
    touch = beyond.copy()
    nearest = np.zeros(avoid.shape, np.uint8)
    for margin, codes in margins.items():
        wanted = np.zeros(256, dtype=bool)
        wanted[codes] = True
        distance, name = box_distances(avoid, wanted, spacing_mm)
        np.minimum(touch, distance, out=touch)
        distance -= np.float32(margin)
        nearer = distance < beyond
        np.copyto(beyond, distance, where=nearer)
        np.copyto(nearest, name, where=nearer)
    return Fields(beyond, touch, nearest)
