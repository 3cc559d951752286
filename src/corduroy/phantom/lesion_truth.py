"""The numbers of a planted lesion, from the fine grid on which it was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.posterior import PosteriorElements
from corduroy.imaging.volume import LabelMap
from corduroy.phantom.lesion import Lesion
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_region import Region, arch_part
from corduroy.phantom.lesion_tissue import Cortex
from corduroy.phantom.shapes import Array

THIRDS = ("anterior", "middle", "posterior", "superior", "central", "inferior")
"""Thirds of the body by depth and by height."""


@dataclass(frozen=True, eq=False)
class LesionTruth:
    """What is true of a planted lesion.

    Parameters
    ----------
    lesion : Lesion
        What was asked for.
    volume_ml : float
        In the bone, as drawn.
    body_share_percent : float
        Of the body's volume before any expansion.
    thirds_percent : dict of str to float
        Share of each third of the body: anterior, middle, posterior by depth; superior, central, inferior by height.
    involved_percent : dict of str to float
        Share of each part of the arch that was found, named ``"pedicle left"``, ``"spinous process"`` and so on.
    epidural_ml, paravertebral_ml : float
    breach_points : ndarray, shape (n, 3)
        World mm.
    breach_places : tuple of str
    breach_diameters_mm : tuple of float
        Of the circle as large as the hole that was drawn; what was asked for stands in the lesion.
    cortex_mm : float
        Thickness of compact bone over the lesion, as drawn; before thinning `intact_cortex_mm`.
    intact_cortex_mm : float
    """

    lesion: Lesion
    volume_ml: float
    body_share_percent: float
    thirds_percent: dict[str, float]
    involved_percent: dict[str, float]
    epidural_ml: float
    paravertebral_ml: float
    breach_points: FloatArray
    breach_places: tuple[str, ...]
    breach_diameters_mm: tuple[float, ...]
    cortex_mm: float
    intact_cortex_mm: float


def lesion_truth(
    bone: Bone, region: Region, lesion: Lesion, elements: PosteriorElements, cortex: Cortex
) -> LesionTruth:
    """Measure a lesion as it was drawn."""
    ml = bone.grid.voxel_ml
    return LesionTruth(
        lesion,
        float(np.count_nonzero(region.in_bone)) * ml,
        _percent(region.in_bone, bone.in_body),
        _thirds(bone, region.in_bone),
        _involved(bone, region.in_bone, elements),
        float(np.count_nonzero(region.epidural)) * ml,
        float(np.count_nonzero(region.paravertebral)) * ml,
        region.breach_points,
        tuple(breach.place.name for breach in lesion.breaches),
        region.breach_diameters_mm,
        cortex.thickness_mm * (1.0 - lesion.cortical_thinning),
        cortex.thickness_mm,
    )


def _percent(lesion: Array, part: Array) -> float:
    total = np.count_nonzero(part)
    return 100.0 * float(np.count_nonzero(lesion & part)) / total if total else 0.0


def _thirds(bone: Bone, lesion: Array) -> dict[str, float]:
    at = bone.in_body
    x, y, z = bone.x[at], bone.y[at], bone.z[at]
    back, front = bone.body.wall(x, z), bone.body.front(x, z)
    low, high = bone.body.inferior.z(x, y), bone.body.superior.z(x, y)
    depth = (y - back) / np.maximum(front - back, 1.0)
    height = (z - low) / np.maximum(high - low, 1.0)
    inside = lesion[at]
    shares = {}
    for names, place in ((THIRDS[2::-1], depth), (THIRDS[:2:-1], height)):
        third = np.clip((place * 3).astype(int), 0, 2)
        for number, name in enumerate(names):
            shares[name] = 100.0 * float(inside[third == number].mean())
    return {name: shares[name] for name in THIRDS}


def _involved(bone: Bone, lesion: Array, elements: PosteriorElements) -> dict[str, float]:
    shares = {}
    for kind in ("pedicle", "lamina", "transverse process", "spinous process"):
        for side in (None,) if kind == "spinous process" else tuple(Side):
            part = arch_part(elements, kind, side)
            if part is not None:
                voxels = LabelMap(part.voxels.view(np.uint8), bone.vertebra.mask.affine)
                name = kind if side is None else f"{kind} {side}"
                taken = np.count_nonzero(lesion & (bone.grid.sample(voxels, 0) > 0)) * bone.grid.voxel_ml
                shares[name] = float(min(100.0, 100.0 * taken / part.volume_ml))
    return shares
