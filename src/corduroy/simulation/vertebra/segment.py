"""Three vertebrae with their discs and facet joints, from labels: what the neighbours feel."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, ModelError
from corduroy.simulation.vertebra.bones import Bones
from corduroy.simulation.vertebra.capped import EndCaps, end_caps
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid

_WIDEST_JOINT_MM = 4.0
"""Gap between two arches that counts as a facet joint: labels leave out cartilage and a noisy rim. Author's choice."""
_MIDLINE_MM = 5.0
"""Beside the canal's middle, where laminae and spinous processes come close without a joint. Author's choice."""
_TALLEST_DISC_MM = 20.0  # author's choice; the tallest of 16 measured discs had 9.3 mm (10.1016/j.jbiomech.2016.02.045)
ENDPLATE_MM = 2.0
"""Depth below a disc that counts as endplate: the bony plate and its blur on a clinical scan. Author's choice."""


@dataclass(frozen=True, eq=False)
class Joint:
    """What connects two neighbours.

    Parameters
    ----------
    above, below : Level
    disc, facets : ndarray of bool
    layer : int
        Of the grid, in the middle of the disc: across it the load is shared between disc and facets.
    """

    above: Level
    below: Level
    disc: BoolArray
    facets: BoolArray
    layer: int


@dataclass(frozen=True, eq=False)
class Segment:
    """Three vertebrae, the outer ends of which are embedded.

    Parameters
    ----------
    bones : Bones
        Without the voxels that the joints had to be carved from.
    joints : tuple of 2 Joint
        Upper and lower.
    caps : EndCaps
    """

    bones: Bones
    joints: tuple[Joint, Joint]
    caps: EndCaps

    @property
    def grid(self) -> ModelGrid:
        """Of all arrays."""
        return self.bones.grid

    @property
    def body(self) -> BoolArray:
        """The bodies of all three."""
        return np.asarray(np.logical_or.reduce(list(self.bones.body.values())))

    @property
    def arch(self) -> BoolArray:
        """The arches of all three."""
        return np.asarray(np.logical_or.reduce(list(self.bones.arch.values())))

    @property
    def discs(self) -> BoolArray:
        """Both discs."""
        return np.asarray(self.joints[0].disc | self.joints[1].disc)

    @property
    def facets(self) -> BoolArray:
        """The joints between the arches."""
        return np.asarray(self.joints[0].facets | self.joints[1].facets)

    def endplates(self) -> dict[str, BoolArray]:
        """The four endplates beside the discs, by name."""
        upper, lower = self.joints
        return {
            f"{upper.above} inferior": self._endplate(upper, upper.above),
            f"{upper.below} superior": self._endplate(upper, upper.below),
            f"{lower.above} inferior": self._endplate(lower, lower.above),
            f"{lower.below} superior": self._endplate(lower, lower.below),
        }

    def _endplate(self, joint: Joint, level: Level) -> BoolArray:
        away = ndimage.distance_transform_edt(~joint.disc, sampling=self.grid.voxel_mm)
        return np.asarray(self.bones.body[level] & (away <= max(ENDPLATE_MM, self.grid.voxel_mm)))


def build_segment(bones: Bones) -> Segment:
    """Find discs and facet joints between three vertebrae, and embed the outer ends.

    Parameters
    ----------
    bones : Bones
        Of three neighbours, cranial to caudal, on the grid of the middle one.

    Raises
    ------
    ModelError
        If there are not three, or no disc lies between two of them.

    Warns
    -----
    DoubtWarning
        Where labels of two bodies touch, or no facet joint was found.

    Notes
    -----
    A disc is what lies between two bodies along the axis of the middle vertebra, a facet joint what is at most 4 mm
    wide between two arches beside the midline; where arches touch, the surface of the lower one becomes joint. When
    this misleads: joints are bonded, so that they also take tension and shear; ligaments, muscles and ribs are left
    out.
    """
    levels = bones.levels
    if len(levels) != 3:
        raise ModelError(f"{len(levels)} vertebrae", "three neighbours")
    body, arch = dict(bones.body), dict(bones.arch)
    joints = []
    for above, below in ((levels[0], levels[1]), (levels[1], levels[2])):
        disc, body[below] = _disc(body[above], body[below], bones.grid.voxel_mm, f"{above} and {below}")
        facets, arch[below] = _facets(arch[above], arch[below], bones.grid, f"{above} and {below}")
        everything = np.logical_or.reduce([*body.values(), *arch.values()])
        disc &= ~everything
        facets &= ~everything & ~disc
        if not disc.any():
            raise ModelError(f"no disc between {above} and {below}", "a gap between the labels of their bodies")
        joints.append(Joint(above, below, disc, facets, int(disc.sum(axis=(0, 1)).argmax())))
    carved = Bones(bones.grid, body, arch, bones.hu)
    caps = end_caps(body[levels[2]], body[levels[0]], bones.grid.voxel_mm)
    rest = np.logical_or.reduce([*body.values(), *arch.values()])
    caps = EndCaps(caps.low & ~rest, caps.high & ~rest, caps.height_mm)
    return Segment(carved, (joints[0], joints[1]), caps)


def _disc(upper: BoolArray, lower: BoolArray, voxel_mm: float, names: str) -> tuple[BoolArray, BoolArray]:
    """The disc, and the lower body without the voxels that had to be taken for it."""
    both = upper.any(axis=2) & lower.any(axis=2)
    floor = np.where(both, lower.shape[2] - 1 - lower[:, :, ::-1].argmax(axis=2), 0)
    roof = np.where(both, upper.argmax(axis=2), 0)
    kissing = both & (roof == floor + 1)
    carved = lower.copy()
    i, j = np.nonzero(kissing)
    carved[i, j, floor[i, j]] = False
    if kissing.any():
        warnings.warn(
            DoubtWarning(
                f"the bodies of {names} touch over {kissing.sum() * voxel_mm**2:.0f} mm2; a voxel of disc was put "
                "between"
            ),
            stacklevel=3,
        )
    floor = np.where(kissing, floor - 1, floor)
    level = np.arange(upper.shape[2])
    open_gap = both & (roof > floor) & ((roof - floor - 1) * voxel_mm <= _TALLEST_DISC_MM)
    disc: BoolArray = open_gap[:, :, None] & (level > floor[:, :, None]) & (level < roof[:, :, None])
    return disc, carved


def _facets(upper: BoolArray, lower: BoolArray, grid: ModelGrid, names: str) -> tuple[BoolArray, BoolArray]:
    """The facet joints, and the lower arch without its surface where it touches the upper one."""
    touched = lower & ndimage.binary_dilation(upper, ndimage.generate_binary_structure(3, 3))
    carved = lower & ~touched
    away = [ndimage.distance_transform_edt(~part, sampling=grid.voxel_mm) for part in (upper, lower)]
    gap = (away[0] + away[1] <= _WIDEST_JOINT_MM + grid.voxel_mm) & ~upper & ~lower
    gap &= upper.any() and lower.any()  # a distance to nothing is no distance
    right = grid.local(np.moveaxis(np.indices(grid.shape), 0, -1))[..., 0]
    beside = np.abs(right) >= _MIDLINE_MM
    facets: BoolArray = (gap | touched) & beside
    missing = [side for side, here in (("right", right > 0), ("left", right < 0)) if not (facets & here).any()]
    if missing:
        warnings.warn(
            DoubtWarning(f"no facet joint was found between {names} on the {' and '.join(missing)}"), stacklevel=3
        )
    return facets, carved
