"""What surrounds the bones: canal and cord, aorta, lungs, muscle, fat, skin; where each lies and its grey value.

Shapes follow the curve of the spine; sizes and grey values are typical of an adult CT without contrast and are
the author's choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.level import Level
from corduroy.phantom.shapes import Array
from corduroy.phantom.spine import PhantomSpine
from corduroy.phantom.vertebra import PhantomVertebra

_TABLE_STEP_MM = 0.5
_BEYOND_MM = 250.0  # how far the curves are continued beyond the outermost vertebrae
_SKIN_MM = 2.0
_FAT_MM = 16.0
_TORSO = (160.0, 130.0)  # half width and half depth
_TORSO_AHEAD_MM = 50.0  # how far the torso's centre lies before the vertebral bodies
_CORD = (4.6, 3.6)
_AORTA_RADIUS_MM = 11.0
_PSOAS_TAPER_MM = 60.0
_DOME_MM = 28.0  # how much higher the diaphragm stands in the middle of a lung than at its edge


class Structure(IntEnum):
    """Ids of the structures map."""

    BODY = 1
    ARCH = 2
    RIB = 3
    DISC = 4
    CORD = 5
    CANAL = 6
    AORTA = 7
    LUNG_LEFT = 8
    LUNG_RIGHT = 9
    SKIN = 10
    FAT = 11
    MUSCLE = 12
    VISCERA = 13


SOFT_HU = {
    0: -1000.0,
    Structure.DISC: 85.0,
    Structure.CORD: 38.0,
    Structure.CANAL: 8.0,
    Structure.AORTA: 45.0,
    Structure.LUNG_LEFT: -850.0,
    Structure.LUNG_RIGHT: -850.0,
    Structure.SKIN: 20.0,
    Structure.FAT: -100.0,
    Structure.MUSCLE: 55.0,
    Structure.VISCERA: 40.0,
}


@dataclass(frozen=True, eq=False)
class Torso:
    """Soft tissues around a spine, painted from the outside in.

    Parameters
    ----------
    spine : PhantomSpine
    """

    spine: PhantomSpine

    def structures(self, x: Array, y: Array, z: Array) -> Array:
        """Ids of the soft tissues at points of the patient's axes (mm), uint8."""
        body_x, body_y = self._curve("body", z)
        found = np.zeros(np.broadcast(x, y, z).shape, np.uint8)
        ahead, beside = y - body_y, x - body_x
        self._paint_wall(found, beside, ahead)
        self._paint_lungs(found, beside, ahead, z)
        self._paint_muscles(found, beside, ahead, z)
        aorta_x, aorta_y = self._curve("aorta", z)
        found[_inside(x - aorta_x, y - aorta_y, _AORTA_RADIUS_MM, _AORTA_RADIUS_MM)] = Structure.AORTA
        canal_x, canal_y = self._curve("canal", z)
        half_width, half_depth = self._curve("canal_size", z)
        beside, ahead = x - canal_x, y - canal_y
        found[_inside(beside, ahead, half_width, half_depth)] = Structure.CANAL
        cord = _inside(beside, ahead, *_CORD) & (z > self._level_z(Level.L1))
        found[cord] = Structure.CORD
        return found

    def extent(self) -> FloatArray:
        """Lowest and highest patient coordinates of the skin and of the vertebrae's heights, shape (2, 3)."""
        knots = self._knots
        side = np.array([_TORSO[0], _TORSO[0]])
        x, y = knots["body"][:, 1], knots["body"][:, 2] + _TORSO_AHEAD_MM
        z = knots["body"][:, 0]
        low = (x.min() - side[0], y.min() - _TORSO[1], z.min() - 20.0)
        return np.array([low, (x.max() + side[1], y.max() + _TORSO[1], z.max() + 20.0)])

    def _paint_wall(self, found: Array, beside: Array, ahead: Array) -> None:
        half_x, half_y = _TORSO
        middle = ahead - _TORSO_AHEAD_MM
        for shrink, tissue in (
            (0.0, Structure.SKIN),
            (_SKIN_MM, Structure.FAT),
            (_FAT_MM, Structure.MUSCLE),
            (_FAT_MM + 12.0, Structure.VISCERA),
        ):
            found[_inside(beside, middle, half_x - shrink, half_y - shrink)] = tissue

    def _paint_lungs(self, found: Array, beside: Array, ahead: Array, z: Array) -> None:
        base = self._level_z(Level.T11)
        for tissue, side in ((Structure.LUNG_LEFT, -1.0), (Structure.LUNG_RIGHT, 1.0)):
            radius = ((beside - side * 74.0) / 56.0) ** 2 + ((ahead - 38.0) / 82.0) ** 2
            dome = base + _DOME_MM * (1.0 - radius)
            found[(radius < 1.0) & (z > dome) & (found == Structure.VISCERA)] = tissue

    def _paint_muscles(self, found: Array, beside: Array, ahead: Array, z: Array) -> None:
        either = np.abs(beside)
        within = (found == Structure.MUSCLE) | (found == Structure.VISCERA)
        found[within & _inside(beside, ahead + 30.0, 66.0, 50.0)] = Structure.FAT
        back = _inside(either - 27.0, ahead + 48.0, 27.0, 24.0)
        # The psoas begins at L1 and thickens downwards.
        grown = np.clip((self._level_z(Level.L1) - z) / _PSOAS_TAPER_MM, 0.01, 1.0)
        psoas = _inside(either - 22.0 - 15.0 * grown, ahead + 4.0, 15.0 * grown, 20.0 * grown)
        found[back | psoas] = Structure.MUSCLE

    def _curve(self, name: str, z: Array) -> tuple[Array, Array]:
        """Two values that vary along the patient's z, by table."""
        start, table = self._tables[name]
        index = np.clip((z - start) / _TABLE_STEP_MM, 0, len(table) - 1).astype(np.int32)
        return table[index, 0], table[index, 1]

    def _level_z(self, level: Level) -> float:
        """Patient z of the lower end of a level; far above or below where it is not modelled."""
        if level in self.spine.index:
            vertebra = self.spine.vertebrae[self.spine.index[level]]
            below = vertebra.frame.world([0.0, 0.0, -vertebra.size.posterior_height / 2])
            return float(self.spine.pose.local(below)[2])
        above = self.spine.vertebrae[0].level.position > level.position
        return float(self._knots["body"][0 if above else -1, 0]) + (_BEYOND_MM if above else -_BEYOND_MM)

    @cached_property
    def _knots(self) -> dict[str, FloatArray]:
        """Rows of (z, value, value) from cranial to caudal."""
        rows: dict[str, list[list[float]]] = {"body": [], "canal": [], "canal_size": [], "aorta": []}
        for vertebra in self.spine.vertebrae:
            size = vertebra.size
            for z in (0.4 * size.posterior_height, -0.4 * size.posterior_height):
                canal_y = vertebra.tube.back_y + size.canal_depth / 2
                aorta = _aorta_offset(vertebra)
                for name, local in (
                    ("body", (0.0, 0.0, z)),
                    ("canal", (0.0, canal_y, z)),
                    ("aorta", (*aorta, z)),
                ):
                    x, y, height = self.spine.pose.local(vertebra.frame.world(local)).tolist()
                    rows[name].append([height, x, y])
                canal_z = rows["canal"][-1][0]
                rows["canal_size"].append([canal_z, size.canal_width / 2 - 1.0, size.canal_depth / 2 - 0.7])
        return {name: np.array(values) for name, values in rows.items()}

    @cached_property
    def _tables(self) -> dict[str, tuple[float, Array]]:
        tables = {}
        for name, knots in self._knots.items():
            knots = knots[np.argsort(knots[:, 0])]
            start = float(knots[0, 0]) - _BEYOND_MM
            z = np.arange(start, float(knots[-1, 0]) + _BEYOND_MM, _TABLE_STEP_MM)
            columns = [np.interp(z, knots[:, 0], knots[:, i]) for i in (1, 2)]
            tables[name] = (start, np.column_stack(columns).astype(np.float32))
        return tables


def _inside(x: Array, y: Array, half_x: Array | float, half_y: Array | float) -> Array:
    return np.asarray((x / half_x) ** 2 + (y / half_y) ** 2 <= 1.0)


def _aorta_offset(vertebra: PhantomVertebra) -> tuple[float, float]:
    """Left of the mid-thoracic bodies, before the lumbar ones."""
    position = vertebra.level.position
    places = [Level.T8.position, Level.T12.position, Level.L2.position]
    x = float(np.interp(position, places, [-24.0, -13.0, -7.0]))
    ahead = float(np.interp(position, places, [3.0, 10.0, 13.0]))
    return x, vertebra.body.depth / 2 + ahead
