"""What a laminectomy of one vertebra takes: which voxels, how much canal it opens, how much of each facet is lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.pedicles import Pedicle, Side
from corduroy.anatomy.posterior import Part, PosteriorElements, find_posterior_elements
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import PlanError

BoolArray = NDArray[np.bool_]

# Half the thickness of the slab in which the opened area is averaged; at least one voxel and a half. Author's choice.
_HALF_SLAB_MM = 2.0
_HALF_SLAB_VOXELS = 1.5
_MEDIAL_QUANTILE = 0.05
_LEAST_HALF_WIDTH_MM = 4.0  # author's choice: half of the narrowest laminectomy that is offered

PROCESSES = ("superior articular", "inferior articular")


@dataclass(frozen=True)
class Borders:
    """How far a laminectomy reaches from the canal's middle, mm, on the patient's left and right."""

    left_mm: float
    right_mm: float

    @property
    def width_mm(self) -> float:
        """From border to border."""
        return self.left_mm + self.right_mm

    def within(self, other: Borders) -> Borders:
        """The narrower one on each side."""
        return Borders(min(self.left_mm, other.left_mm), min(self.right_mm, other.right_mm))

    def moved(self, outwards_mm: float) -> Borders:
        """Both borders moved outwards."""
        return Borders(self.left_mm + outwards_mm, self.right_mm + outwards_mm)


@dataclass(frozen=True, eq=False)
class ArchResection:
    """The posterior arch of one vertebra, ready to be cut at any width.

    Parameters
    ----------
    vertebra : Vertebra
        With its body and a point in its canal.
    elements : PosteriorElements
    """

    vertebra: Vertebra
    elements: PosteriorElements

    @classmethod
    def of(cls, vertebra: Vertebra) -> ArchResection:
        """Find the arch's parts.

        Raises
        ------
        PlanError
            If the vertebra has no body or no lamina.
        """
        if vertebra.body is None:
            raise PlanError(f"{vertebra.level} without a body of its own", "a vertebra with body and arch")
        elements = find_posterior_elements(vertebra)
        if not any(elements.laminae.values()):
            raise PlanError(
                f"no lamina seen at {vertebra.level}", "a vertebra with its arch", "it may be resected already"
            )
        return cls(vertebra, elements)

    @cached_property
    def _voxels(self) -> NDArray[np.int64]:
        return np.argwhere(self.vertebra.arch_mask)

    @cached_property
    def _world(self) -> FloatArray:
        return self.vertebra.mask.world_from_voxel(self._voxels)

    @cached_property
    def _canal(self) -> FloatArray:
        """Middle of the canal in the vertebra's local mm."""
        ring = self.vertebra.canal
        return self.vertebra.frame.local(self.vertebra.canal_point if ring is None else ring.frame.origin)

    @cached_property
    def _from_canal(self) -> FloatArray:
        """Local (x, y, z) of the arch's voxels from the canal's middle, mm."""
        return np.asarray(self.vertebra.frame.local(self._world) - self._canal)

    @cached_property
    def pedicle_walls(self) -> Borders:
        """Medial walls of both pedicles; where one is not seen, the canal's own outline on that side.

        Raises
        ------
        PlanError
            If neither pedicle nor canal bounds a side.
        """
        return Borders(*(self._medial_wall(side) for side in (Side.LEFT, Side.RIGHT)))

    @cached_property
    def facet_borders(self) -> Borders | None:
        """Medial borders of the articular processes, at most the pedicles' walls; None if a side shows no process."""
        reach = []
        for side in (Side.LEFT, Side.RIGHT):
            parts = [self._articular(process)[side] for process in PROCESSES]
            seen = [self._medial_border(part, side) for part in parts if part is not None]
            if not seen:
                return None
            reach.append(max(min(seen), _LEAST_HALF_WIDTH_MM))
        return Borders(*reach).within(self.pedicle_walls)

    def mask(self, borders: Borders) -> BoolArray:
        """The voxels between the borders and behind the canal's middle, on the grid of the vertebra's mask."""
        x, y, _ = self._from_canal.T
        taken = (x >= -borders.left_mm) & (x <= borders.right_mm) & (y < 0.0)
        mask = np.zeros(self.vertebra.mask.shape, dtype=bool)
        mask[tuple(self._voxels[taken].T)] = True
        return mask

    def opened_mm2(self, mask: BoolArray) -> float | None:
        """Area by which the canal's narrowest section grows backwards: resected bone without the spinous process."""
        ring = self.vertebra.canal
        if ring is None:
            return None
        spinous = self.elements.spinous_process
        counted = mask if spinous is None else mask & ~spinous.voxels
        points = self.vertebra.mask.world_from_voxel(np.argwhere(counted))
        half = self.half_slab_mm
        inside = np.abs(ring.frame.local(points)[:, 2]) <= half if len(points) else np.zeros(0, dtype=bool)
        return float(np.count_nonzero(inside) * self.vertebra.mask.voxel_volume_mm3 / (2.0 * half))

    @property
    def half_slab_mm(self) -> float:
        """Half the thickness of the slab about the narrowest section in which areas are averaged."""
        return max(_HALF_SLAB_MM, _HALF_SLAB_VOXELS * float(self.vertebra.mask.spacing.max()))

    def removed_ml(self, mask: BoolArray) -> float:
        """Volume of resected bone."""
        return float(np.count_nonzero(mask) * self.vertebra.mask.voxel_volume_mm3 / 1000.0)

    def lost_percent(self, mask: BoolArray, process: str, side: Side) -> float | None:
        """Share of one articular process that is resected; None if the process is not seen."""
        return _share(mask, self._articular(process)[side])

    def lamina_percent(self, mask: BoolArray, side: Side) -> float | None:
        """Share of one lamina that is resected; None if it is not seen."""
        return _share(mask, self.elements.laminae[side])

    def _articular(self, process: str) -> dict[Side, Part | None]:
        both = {PROCESSES[0]: self.elements.superior_articular, PROCESSES[1]: self.elements.inferior_articular}
        return both[process]

    def _medial_wall(self, side: Side) -> float:
        pedicle: Pedicle | None = self.elements.pedicles[side]
        if pedicle is not None:
            return float((side.sign * self._local_x(pedicle.outline)).min())
        if self.vertebra.canal is None:
            raise PlanError(
                f"neither pedicle nor closed canal bounds {self.vertebra.level} on the {side}", "at least one of them"
            )
        return float((side.sign * self._local_x(self.vertebra.canal.contour_world())).max())

    def _medial_border(self, part: Part, side: Side) -> float:
        points = self.vertebra.mask.world_from_voxel(np.argwhere(part.voxels))
        return float(np.quantile(side.sign * self._local_x(points), _MEDIAL_QUANTILE))

    def _local_x(self, points: FloatArray) -> FloatArray:
        return np.asarray(self.vertebra.frame.local(points)[:, 0] - self._canal[0])


def _share(mask: BoolArray, part: Part | None) -> float | None:
    if part is None:
        return None
    return 100.0 * float(np.count_nonzero(mask & part.voxels)) / float(np.count_nonzero(part.voxels))
