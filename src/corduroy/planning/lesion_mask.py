"""The lesion as the plan sees it: one mask parted into bone, canal and surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.canal_tube import canal_tube
from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.errors import PlanError
from corduroy.imaging.volume import LabelMap
from corduroy.lesion import Delineation, Extension, LesionFindings
from corduroy.planning.lesion_parts import CODES, PartName

BoolArray = NDArray[np.bool_]
_CRUMB_MM3 = 50.0


@dataclass(frozen=True, eq=False)
class LesionMask:
    """A lesion of one vertebra.

    Parameters
    ----------
    level : Level
    parts : LabelMap
        `CODES`: 1 in the bone, 2 epidural, 3 paravertebral; cropped to the lesion.
    outside_known : bool
        Whether somebody, or a contrasted phase, could show parts outside the bone. If not, there are none in `parts`,
        which does not mean that there are none.
    by_grey_values : bool
        Whether the software drew it.
    """

    level: Level
    parts: LabelMap
    outside_known: bool = True
    by_grey_values: bool = False

    @classmethod
    def parted(cls, mask: LabelMap, spine: Spine, level: Level) -> LesionMask:
        """Part a painted mask (anything but 0) by where it lies: in a vertebra, in the canal, or elsewhere.

        Raises
        ------
        PlanError
            If the mask is empty, or none of it lies in the vertebra.

        Notes
        -----
        Pieces outside the bone of less than 0.05 ml (author's choice) are the border of two masks, and count as bone.
        When this misleads: bone that the lesion has destroyed, and that the labels therefore leave out, counts as
        paravertebral.
        """
        if not mask.array.any():
            raise PlanError(f"{mask.name} is empty", "a lesion")
        cut = _cropped(mask)
        inside = cut.array > 0
        points = cut.world_from_voxel(np.argwhere(inside))
        bone = spine.labels.sample(points, order=0) > 0
        tube = canal_tube(spine)
        canal = np.zeros(len(points), dtype=bool) if tube is None else tube.contains(points) & ~bone
        codes = np.where(bone, CODES["in bone"], np.where(canal, CODES["epidural"], CODES["paravertebral"]))
        parts = np.zeros(cut.shape, dtype=np.uint8)
        parts[inside] = codes
        for name in ("epidural", "paravertebral"):
            parts[_crumbs(parts == CODES[name], cut.voxel_volume_mm3)] = CODES["in bone"]
        found = cls(level, LabelMap(parts, cut.affine, mask.name))
        own = spine.vertebrae[level].mask.sample(found.points("in bone"), order=0) > 0
        if not own.any():
            raise PlanError(f"{mask.name} does not meet {level}", "a lesion of that vertebra", "name its level")
        return found

    @classmethod
    def found(cls, delineation: Delineation, findings: LesionFindings) -> LesionMask:
        """The lesion as it was found by its grey values, on the grid of the CT.

        Parameters
        ----------
        delineation : Delineation
        findings : LesionFindings
            Of the same lesion. Parts outside the bone that no contrasted phase showed are left out, and count as not
            known.

        Raises
        ------
        PlanError
            If nothing was found.
        """
        grid = delineation.mask
        if not delineation.found:
            raise PlanError(f"no lesion was found in {delineation.level}", "a lesion")
        parts = (grid.array > 0).astype(np.uint8) * np.uint8(CODES["in bone"])
        outside: dict[PartName, Extension | None] = {
            "epidural": findings.epidural,
            "paravertebral": findings.paravertebral,
        }
        for name, extension in outside.items():
            if extension is not None and extension.known and extension.present:
                box, share = delineation.bench.onto(extension.voxels.astype(np.float32), grid)
                here = parts[box]
                here[(share >= 0.5) & (here == 0)] = CODES[name]
        whole = _cropped(LabelMap(parts, grid.affine, "lesion"))
        return cls(delineation.level, whole, outside_known=findings.paravertebral.known, by_grey_values=True)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel."""
        return self.parts.voxel_volume_mm3

    @cached_property
    def _points(self) -> dict[PartName, FloatArray]:
        return {
            name: self.parts.world_from_voxel(np.argwhere(self.parts.array == code).reshape(-1, 3))
            for name, code in CODES.items()
        }

    def points(self, part: PartName) -> FloatArray:
        """World centres of a part's voxels, shape (n, 3)."""
        return self._points[part]

    def volume_ml(self, part: PartName) -> float:
        """Volume of a part."""
        return len(self.points(part)) * self.voxel_mm3 / 1000.0

    def on(self, grid: LabelMap, part: PartName = "in bone") -> BoolArray:
        """A part on another grid, by its nearest voxel."""
        index = np.moveaxis(np.indices(grid.shape), 0, -1)
        found = self.parts.sample(grid.world_from_voxel(index), order=0)
        return np.asarray(found == CODES[part])

    def epidural_mm3_by_level(self, spine: Spine) -> dict[Level, float]:
        """Volume of the epidural part at each vertebra, by the canal point that is nearest along the spine."""
        points = self.points("epidural")
        vertebrae = [v for v in spine.vertebrae.values() if v.body is not None]
        if not len(points) or not vertebrae:
            return {}
        along = np.array([np.abs((points - v.canal_point) @ v.frame.superior) for v in vertebrae])
        counts = np.bincount(along.argmin(axis=0), minlength=len(vertebrae))
        return {v.level: float(n * self.voxel_mm3) for v, n in zip(vertebrae, counts, strict=True) if n}


def _cropped(mask: LabelMap) -> LabelMap:
    r, a, s = (slice(int(axis.min()), int(axis.max()) + 1) for axis in np.nonzero(mask.array))
    return mask.crop((r, a, s), 1)


def _crumbs(inside: BoolArray, voxel_mm3: float) -> BoolArray:
    """The voxels of pieces that are too small to be a part."""
    pieces, _ = ndimage.label(inside, np.ones((3, 3, 3), dtype=bool))
    small = np.bincount(pieces.ravel()) * voxel_mm3 < _CRUMB_MM3
    return np.asarray(small[pieces] & inside)
