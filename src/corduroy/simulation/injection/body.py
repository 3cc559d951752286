"""A porous body on voxels, and the ways out of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.scales.yeom import YeomType

FloatArray = NDArray[np.float64]
Singles = NDArray[np.float32]


class Medium(IntEnum):
    """What a voxel's pores are."""

    OUTSIDE = 0
    BONE = 1
    LACUNA = 2
    VOID = 3


@dataclass(frozen=True, eq=False)
class LeakSite:
    """A way out.

    Parameters
    ----------
    name : str
        What reports call it; unique in its body.
    yeom : YeomType or None
        B basivertebral vein, S segmental vein, C cortical defect, D disc; None for what lets no cement out, or the
        cannula's own track.
    voxels : ndarray of int, shape (m,)
        Flat indices into the body's grid.
    conductance_mm3 : ndarray, shape (m,)
        Volume flow times viscosity over pressure, from a voxel's centre to the outside.
    area_mm2 : float
        Of the opening.
    outside_mpa : float
        Pressure behind it, which flow has to overcome; nothing flows in where it is above the lowest of all sites.
    lets_cement : bool
        False for intact cortex: marrow seeps through, cement does not.
    """

    name: str
    yeom: YeomType | None
    voxels: NDArray[np.int64]
    conductance_mm3: FloatArray
    area_mm2: float = 1.0
    outside_mpa: float = 0.0
    lets_cement: bool = True


@dataclass(frozen=True, eq=False)
class PorousBody:
    """Pores, permeability and ways out on a grid of voxels.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        World RAS+ mm from voxel index. The permeability's axes are the grid's.
    porosity : ndarray of float32, shape (n0, n1, n2)
        0 outside the body.
    permeability_mm2 : three ndarrays of float32, shape (n0, n1, n2)
        Along the three axes; may be one array three times.
    sites : tuple of LeakSite
    medium : ndarray of uint8, shape (n0, n1, n2), optional
        `Medium`; bone everywhere if it is not given.
    lesion : ndarray of bool, shape (n0, n1, n2), optional

    Raises
    ------
    ModelError
        If shapes differ, the grid is sheared, or a number is impossible.
    """

    affine: FloatArray
    porosity: Singles
    permeability_mm2: tuple[Singles, Singles, Singles]
    sites: tuple[LeakSite, ...] = ()
    medium: NDArray[np.uint8] | None = None
    lesion: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        shape = self.porosity.shape
        others = (*self.permeability_mm2, self.medium, self.lesion)
        if len(shape) != 3 or any(other is not None and other.shape != shape for other in others):
            raise ModelError("arrays of a porous body that differ in shape", f"all of shape {shape}")
        if not ((self.porosity >= 0) & (self.porosity <= 1)).all():
            raise ModelError("a porosity outside 0 to 1", "0 to 1 in every voxel")
        if len({site.name for site in self.sites}) < len(self.sites):
            raise ModelError("two leak sites of the same name", "a name of its own for each")

    @property
    def active(self) -> NDArray[np.bool_]:
        """Voxels that belong to the body."""
        return self.porosity > 0

    @property
    def spacing_mm(self) -> FloatArray:
        """Size of a voxel along the grid's axes, shape (3,)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(np.prod(self.spacing_mm))

    def voxel_of(self, world_mm: FloatArray) -> FloatArray:
        """Voxel coordinates of world points, shape (..., 3)."""
        inverse = np.linalg.inv(self.affine)
        return np.asarray(np.asarray(world_mm) @ inverse[:3, :3].T + inverse[:3, 3])
