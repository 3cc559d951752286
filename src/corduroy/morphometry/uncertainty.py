"""How far a number from a label map may be from the truth.

What counts is the staircase of the mask: half a voxel where the boundary runs along the grid, averaging out where
it runs across. Fewer steps fall on a vertebra as the voxels grow, so the error grows with the voxel's height above
the boundary times its size along it. The factors were set on phantoms of random shape, pose and spacing
(0.5-2.5 mm; `make bench-morphometry` prints how often the stated interval covers the truth). They do not contain
the error of the segmentation itself.

An endplate that was placed on grey values is nearer to the truth: it has factors of its own, set in the same way on
the phantoms' CT.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.vertebra import Vertebra

FloatArray = NDArray[np.float64]

_ALIGNED_DEG = (10.0, 20.0)


def spacing_along(vertebra: Vertebra, direction: FloatArray) -> float:
    """Voxel size in mm met along a world direction."""
    return float(np.abs(vertebra.mask.direction.T @ direction) @ vertebra.mask.spacing)


def staircase_mm2(vertebra: Vertebra, direction: FloatArray) -> float:
    """Voxel size met along a boundary's normal times its size along the boundary.

    Fine sampling along the boundary only helps where the boundary runs askew to the slices: one that lies within a
    slice has a single step, however fine the slice. From 10 to 20 degrees of tilt it comes to count.
    """
    step = spacing_along(vertebra, direction)
    along = float(np.sqrt(vertebra.mask.voxel_volume_mm3 / step))
    tilt_deg = float(np.degrees(np.arccos(np.clip(np.abs(vertebra.mask.direction.T @ direction).max(), 0.0, 1.0))))
    askew = float(np.clip((tilt_deg - _ALIGNED_DEG[0]) / (_ALIGNED_DEG[1] - _ALIGNED_DEG[0]), 0.0, 1.0))
    return step * (askew * along + (1.0 - askew) * max(step, along))


def height_uncertainty_mm(vertebra: Vertebra) -> float:
    """Half-width of the 95 % interval of one height; either endplate adds half of its square."""
    staircase = staircase_mm2(vertebra, vertebra.frame.superior)
    of_edge = {"labels": np.hypot(0.10, 0.22 * staircase), "grey values": np.hypot(0.09, 0.11 * staircase)}
    return _both_endplates(vertebra, of_edge)


def angle_uncertainty_deg(vertebra: Vertebra, depth_mm: float) -> float:
    """Half-width of the 95 % interval of the angle of one endplate line, on average over both of a vertebra."""
    staircase = staircase_mm2(vertebra, vertebra.frame.superior)
    of_edge = {"labels": np.hypot(0.15, 0.25 * staircase), "grey values": np.hypot(0.12, 0.105 * staircase)}
    return float(np.degrees(_both_endplates(vertebra, of_edge) / depth_mm))


def _both_endplates(vertebra: Vertebra, of_edge: dict[str, float]) -> float:
    """Root mean square over a vertebra's endplates of what holds for the edge that each was placed on."""
    body = vertebra.body
    edges = ("labels",) if body is None else (body.superior.edge, body.inferior.edge)
    return float(np.sqrt(np.mean([of_edge[edge] ** 2 for edge in edges])))


def body_length_uncertainty_mm(vertebra: Vertebra, direction: FloatArray) -> float:
    """Half-width of the 95 % interval of the body's depth or width: mostly where it passes into the arch."""
    return float(np.hypot(0.6, 0.25 * staircase_mm2(vertebra, direction)))


def canal_length_uncertainty_mm(vertebra: Vertebra, direction: FloatArray) -> float:
    """Half-width of the 95 % interval of a diameter of the canal."""
    return float(np.hypot(0.35, 0.5 * spacing_along(vertebra, direction)))


def area_uncertainty_mm2(vertebra: Vertebra, area_mm2: float) -> float:
    """Half-width of the 95 % interval of the canal's area: its outline moved by a share of a voxel."""
    outline_mm = 2.0 * np.sqrt(np.pi * area_mm2)
    step = float(np.mean([spacing_along(vertebra, axis) for axis in vertebra.frame.axes[:, :2].T]))
    return float(outline_mm * np.hypot(0.04, 0.065 * step**2))


def volume_uncertainty_ml(vertebra: Vertebra, volume_ml: float) -> float:
    """Half-width of the 95 % interval of the body's volume: mostly where it is cut from the arch."""
    step = float(vertebra.mask.spacing.mean())
    return volume_ml * float(np.hypot(0.04, 0.01 * step**2))
