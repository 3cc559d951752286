"""The posterior elements of one vertebra, built around its canal from its sizes.

All proportions are the author's choice: they close the ring at the pedicles, leave the foramina open, and bring
the articular processes of neighbours close enough that the sampler cuts a joint space between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.phantom.body import Body
from corduroy.phantom.ring import CanalTube, Laminae, Pedicle
from corduroy.phantom.shapes import Blade, Ellipsoid, Rod, Shape
from corduroy.phantom.sizes import LevelSize

_SIDES = {"left": -1, "right": 1}
_TUBE_OVERLAP = 0.35  # part of the canal's depth by which the tube reaches into the body
_PEDICLE_BELOW_RIM_MM = 1.5
_PASSAGE_SPARE_MM = 1.0
_PEDICLE_SHARE = 0.85  # a pedicle is never higher than this part of the posterior wall


@dataclass(frozen=True)
class ArchPlan:
    """Where the parts of an arch go.

    Parameters
    ----------
    level : Level
    size : LevelSize
    body : Body
    pedicle_widths : dict of str to float
        Isthmus width of each side, mm.
    """

    level: Level
    size: LevelSize
    body: Body
    pedicle_widths: dict[str, float]

    @property
    def lumbar(self) -> float:
        """0 for T1 to T10, 1 from L1 down, between them at the junction."""
        if self.level.region != "thoracic":
            return 1.0
        return {Level.T11: 0.35, Level.T12: 0.7, Level.T13: 0.8}.get(self.level, 0.0)

    @property
    def tube(self) -> CanalTube:
        """The canal tube behind the posterior wall."""
        back = self.body.waist_depth[0]
        half_depth = self.size.canal_depth * (1.0 + _TUBE_OVERLAP) / 2
        reach = self.size.posterior_height
        centre = back - self.size.canal_depth + half_depth
        return CanalTube(centre, self.size.canal_width / 2, half_depth, -1.2 * reach, 1.2 * reach)

    @property
    def passage(self) -> CanalTube:
        """The part of the tube at this level, which the neighbours' processes must leave free."""
        top, bottom = self.back_edges
        return replace(self.tube, low_z=bottom - _PASSAGE_SPARE_MM, high_z=top + _PASSAGE_SPARE_MM)

    @property
    def back_edges(self) -> tuple[float, float]:
        """Upper and lower edge of the posterior wall in the midline, after a fracture."""
        top, bottom = self.body.surfaces(np.zeros(1), np.full(1, -self.body.depth / 2))
        return float(top[0]), float(bottom[0])

    @property
    def pedicle_z(self) -> tuple[float, float]:
        """Centre and height of the pedicles, fitted to the posterior wall that is left."""
        top, bottom = self.back_edges
        height = min(self.size.pedicle_height, _PEDICLE_SHARE * (top - bottom))
        return top - _PEDICLE_BELOW_RIM_MM - height / 2, height

    def pedicles(self) -> dict[str, Pedicle]:
        """Both pedicles."""
        return {name: self._pedicle(sign, self.pedicle_widths[name]) for name, sign in _SIDES.items()}

    def _pedicle(self, side: int, width: float) -> Pedicle:
        z, height = self.pedicle_z
        place = (side * (self.size.canal_width / 2 + width / 2), self.tube.centre_y, z)
        front = 0.5 * self.size.canal_depth + 0.22 * self.body.depth
        return Pedicle(
            side,
            place,
            width,
            height,
            self.size.pedicle_converge_deg,
            0.42 * self.size.canal_depth,
            front,
        )

    def shapes(self) -> tuple[Shape, ...]:
        """Everything behind the body, pedicles included."""
        parts: list[Shape] = [*self.pedicles().values(), self._laminae(), self._spinous()]
        for side in _SIDES.values():
            parts += self._superior_articular(side)
            parts.append(self.transverse(side))
            if self.level is not Level.S1:
                parts += self._inferior_articular(side)
        if self.level is Level.S1:
            parts += self._sacral_wings()
        return tuple(parts)

    def _laminae(self) -> Laminae:
        z, height = self.pedicle_z
        tube, size = self.tube, self.size
        thickness = 5.0 + 1.2 * self.lumbar
        top = z + 0.34 * height
        upper_edge, lower_edge = self.back_edges
        bottom = top - (0.80 - 0.06 * self.lumbar) * (upper_edge - lower_edge)
        return Laminae(tube, thickness, tube.centre_y - 0.10 * size.canal_depth, top, bottom, 0.25)

    def _spinous(self) -> Blade:
        laminae = self._laminae()
        size = self.size
        middle = 0.45 * laminae.top_z + 0.55 * laminae.bottom_z
        root = (0.0, self.tube.back_y - 1.0, middle)
        thickness = 4.5 + 2.5 * self.lumbar
        return Blade(root, size.spinous_down_deg, size.spinous_length, size.spinous_height, thickness, 2.0)

    def _pillar(self, side: int) -> tuple[float, float]:
        """Where lamina, pedicle and the processes of one side meet."""
        return side * (self.size.canal_width / 2 + 3.0), self.tube.centre_y - 0.32 * self.size.canal_depth

    def _superior_articular(self, side: int) -> list[Shape]:
        x, y = self._pillar(side)
        z, _ = self.pedicle_z
        f = self.lumbar
        upper_disc = 0.7 * self.size.disc_height
        tip_x, tip_y = x + side * 3.5 * f, y + 2.0 * (1.0 - f)
        top = self.back_edges[0] + 0.5 * upper_disc + 3.0 + 1.0 * f
        radius = 3.6 + 1.0 * f
        if self.level is Level.S1:
            tip_x += side * 2.0
        return [Rod((x, y, z - 1.0), (tip_x, tip_y, top - radius), radius + 0.6, radius, 0.85)]

    def _inferior_articular(self, side: int) -> list[Shape]:
        laminae = self._laminae()
        f = self.lumbar
        half_width = self.size.canal_width / 2
        root_x, root_y = self._pillar(side)
        radius = 3.8 + 1.0 * f
        tip_x = side * (half_width + 2.5 * (1.0 - f) + 0.5 * f)
        tip_y = self.tube.back_y + (0.30 - 0.24 * f) * self.size.canal_depth - 1.5 * f - 3.0
        low = self.back_edges[1] - self.size.disc_height - 3.0
        waist_z = 0.5 * (laminae.top_z + laminae.bottom_z)
        return [Rod((root_x, root_y - 1.0, waist_z + 3.0), (tip_x, tip_y, low + radius), radius, radius, 0.85)]

    def transverse(self, side: int) -> Rod:
        """A transverse process."""
        x, y = self._pillar(side)
        z, _ = self.pedicle_z
        f = self.lumbar
        tip = (
            side * (self.size.width / 2 + self.size.transverse_reach),
            y - self.size.transverse_back,
            z - 1.0 + 1.5 * (1.0 - f),
        )
        return Rod((x, y - 1.0, z - 1.0), tip, 4.4 - 0.2 * f, 4.6 - 1.4 * f, 1.0 - 0.25 * f)

    def _sacral_wings(self) -> list[Shape]:
        half = self.size.width / 2
        wings: list[Shape] = [
            Ellipsoid((side * (half + 8.0), -6.0, -3.0), (24.0, 14.0, 15.0)) for side in _SIDES.values()
        ]
        lower = Ellipsoid((0.0, -10.0, -self.size.posterior_height / 2 - 12.0), (26.0, 10.0, 22.0))
        return [*wings, lower]

    def fragment(self) -> Ellipsoid | None:
        """A retropulsed piece at the upper posterior wall, where the fracture says so."""
        fracture = self.body.fracture
        if fracture is None or fracture.retropulsion == 0.0:
            return None
        back = self.body.waist_depth[0]
        z, height = self.pedicle_z
        reach = fracture.retropulsion * self.size.canal_depth
        return Ellipsoid((0.0, back, z), (0.40 * self.size.canal_width, reach, 0.45 * height))

    def ribs(self) -> tuple[Shape, ...]:
        """Heads, necks and posterior arcs of the ribs of a thoracic vertebra."""
        if self.level.region != "thoracic":
            return ()
        return tuple(rod for side in _SIDES.values() for rod in self._rib(side))

    def _rib(self, side: int) -> list[Shape]:
        tip = self.transverse(side)
        tx, ty, tz = abs(tip.end[0]), tip.end[1], tip.end[2]
        head_z = 0.42 * self.size.posterior_height * (1.0 - self.lumbar)
        path = [
            (self.size.width / 2 + 5.0, -0.30 * self.size.depth, head_z),
            (max(tx, self.size.width / 2 + 8.0) - 1.0, ty + tip.end_radius + 5.5, tz),
            (tx + 16.0, ty + 3.0, tz - 5.0),
            (tx + 34.0, ty + 9.0, tz - 13.0),
            (tx + 46.0, ty + 28.0, tz - 22.0),
            (tx + 50.0, ty + 52.0, tz - 32.0),
        ]
        radii = [4.0, 3.6, 4.4, 4.4, 4.2, 4.2]
        points = [(side * x, y, z) for x, y, z in path]
        return [Rod(points[i], points[i + 1], radii[i], radii[i + 1], 0.8) for i in range(len(points) - 1)]
