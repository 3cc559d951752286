"""Porous vertebrae of a plain shape with random ways out, for the ensemble's speed and its probabilities."""

from __future__ import annotations

import numpy as np

from corduroy.anatomy.frame import Frame
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import Cannula, cement_named
from corduroy.simulation.injection_study import Dose, Opening, PorousVertebra
from corduroy.simulation.vertebra.grid import ModelGrid

HALF_MM = np.array([21.0, 15.0, 12.0])
"""Half width, depth and height of an elliptic drum the size of a lumbar body."""
_KINDS = (YeomType.B, YeomType.S, YeomType.C, YeomType.D)


def openings_of(seed: int, scale: float = 1.0) -> tuple[Opening, ...]:
    """Four ways out, one of each of Yeom's types, at random places of the surface, 2 to 5 mm wide."""
    rng = np.random.default_rng(seed)
    found = []
    for kind in _KINDS:
        way = rng.standard_normal(3) * (1, 1, 0.7)
        way /= np.linalg.norm(way)
        reach = 1 / np.hypot(way[0] / HALF_MM[0], way[1] / HALF_MM[1])
        x, y, z = (float(v) for v in scale * way * min(reach, HALF_MM[2] / max(abs(way[2]), 1e-9)))
        found.append(Opening(f"opening {kind}", kind, "wall", None, (x, y, z), float(rng.uniform(2, 5)), True))
    return tuple(found)


def drum(voxel_mm: float, openings: tuple[Opening, ...], scale: float = 1.0) -> PorousVertebra:
    """The drum on a grid about the world's origin, with a lesion in its right half."""
    half = scale * HALF_MM
    count = 2 * np.ceil(half / voxel_mm).astype(int) + 2
    a, b, c = (int(n) for n in count)
    grid = ModelGrid(Frame(np.zeros(3), np.eye(3)), (-a // 2, -b // 2, -c // 2), (a, b, c), voxel_mm)
    x, y, z = np.moveaxis(grid.local(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)
    bone = ((x / half[0]) ** 2 + (y / half[1]) ** 2 < 1) & (np.abs(z) < half[2])
    lesion = bone & (np.hypot(x - half[0] / 4, y) < half[1] * 0.7)
    porosity = np.where(bone, np.float32(0.88), np.float32(0))
    top, bottom = bone & (z > half[2] - 3), bone & (z < 3 - half[2])
    return PorousVertebra(grid, bone, bone, lesion, porosity, top, bottom, openings, 2 * float(half[1]))


def dose(volume_ml: float) -> Dose:
    """Through the right pedicle at 0.05 ml/s, four minutes from mixing, no gelatin sponge."""
    cannula = Cannula(tip_mm=(5.0, 1.0, 0.0), direction=(-0.4, 1.0, 0.0), bore_mm=2.5)
    return Dose(cement_named("high-viscosity"), volume_ml, 0.05, 4.0, 0.0, 0.0, (cannula,), 5.0, 4.7)
