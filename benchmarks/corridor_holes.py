"""Scenes with one safe way: a block of bone behind a wall that has a single round hole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.figures import Figure, Target, at_least
from corduroy.anatomy import Frame, Level, Side
from corduroy.planning.corridors import Avoided, CorridorSettings, Scene, Source, search_scene
from corduroy.planning.corridors.grid import SearchGrid
from corduroy.planning.corridors.on_the_way import BODY
from corduroy.planning.corridors.skin import SkinEntries

_SHAPE = (80, 90, 60)
_START = (-40.0, -90.0, -30.0)
_WALL_Y = (-45.0, -40.0)
_SPARE_MM = 0.4  # beyond radius and margin: entries 2 mm apart leave ways that miss the hole's middle by half of that
_MARGIN_MM = 1.0


def wall_with_hole(hole_mm: float, at: tuple[float, float] = (0.0, 0.0), group: Avoided = Avoided.LUNG) -> Scene:
    """Voxels of 1 mm; needles come from y = -85 and end at (0, -6, 0) in the bone.

    Parameters
    ----------
    hole_mm : float
        Voxels of the wall whose centres lie this near to the hole's axis are open.
    at : tuple of 2 floats
        World x and z of the hole's axis, which runs along y.
    group : Avoided
        What the wall is made of.
    """
    affine = np.eye(4)
    affine[:3, 3] = _START
    grid = SearchGrid(affine, _SHAPE, (1, 1, 1), np.ones(3))
    x, y, z = (_START[i] + np.arange(_SHAPE[i]) for i in range(3))
    through = np.hypot(x[:, None] - at[0], z[None, :] - at[1]) <= hole_mm
    avoid = np.zeros(_SHAPE, np.uint8)
    avoid[:, (y > _WALL_Y[0]) & (y < _WALL_Y[1]), :] = np.where(through, 0, group.code)[:, None, :]
    bone, lesion = np.zeros(_SHAPE, np.uint8), np.zeros(_SHAPE, np.uint8)
    bone[25:56, 78:90, 15:46] = BODY
    lesion[38:43, 81:86, 28:33] = 1
    entries = np.stack(np.meshgrid(np.arange(-36.0, 37, 2), [-85.0], np.arange(-26.0, 27, 2), indexing="ij"), -1)
    return Scene(
        Level.L2,
        Frame(np.zeros(3), np.eye(3)),
        grid,
        avoid,
        bone,
        lesion,
        (0, 0, 0),
        np.array([[0.0, -6.0, 0.0]]),
        SkinEntries(entries[:, 0], np.empty(0), np.empty(0)),
        dict.fromkeys(Side),
        {group: Source.LABELS},
    )


@dataclass(frozen=True)
class _Trial:
    hole_mm: float
    at: tuple[float, float]
    room_mm: float
    settings: CorridorSettings


def measure_holes(count: int) -> list[Figure]:
    """How many open holes are found, and how many closed ones are not."""
    trials = [_trial(np.random.default_rng([11, number])) for number in range(count)]
    opened = [t for t in trials if t.room_mm > t.settings.radius_mm + _MARGIN_MM + _SPARE_MM]
    closed = [t for t in trials if t.room_mm < t.settings.radius_mm + _MARGIN_MM]
    found = [_passes(t) for t in opened]
    false = sum(bool(search_scene(wall_with_hole(t.hole_mm, t.at), t.settings).corridors) for t in closed)
    share = float(np.mean(found)) if found else None
    return [
        Figure("single holes: found, of those wide enough", share, "", at_least(1.0)),
        Figure("single holes: wide enough", float(len(opened)), ""),
        Figure("single holes: corridors through holes too narrow", float(false), "", Target(0, 0)),
        Figure("single holes: too narrow", float(len(closed)), ""),
    ]


def _trial(rng: np.random.Generator) -> _Trial:
    """A hole on the line from an entry to the target, so that the lattice of entries holds a way through its middle."""
    entry = np.array([2.0 * rng.integers(-14, 15), -85.0, 2.0 * rng.integers(-10, 11)])
    middle = entry + (entry[1] + 42.5) / (entry[1] + 6.0) * (np.array([0.0, -6.0, 0.0]) - entry)
    hole, at = float(rng.uniform(1.5, 6.0)), (float(middle[0]), float(middle[2]))
    settings = CorridorSettings(
        gauge=int(rng.choice([8, 10, 11, 13, 15])),
        organ_margin_mm=_MARGIN_MM,
        max_sagittal_deg=40.0,
    )
    return _Trial(hole, at, _room(hole, at, entry), settings)


def _room(hole_mm: float, at: tuple[float, float], entry: np.ndarray) -> float:
    """From the axis of the way through the hole to the nearest closed voxel of the wall, by points on the axis."""
    wall = np.argwhere(wall_with_hole(hole_mm, at).avoid > 0) + np.array(_START)
    wall = wall[np.hypot(wall[:, 0] - at[0], wall[:, 2] - at[1]) < hole_mm + 6.0]
    way = np.array([0.0, -6.0, 0.0]) - entry
    points = entry + np.linspace(0.45, 0.65, 200)[:, None] * way
    gaps = np.maximum(np.abs(points[:, None, :] - wall[None, :, :]) - 0.5, 0.0)
    return float(np.sqrt((gaps**2).sum(axis=-1)).min())


def _passes(trial: _Trial) -> bool:
    corridors = search_scene(wall_with_hole(trial.hole_mm, trial.at), trial.settings).corridors
    return bool(corridors) and all(_in_hole(trial, np.array(c.entry_mm), np.array(c.target_mm)) for c in corridors)


def _in_hole(trial: _Trial, entry: np.ndarray, target: np.ndarray) -> bool:
    crossing = entry + (entry[1] + 42.5) / (entry[1] - target[1]) * (target - entry)
    return bool(np.hypot(crossing[0] - trial.at[0], crossing[2] - trial.at[1]) < trial.hole_mm + 1.0)
