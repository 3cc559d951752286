"""A way that a person chose, measured as the search measures its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corduroy.anatomy.posterior import Side
from corduroy.errors import PlanError
from corduroy.planning.corridors.fields import Fields
from corduroy.planning.corridors.measure import Way, measure_way
from corduroy.planning.corridors.on_the_way import along_bone, kind_of_way, wall_distance
from corduroy.planning.corridors.results import Corridor, Kind, kind_and_side
from corduroy.planning.corridors.robustness import robustness_of
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.settings import CorridorSettings

FloatArray = NDArray[np.float64]

_LEAST_DEPTH_MM = 5.0
_SKIN_POINTS = 12


def given_corridor(
    scene: Scene, fields: Fields, entry_mm: ArrayLike, target_mm: ArrayLike, settings: CorridorSettings
) -> Corridor:
    """Measure a way from an entry to a target, whether or not it keeps the margins.

    Parameters
    ----------
    scene : Scene
    fields : Fields
        Of this scene with these margins.
    entry_mm, target_mm : array_like, shape (3,)
        World RAS+ in mm; the tip is at the target.
    settings : CorridorSettings

    Returns
    -------
    Corridor
        Kind and side by the search's own rules. Its `merit` is NaN, as it was compared with no other.

    Raises
    ------
    PlanError
        If a point lies outside what was looked at, both are nearly the same, or the way meets no bone.
    """
    entry, target = np.asarray(entry_mm, dtype=np.float64), np.asarray(target_mm, dtype=np.float64)
    depth = float(np.linalg.norm(entry - target))
    if depth < _LEAST_DEPTH_MM:
        raise PlanError(f"entry and target {depth:.1f} mm apart", f"at least {_LEAST_DEPTH_MM:g} mm")
    for name, point in (("entry", entry), ("target", target)):
        index = scene.grid.index(point)
        if not ((index >= 0) & (index <= np.array(scene.grid.shape) - 1)).all():
            raise PlanError(f"the {name} lies outside the part of the scan that was searched", do="move it back")
    start, per_mm = scene.grid.index(target), (scene.grid.index(entry) - scene.grid.index(target)) / depth
    box = np.array(scene.box_start, dtype=np.float64)
    bone_mm, first, last, groove, _ = along_bone(scene.parts, scene.lesion, start - box, per_mm, depth)
    if first == 0:
        raise PlanError(f"the way meets no bone of {scene.level}", "a way into the vertebra", "move entry or target")
    kind, side = _kind_and_side(scene, target, (entry - target) / depth, depth, (bone_mm, first, last, groove))
    way = Way(entry, target, kind, side, float("nan"))
    return measure_way(scene, way, robustness_of(scene, fields, target, entry, bone_mm, settings), settings)


def onto_entries(scene: Scene, point_mm: ArrayLike) -> FloatArray:
    """The nearest place on the surface of entries, skin or bone: the plane through those around it.

    Parameters
    ----------
    scene : Scene
    point_mm : array_like, shape (3,)
        World mm.

    Returns
    -------
    ndarray, shape (3,)
    """
    point = np.asarray(point_mm, dtype=np.float64)
    entries = scene.entries.points_mm.reshape(-1, 3)
    entries = entries[np.isfinite(entries).all(axis=1)]
    order = np.argsort(np.linalg.norm(entries - point, axis=1))[:_SKIN_POINTS]
    middle = entries[order].mean(axis=0)
    normal = np.linalg.svd(entries[order] - middle)[2][-1]
    return np.asarray(point - float((point - middle) @ normal) * normal)


def _kind_and_side(
    scene: Scene, target: FloatArray, outwards: FloatArray, depth: float, met: tuple[float, int, int, int]
) -> tuple[Kind, Side]:
    """As `corduroy.planning.corridors.search` sorts the ways that it tries."""
    bone_mm, first, last, groove = met
    planes, table = scene.pedicle_planes
    left, right = (wall_distance(planes, table, target, outwards, depth, number) for number in (0, 1))
    met_on = float((target + bone_mm * outwards - scene.frame.origin) @ scene.frame.right)
    return kind_and_side(kind_of_way(first, last, groove, left, right, 1 if met_on >= 0.0 else 0))
