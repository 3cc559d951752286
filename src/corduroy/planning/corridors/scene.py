"""What a search needs of a patient: where the needle must not go, the vertebra's parts, the lesion, the entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.posterior import Pedicle, Side
from corduroy.planning.corridors.avoided import Avoided, Source
from corduroy.planning.corridors.grid import SearchGrid
from corduroy.planning.corridors.parts import pedicle_planes
from corduroy.planning.corridors.skin import SkinEntries

FloatArray = NDArray[np.float64]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Scene:
    """One vertebra among what surrounds it, on the search grid.

    Parameters
    ----------
    level : Level
    frame : Frame
        The vertebra's own axes.
    grid : SearchGrid
    avoid : ndarray of uint8, shape of the grid
        `Avoided.code` of what the needle must not meet, 0 elsewhere.
    parts, lesion : ndarray of uint8
        Parts of the vertebra (`corduroy.planning.corridors.on_the_way`), and 1 for the lesion, on a box of the grid.
    box_start : tuple of 3 ints
        First voxel of that box.
    targets_mm : ndarray, shape (m, 3)
        Points in the lesion, world mm.
    entries : SkinEntries
        Of the skin, or of the bone in one row.
    pedicles : dict of Side to Pedicle or None
    sources : dict of Avoided to Source
    notes : tuple of str
    """

    level: Level
    frame: Frame
    grid: SearchGrid
    avoid: Codes
    parts: Codes
    lesion: Codes
    box_start: tuple[int, int, int]
    targets_mm: FloatArray
    entries: SkinEntries
    pedicles: Mapping[Side, Pedicle | None]
    sources: Mapping[Avoided, Source]
    notes: tuple[str, ...] = ()

    @cached_property
    def pedicle_planes(self) -> tuple[FloatArray, NDArray[np.float32]]:
        """`corduroy.planning.corridors.parts.pedicle_planes`, once for all needles."""
        return pedicle_planes(self.pedicles, self.frame)
