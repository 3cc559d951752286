"""One synthetic vertebra in its own frame: a body, an arch that closes a ring, and, in the chest, its ribs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.phantom.body import Body
from corduroy.phantom.points import Where
from corduroy.phantom.ring import CanalTube, Pedicle
from corduroy.phantom.shapes import Array, Ellipsoid, Shape
from corduroy.phantom.sizes import LevelSize
from corduroy.phantom.texture import BoneTexture


@dataclass(frozen=True)
class PhantomVertebra:
    """A vertebra and where it stands.

    Parameters
    ----------
    level : Level
    frame : Frame
        The construct frame in the posed world: origin in the centre of the (intact) body, x right, y anterior,
        z superior.
    size : LevelSize
    body : Body
    tube, passage : CanalTube
        What is cut out of this arch, and the part of it that the neighbours' processes leave free, too.
    pedicles : dict of str to Pedicle
        ``"left"`` and ``"right"``, the patient's.
    arch : tuple of Shape
        All posterior elements, pedicles included, before the canal is cut out of them.
    fragment : Ellipsoid, optional
        A piece of the posterior wall that stands in the canal.
    ribs : tuple of Shape
    bone : BoneTexture
    """

    level: Level
    frame: Frame
    size: LevelSize
    body: Body
    tube: CanalTube
    passage: CanalTube
    pedicles: dict[str, Pedicle]
    arch: tuple[Shape, ...]
    fragment: Ellipsoid | None
    ribs: tuple[Shape, ...]
    bone: BoneTexture

    def front(self, where: Where) -> Array:
        """Distance to body and fragment."""
        shapes: tuple[Shape, ...] = (self.body,) if self.fragment is None else (self.body, self.fragment)
        return where.union(self.frame, shapes)

    def back(self, where: Where) -> Array:
        """Distance to the arch, the canal cut out of it."""
        return np.asarray(np.maximum(where.union(self.frame, self.arch), -where.union(self.frame, (self.tube,))))
