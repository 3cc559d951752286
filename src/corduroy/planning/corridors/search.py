"""The search: all entries against all target points, and what is worth returning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.imaging.volume import LabelMap
from corduroy.planning.corridors.avoided import BY_CODE
from corduroy.planning.corridors.build import build_scene
from corduroy.planning.corridors.fields import Fields, make_fields
from corduroy.planning.corridors.measure import Way, along_way, measure_way
from corduroy.planning.corridors.results import Blocker, Corridor, CorridorPlan, EntryMap, Kind, kind_and_side
from corduroy.planning.corridors.robustness import robustness_of
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.settings import CorridorSettings, Purpose
from corduroy.planning.corridors.trace import KINDS, sweep
from corduroy.planning.corridors.verdict import verdict_of

FloatArray = NDArray[np.float64]

_SHORTLIST = 8  # of each kind and side, measured exactly and tried for robustness
_APART_MM = 10.0
_WEIGHTS = {Purpose.BIOPSY: (1.0, 0.25), Purpose.CEMENT: (0.25, 1.0)}  # of length in the lesion, of centrality
_NO_MERIT = -1e9


@dataclass(frozen=True, eq=False)
class Sweep:
    """What trying all pairs gave, by entry.

    Parameters
    ----------
    spare_mm : ndarray of float32, shape (n,)
        Of the best way, beyond radius and margins; NaN where none was within the limits.
    tried, safe : ndarray of int32, shape (n,)
    merit : ndarray of float64, shape (n, 8)
        Of the best safe way of each kind and side.
    chosen : ndarray of int32, shape (n, 8)
        Its target's number, -1 where there is none.
    blocked : ndarray of int64, shape (256,)
        How many ways each structure stopped.
    """

    spare_mm: NDArray[np.float32]
    tried: NDArray[np.int32]
    safe: NDArray[np.int32]
    merit: FloatArray
    chosen: NDArray[np.int32]
    blocked: NDArray[np.int64]


def find_corridors(
    spine: Spine,
    level: Level | str,
    settings: CorridorSettings | None = None,
    *,
    target: LabelMap | None = None,
    structures: LabelMap | None = None,
    names: Mapping[int, str] = TOTAL_STRUCTURES,
    body: LabelMap | None = None,
) -> CorridorPlan:
    """Search all straight ways for a needle into one vertebra.

    Parameters
    ----------
    spine : Spine
        With its CT, from which the skin is taken, or see `body`.
    level : Level or str
    settings : CorridorSettings, optional
    target : LabelMap, optional
        The lesion, above 0, on any grid; by default the body without its outer 3 mm.
    structures : LabelMap, optional
        Labels of what must not be met, on any grid.
    names : mapping of int to str
        What the labels of `structures` are called; by default TotalSegmentator's task total.
    body : LabelMap, optional
        The patient as a mask of 0 and 1, where there is no CT.

    Returns
    -------
    CorridorPlan
        With no corridors, and a verdict that says why, where nothing is safe.

    Raises
    ------
    LabelError
        If there is no such level.
    PlanError
        If the level is not in view, the target empty or outside the bone, no skin in view, or a structure unknown.

    Notes
    -----
    When this misleads: only what is labelled, or stands in `CorridorPlan.sources` as geometry, is avoided: segmental
    vessels, pleural recesses and nerves outside the foramina are not seen on a mask. The patient is taken to lie on
    the table as in the scan; prone, organs and skin shift.
    """
    chosen = settings or CorridorSettings()
    scene = build_scene(spine, Level.parse(level), chosen, target=target, structures=structures, names=names, body=body)
    return search_scene(scene, chosen)


def search_scene(scene: Scene, settings: CorridorSettings, fields: Fields | None = None) -> CorridorPlan:
    """Search a scene; see `find_corridors`.

    Parameters
    ----------
    scene : Scene
    settings : CorridorSettings
    fields : Fields, optional
        Of this scene with these margins, where they are known already.
    """
    fields = fields or make_fields(scene.avoid, scene.grid.spacing, settings)
    found = sweep_scene(scene, fields, settings)
    corridors = _ranked(scene, fields, found, settings)
    total = int(found.tried.sum())
    stopped = [(BY_CODE[int(code)], int(found.blocked[code])) for code in np.flatnonzero(found.blocked)]
    blockers = tuple(Blocker(group, count / total) for group, count in sorted(stopped, key=lambda pair: -pair[1]))
    best = float(np.nanmax(found.spare_mm)) if total else None
    missing = -best if best is not None and not corridors else None
    safe = int(found.safe.sum())
    verdict = verdict_of(corridors, total, safe, missing, blockers, scene.level, settings)
    entries = _entry_map(scene, found)
    return CorridorPlan(
        scene.level,
        corridors,
        entries,
        dict(scene.sources),
        blockers,
        total,
        safe,
        missing,
        verdict,
        scene.notes,
        settings,
    )


def sweep_scene(scene: Scene, fields: Fields, settings: CorridorSettings) -> Sweep:
    """Try every entry with every target point.

    Parameters
    ----------
    scene : Scene
    fields : Fields
    settings : CorridorSettings
    """
    points = scene.entries.points_mm.reshape(-1, 3)
    n = len(points)
    known = np.isfinite(points).all(axis=1)
    targets = scene.targets_mm
    away = np.linalg.norm(targets - targets.mean(axis=0), axis=1)
    planes, table = scene.pedicle_planes
    spare = np.full(n, np.nan, np.float32)
    tried, safe = np.zeros(n, np.int32), np.zeros(n, np.int32)
    merit, chosen = np.full((n, KINDS), _NO_MERIT), np.full((n, KINDS), -1, np.int32)
    blocked = np.zeros((n, 256), np.int32)
    rows = np.flatnonzero(known)
    parts_of_rows = [array[rows] for array in (spare, tried, safe, merit, chosen, blocked)]
    sweep(
        np.ascontiguousarray(points[rows]),
        np.ascontiguousarray(scene.grid.index(points[rows])),
        np.ascontiguousarray(targets),
        np.ascontiguousarray(scene.grid.index(targets)),
        1.0 - away / max(float(away.max()), 1e-9),
        fields.beyond_margin,
        fields.nearest,
        scene.parts,
        scene.lesion,
        np.array(scene.box_start, dtype=np.float64),
        planes,
        table,
        np.stack([scene.frame.origin, scene.frame.right]),
        _limits(settings),
        np.array(_WEIGHTS[settings.purpose]),
        *parts_of_rows,
    )
    for whole, part in zip((spare, tried, safe, merit, chosen), parts_of_rows, strict=False):
        whole[rows] = part
    spare[tried == 0] = np.nan
    return Sweep(spare, tried, safe, merit, chosen, parts_of_rows[-1].sum(axis=0, dtype=np.int64))


def _limits(settings: CorridorSettings) -> FloatArray:
    axial, sagittal = np.deg2rad([settings.max_axial_deg, settings.max_sagittal_deg])
    return np.array([settings.radius_mm, np.cos(axial), np.tan(sagittal), settings.max_depth_mm])


def _ranked(scene: Scene, fields: Fields, found: Sweep, settings: CorridorSettings) -> tuple[Corridor, ...]:
    """The best of every kind and side, the first of each before the others."""
    firsts: list[Corridor] = []
    others: list[Corridor] = []
    for number in range(KINDS):
        corridors = _best_of(scene, fields, _shortlist(scene, found, number), settings)
        firsts += corridors[:1]
        others += corridors[1:]
    return (*sorted(firsts, key=lambda c: -c.rank), *sorted(others, key=lambda c: -c.rank))


def _best_of(scene: Scene, fields: Fields, ways: list[Way], settings: CorridorSettings) -> list[Corridor]:
    """The first few of the ways by rank that lie apart and hold when measured exactly."""
    tried = [
        (way, robustness_of(scene, fields, way.target_mm, way.entry_mm, along_way(scene, way)[0], settings))
        for way in ways
    ]
    taken: list[Corridor] = []
    for way, robustness in sorted(tried, key=lambda pair: -pair[0].merit - pair[1].worth):
        gaps = [np.linalg.norm(way.entry_mm - corridor.entry_mm) for corridor in taken]
        if all(gap >= _APART_MM for gap in gaps):
            corridor = measure_way(scene, way, robustness, settings)
            if corridor.spare_mm >= 0.0 and (corridor.kind is not Kind.TRANSPEDICULAR or corridor.walls is not None):
                taken.append(corridor)
        if len(taken) == settings.per_kind:
            break
    return taken


def _shortlist(scene: Scene, found: Sweep, number: int) -> list[Way]:
    points = scene.entries.points_mm.reshape(-1, 3)
    order = np.argsort(-found.merit[:, number], kind="stable")
    taken: list[Way] = []
    for entry in order[found.chosen[order, number] >= 0]:
        if all(np.linalg.norm(points[entry] - way.entry_mm) >= _APART_MM / 2 for way in taken):
            target = scene.targets_mm[found.chosen[entry, number]]
            taken.append(Way(points[entry], target, *kind_and_side(number), float(found.merit[entry, number])))
        if len(taken) == _SHORTLIST:
            break
    return taken


def _entry_map(scene: Scene, found: Sweep) -> EntryMap:
    shape = scene.entries.points_mm.shape[:2]
    best = found.merit.argmax(axis=1)
    kinds = np.where(found.merit.max(axis=1) > _NO_MERIT, best // 2 + 1, 0).astype(np.uint8)
    return EntryMap(
        scene.entries.points_mm,
        found.spare_mm.astype(np.float64).reshape(shape),
        (found.safe / len(scene.targets_mm)).reshape(shape),
        kinds.reshape(shape),
        scene.entries.around_deg,
        scene.entries.height_mm,
    )
