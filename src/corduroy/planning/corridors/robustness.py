"""How many of the needles that miss the plan a little are still safe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.planning.corridors.fields import Fields
from corduroy.planning.corridors.results import Robustness
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.settings import CorridorSettings
from corduroy.planning.corridors.trace import misplaced

FloatArray = NDArray[np.float64]

PLACEMENTS = 512
_GENERATOR = 1.1673039782614187  # of the R4 sequence: the root of x^5 = x + 1 (Roberts 2018, not peer-reviewed)


def placement_errors(count: int = PLACEMENTS) -> FloatArray:
    """Errors spread evenly over two unit disks, of place and of direction; the same for every call, shape (n, 4)."""
    steps = _GENERATOR ** -np.arange(1.0, 5.0)
    unit = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0
    out, turn = np.sqrt(unit[:, [0, 2]]), 2 * np.pi * unit[:, [1, 3]]
    x, y = out * np.cos(turn), out * np.sin(turn)
    return np.column_stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]])


def robustness_of(
    scene: Scene, fields: Fields, tip: FloatArray, hub: FloatArray, bone_mm: float, settings: CorridorSettings
) -> Robustness:
    """Shares of misplaced needles that touch nothing.

    Parameters
    ----------
    scene, fields : Scene, Fields
    tip, hub : ndarray, shape (3,)
        World mm; hub is the entry.
    bone_mm : float
        From the tip to the bone's surface.
    settings : CorridorSettings

    Notes
    -----
    Errors are even over a disk of `error_mm` across the needle and a cone of `error_deg`, both at the entry, or both at
    the bone's surface; the needle is pushed as deep as planned. When this misleads: real errors are not even, and a
    hand corrects.
    """
    depth = float(np.linalg.norm(hub - tip))
    entry_clear, _ = _tried(scene, fields, tip, hub, depth, settings)
    bone_clear, on_target = _tried(scene, fields, tip, hub, bone_mm, settings)
    both = bone_clear & on_target
    return Robustness(float(entry_clear.mean()), float(bone_clear.mean()), float(both.mean()), PLACEMENTS)


def _tried(
    scene: Scene, fields: Fields, tip: FloatArray, hub: FloatArray, pivot_mm: float, settings: CorridorSettings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which placements about a pivot so far from the tip are clear, and which end in the lesion."""
    depth = float(np.linalg.norm(hub - tip))
    outwards = (hub - tip) / depth
    first, second = _across(outwards)
    errors = placement_errors()
    shift = settings.error_mm * (errors[:, :1] * first + errors[:, 1:2] * second)
    angle = np.deg2rad(settings.error_deg) * np.hypot(errors[:, 2], errors[:, 3])
    heading = errors[:, 2:3] * first + errors[:, 3:4] * second
    heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-12)
    turned = np.cos(angle)[:, None] * outwards + np.sin(angle)[:, None] * heading
    pivot = tip + pivot_mm * outwards + shift
    tips = pivot - pivot_mm * turned
    starts = np.ascontiguousarray(scene.grid.index(tips))
    per_mm = np.ascontiguousarray(scene.grid.index(tips + turned) - starts)
    clear, hit = np.zeros(len(tips), dtype=bool), np.zeros(len(tips), dtype=bool)
    box = np.array(scene.box_start, dtype=np.float64)
    lengths = np.full(len(tips), depth)
    misplaced(fields.to_touch, scene.lesion, box, starts, per_mm, lengths, settings.radius_mm, clear, hit)
    return clear, hit


def _across(direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors across a direction: along the patient's right as far as can be, and the other."""
    first = np.array([1.0, 0.0, 0.0]) - direction[0] * direction
    if np.linalg.norm(first) < 0.1:
        first = np.array([0.0, 0.0, 1.0]) - direction[2] * direction
    first /= np.linalg.norm(first)
    return first, np.cross(direction, first)
