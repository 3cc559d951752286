"""One corridor, measured: exact clearances, angles, bone, coverage, the gauge that fits, and its robustness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.posterior import Side
from corduroy.planning.corridors.avoided import BY_CODE, Avoided, margin_mm
from corduroy.planning.corridors.exact import nearest_of_each
from corduroy.planning.corridors.gauges import largest_gauge_within
from corduroy.planning.corridors.on_the_way import along_bone
from corduroy.planning.corridors.parts import PART_NAMES
from corduroy.planning.corridors.results import Angles, Corridor, Kind, PedicleWalls, Point, Robustness
from corduroy.planning.corridors.scene import Scene
from corduroy.planning.corridors.settings import CorridorSettings
from corduroy.planning.corridors.walls import pedicle_walls
from corduroy.provenance import Measured

FloatArray = NDArray[np.float64]

_METHOD = "needle's surface to the nearest voxel's box"
_ALONG_MM = 0.5


@dataclass(frozen=True, eq=False)
class Way:
    """A pair of entry and target that the search chose, world mm."""

    entry_mm: FloatArray
    target_mm: FloatArray
    kind: Kind
    side: Side
    merit: float

    @property
    def depth_mm(self) -> float:
        """From entry to target."""
        return float(np.linalg.norm(self.entry_mm - self.target_mm))

    @property
    def outwards(self) -> FloatArray:
        """Unit vector from the tip to the hub."""
        return np.asarray((self.entry_mm - self.target_mm) / self.depth_mm)


def measure_way(scene: Scene, way: Way, robustness: Robustness, settings: CorridorSettings) -> Corridor:
    """Measure one way exactly.

    Parameters
    ----------
    scene : Scene
    way : Way
    robustness : Robustness
        Of that way.
    settings : CorridorSettings
    """
    radius = settings.radius_mm
    clearances = _clearances(scene, way, radius)
    spares = {group: found.value - margin_mm(group, settings) for group, found in clearances.items()}
    tightest = min(spares, key=lambda group: spares[group], default=None)
    spare = np.inf if tightest is None else spares[tightest]
    bone_mm, part, in_target = along_way(scene, way)
    walls = pedicle_walls(scene.pedicles[way.side], scene.frame, way.target_mm, way.outwards, radius)
    walls = walls if way.kind is Kind.TRANSPEDICULAR else None
    room = radius + (spare if walls is None else min(spare, walls.nearest_mm))
    to_vertebra = scene.frame.axes.T @ way.outwards
    return Corridor(
        way.kind,
        way.side,
        _point(way.entry_mm),
        _point(way.target_mm + bone_mm * way.outwards),
        _point(way.target_mm),
        _angles(way.outwards),
        _angles(to_vertebra),
        way.depth_mm,
        bone_mm,
        PART_NAMES.get(part, "bone"),
        in_target,
        _coverage(scene, way, settings.coverage_mm),
        clearances,
        tightest,
        float(spare),
        walls,
        settings.gauge,
        largest_gauge_within(room),
        robustness,
        way.merit,
        _remarks(walls),
    )


def _remarks(walls: PedicleWalls | None) -> tuple[str, ...]:
    if walls is None or walls.nearest_mm >= 0.0:
        return ()
    return (f"the needle is thicker than the pedicle is there: it breaks a wall by {-walls.nearest_mm:.1f} mm",)


def _clearances(scene: Scene, way: Way, radius: float) -> dict[Avoided, Measured]:
    grid = scene.grid
    found = nearest_of_each(scene.avoid, grid.spacing, grid.index(way.target_mm), grid.index(way.entry_mm))
    voxel = grid.scan_spacing
    clearances = {
        BY_CODE[code]: Measured(distance - radius, "mm", float(np.linalg.norm(direction * voxel)), _METHOD)
        for code, (distance, direction) in found.items()
    }
    return dict(sorted(clearances.items(), key=lambda pair: pair[1].value))


def along_way(scene: Scene, way: Way) -> tuple[float, int, float]:
    """Length in bone from its outermost voxel to the tip, the part met first, length in the lesion."""
    start = scene.grid.index(way.target_mm)
    per_mm = (scene.grid.index(way.entry_mm) - start) / way.depth_mm
    box = np.array(scene.box_start, dtype=np.float64)
    bone_mm, part, _, _, in_target = along_bone(scene.parts, scene.lesion, start - box, per_mm, way.depth_mm)
    return bone_mm, part, in_target


def _coverage(scene: Scene, way: Way, reach_mm: float) -> float:
    """Share of the lesion's voxels within reach of the needle's part that lies in the lesion."""
    voxels = np.argwhere(scene.lesion > 0) + np.array(scene.box_start)
    if len(voxels) == 0:
        return 0.0
    lesion = voxels @ scene.grid.affine[:3, :3].T + scene.grid.affine[:3, 3]
    along = np.arange(0.0, way.depth_mm, _ALONG_MM)
    places = np.rint(scene.grid.index(way.target_mm + along[:, None] * way.outwards)).astype(int) - scene.box_start
    within = ((places >= 0) & (places < scene.lesion.shape)).all(axis=1)
    inside = np.zeros(len(along), dtype=bool)
    inside[within] = scene.lesion[tuple(places[within].T)] > 0
    if not inside.any():
        return 0.0
    last = float(along[inside].max())
    gap = lesion - way.target_mm
    nearest = np.clip(gap @ way.outwards, 0.0, last)
    distance = np.linalg.norm(gap - nearest[:, None] * way.outwards, axis=1)
    return float((distance <= reach_mm).mean())


def _angles(outwards: FloatArray) -> Angles:
    """Angles of a needle from its direction to the hub: right, anterior, superior."""
    right, anterior, superior = outwards
    axial = np.degrees(np.arctan2(right, -anterior))
    sagittal = np.degrees(np.arctan2(superior, np.hypot(right, anterior)))
    return Angles(float(axial), float(sagittal))


def _point(place: FloatArray) -> Point:
    x, y, z = (float(value) for value in place)
    return x, y, z
