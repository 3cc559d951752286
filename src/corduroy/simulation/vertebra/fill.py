"""Cement as a blob around a cannula's tip, where no simulated or painted fill is given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage
from skimage.graph import MCP_Geometric

from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import ModelError
from corduroy.imaging.volume import LabelMap
from corduroy.simulation.vertebra.grid import BoolArray

CORTEX_MM = 1.0
"""Depth below the surface that takes no cement; author's choice, as in the plan."""
_FARTHEST_MM = 10.0
"""A tip farther than this from the marrow space belongs to another vertebra. Author's choice."""


def marrow_of(vertebra: Vertebra, cortex_mm: float = CORTEX_MM) -> BoolArray:
    """Voxels of the body deeper than the cortex, on the grid of the vertebra's mask.

    The cut towards the arch is no surface: there the depth counts to the bone's own surface.
    """
    bone = np.pad(vertebra.mask.array > 0, 1)
    depth = ndimage.distance_transform_edt(bone, sampling=tuple(vertebra.mask.spacing))[1:-1, 1:-1, 1:-1]
    return np.asarray(vertebra.body_mask & (depth - float(vertebra.mask.spacing.mean()) / 2 >= cortex_mm))


def grow_fill(vertebra: Vertebra, tip_mm: ArrayLike, volume_ml: float) -> LabelMap:
    """Fill the marrow space around a point, nearest first by the way through the marrow.

    Parameters
    ----------
    vertebra : Vertebra
    tip_mm : array_like, shape (3,)
        World RAS+.
    volume_ml : float

    Returns
    -------
    LabelMap
        1 where cement is, on the grid of the vertebra's mask.

    Raises
    ------
    ModelError
        If the volume is not above 0 or does not fit into the marrow space, or the tip is far from it.

    Notes
    -----
    When this misleads: cement follows the lesion, the veins and the pressure, not the shortest way; a simulated fill is
    better.
    """
    marrow = marrow_of(vertebra)
    room_ml = float(np.count_nonzero(marrow) * vertebra.mask.voxel_volume_mm3 / 1000)
    if not 0 < volume_ml <= room_ml:
        raise ModelError(f"{volume_ml:g} ml of cement", f"more than 0 and at most the marrow space of {room_ml:.1f} ml")
    places = np.argwhere(marrow)
    away = np.linalg.norm(vertebra.mask.world_from_voxel(places) - np.asarray(tip_mm, float), axis=1)
    if away.min() > _FARTHEST_MM:
        raise ModelError(
            f"a cannula's tip {away.min():.0f} mm from the marrow space of {vertebra.level}",
            f"one within {_FARTHEST_MM:g} mm",
        )
    start = places[int(np.argmin(away))]
    walked, _ = MCP_Geometric(np.where(marrow, 1.0, np.inf), sampling=tuple(vertebra.mask.spacing)).find_costs([start])
    wanted = round(volume_ml * 1000 / vertebra.mask.voxel_volume_mm3)
    reached = np.sort(walked[np.isfinite(walked)])
    farthest = reached[min(wanted, len(reached)) - 1]
    filled = np.isfinite(walked) & (walked <= farthest)
    return LabelMap(filled.astype(np.uint8), vertebra.mask.affine, "fill")
