"""The states of a vertebra that are compared, and what each of them is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import ModelError
from corduroy.imaging.density import Calibration
from corduroy.imaging.density_kinds import DensityImage
from corduroy.imaging.volume import FloatArray, LabelMap, Volume
from corduroy.simulation.materials.field import Regions
from corduroy.simulation.materials.intact import without_lesion
from corduroy.simulation.vertebra.bones import Bones
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid

LEAST_HEALTHY = 0.4
"""Share of the body that must be free of the lesion for the body to lend its own bone to the reference; otherwise the
neighbours' bodies lend theirs. Author's choice."""


class State(StrEnum):
    """One and the same vertebra, differently treated."""

    INTACT = "intact"
    AS_IS = "as_is"
    FILLED = "filled"
    DECOMPRESSED = "decompressed"
    FILLED_DECOMPRESSED = "filled_decompressed"

    @property
    def words(self) -> str:
        """For people."""
        return _WORDS[self]

    @property
    def is_filled(self) -> bool:
        """Whether cement is in it."""
        return self in (State.FILLED, State.FILLED_DECOMPRESSED)

    @property
    def is_decompressed(self) -> bool:
        """Whether the laminectomy was done."""
        return self in (State.DECOMPRESSED, State.FILLED_DECOMPRESSED)


_WORDS = {
    State.INTACT: "intact-like reference",
    State.AS_IS: "as it is",
    State.FILLED: "filled",
    State.DECOMPRESSED: "after laminectomy",
    State.FILLED_DECOMPRESSED: "filled and decompressed",
}


@dataclass(frozen=True, eq=False)
class Alterations:
    """Masks in the patient's space; what is not 0 counts.

    Parameters
    ----------
    lesion : LabelMap or None
        In the bone of the vertebra.
    fill : LabelMap or None
        Cement.
    resection : LabelMap or None
        Bone that the laminectomy takes, of any level.
    """

    lesion: LabelMap | None = None
    fill: LabelMap | None = None
    resection: LabelMap | None = None

    def states(self) -> tuple[State, ...]:
        """The states that these masks allow, in the order of `State`."""
        has = {
            State.INTACT: self.lesion is not None,
            State.AS_IS: True,
            State.FILLED: self.fill is not None,
            State.DECOMPRESSED: self.resection is not None,
            State.FILLED_DECOMPRESSED: self.fill is not None and self.resection is not None,
        }
        return tuple(state for state in State if has[state])


@dataclass(frozen=True, eq=False)
class Subject:
    """A vertebra, perhaps with its neighbours, and its alterations on one grid.

    Parameters
    ----------
    level : Level
        The altered vertebra.
    bones : Bones
    lesion, resection : ndarray of bool or None
        In the bone of the altered vertebra; in any bone.
    cement : ndarray or None
        Share of each voxel of the altered vertebra that cement fills.
    """

    level: Level
    bones: Bones
    lesion: BoolArray | None
    cement: FloatArray | None
    resection: BoolArray | None

    @classmethod
    def on(cls, bones: Bones, level: Level, alterations: Alterations) -> Subject:
        """Put the alterations on the grid of the bones."""
        own = bones.bone(level)
        grid = bones.grid
        return cls(
            level,
            bones,
            _share(grid, alterations.lesion, own, True),
            _share(grid, alterations.fill, own, False),
            _share(grid, alterations.resection, None, True),
        )

    @property
    def grid(self) -> ModelGrid:
        """Of all arrays."""
        return self.bones.grid

    def density(self, state: State, calibration: Calibration) -> DensityImage:
        """Density of all bones in a state, in mg/cm3, on a grid whose world coordinates mean nothing.

        Raises
        ------
        ModelError
            If the intact-like reference is asked for and no lesion is known, or too little healthy bone.
        """
        voxel = self.grid.voxel_mm
        values = Volume(calibration.density(self.bones.hu), np.diag([voxel, voxel, voxel, 1.0]), "density")
        image = DensityImage(values, calibration.kind, 0.0, calibration.method)
        if state is not State.INTACT:
            return image
        if self.lesion is None:
            raise ModelError("no lesion to be replaced", "a lesion in the bone")
        return without_lesion(image, self.bones.bone(self.level), self.lesion, self.donor())

    def donor(self) -> BoolArray | None:
        """Whose bone replaces the lesion: None for the healthy part of the same vertebra, else neighbours' bodies."""
        body = self.bones.body[self.level]
        neighbours = [mask for level, mask in self.bones.body.items() if level is not self.level]
        if self.lesion is None or not neighbours:
            return None
        healthy = 1 - float((self.lesion & body).sum()) / max(1.0, float(body.sum()))
        return None if healthy >= LEAST_HEALTHY else np.asarray(np.logical_or.reduce(neighbours))

    def regions(self, state: State, body: BoolArray, arch: BoolArray, **more: Any) -> Regions:
        """Masks of a state for `material_field`."""
        return Regions(
            body,
            arch,
            lesion=None if state is State.INTACT else _within(self.lesion, body | arch),
            cement=None if self.cement is None or not state.is_filled else np.where(body | arch, self.cement, 0.0),
            resection=_within(self.resection, body | arch) if state.is_decompressed else None,
            **more,
        )


def _share(grid: ModelGrid, mask: LabelMap | None, inside: BoolArray | None, whole: bool) -> Any:
    if mask is None:
        return None
    share = grid.share(mask)
    if inside is not None:
        share[~inside] = 0.0
    return share >= 0.5 if whole else share


def _within(mask: BoolArray | None, bone: BoolArray) -> BoolArray | None:
    return None if mask is None else np.asarray(mask & bone)
