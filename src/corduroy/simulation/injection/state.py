"""The arrays of a running injection, on the body's box with ghosts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import Medium, PorousBody
from corduroy.simulation.injection.settings import Gelatin, InjectionSettings

Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]
Shape = tuple[int, int, int]


class State:
    """What changes while cement flows, and the geometry that does not.

    Parameters
    ----------
    body : PorousBody
    settings : InjectionSettings
    gelatin : Gelatin or None
    """

    def __init__(self, body: PorousBody, settings: InjectionSettings, gelatin: Gelatin | None) -> None:
        self.inner = body.porosity.shape
        a, b, c = (n + n % 2 + 2 for n in self.inner)
        self.shape: Shape = (a, b, c)
        self.steps = (b * c, c, 1)
        spacing = body.spacing_mm
        self.areas = tuple(float(body.voxel_mm3 / size) for size in spacing)
        self.halves = tuple(float(size / 2) for size in spacing)
        mobile = body.voxel_mm3 * (1 - settings.residual_marrow)
        self.porosity_per_room = 1 / mobile
        self.active = self.ghosted(body.active)
        self.room = self.ghosted(body.porosity * np.float32(mobile)).ravel()
        self.factors = self._factors(body)
        size = self.room.size
        self.held = np.zeros(size)
        self.age, self.resistance = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self.arrival = np.full(size, np.nan, np.float32)
        self.queued = np.zeros(size, np.uint8)
        self.pressure = np.zeros(size)
        self.ratio = np.zeros(1 if settings.displacement == "piston" else size, np.float32)
        self._particles(body, gelatin)

    def _factors(self, body: PorousBody) -> tuple[Singles, ...]:
        """Half a voxel's length over permeability and face area, along each axis; shared where they are the same."""
        made: dict[tuple[int, float], Singles] = {}
        for permeability, half, area in zip(body.permeability_mm2, self.halves, self.areas, strict=True):
            key = id(permeability), half / area
            if key not in made:
                inverse = np.zeros(self.inner, np.float32)
                np.divide(np.float32(half / area), permeability, out=inverse, where=body.active)
                made[key] = self.ghosted(inverse).ravel()
        keys = ((id(p), h / a) for p, h, a in zip(body.permeability_mm2, self.halves, self.areas, strict=True))
        return tuple(made[key] for key in keys)

    def _particles(self, body: PorousBody, gelatin: Gelatin | None) -> None:
        size = 1 if gelatin is None else self.room.size
        self.laden, self.coming_laden = np.zeros(size), np.zeros(size)
        self.caught, self.catch = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self.limit, self.power, self.left, self.densest = 1.0, 1.0, 1.0, 1.0
        if gelatin is None:
            return
        self.limit, self.power, self.left = gelatin.pore_limit, gelatin.clogging, gelatin.left_open
        self.densest = gelatin.densest_share
        per_voxel = -np.expm1(-gelatin.caught_per_mm * float(body.voxel_mm3) ** (1 / 3))
        bone = body.active if body.medium is None else body.medium == Medium.BONE
        self.catch = self.ghosted(np.where(bone, np.float32(per_voxel), np.float32(0))).ravel()

    def ghosted(self, array: NDArray[Any]) -> NDArray[Any]:
        """A copy inside the box with ghosts, zero outside."""
        out = np.zeros(self.shape, array.dtype)
        out[self._inside] = array
        return out

    def without_ghosts(self, flat: NDArray[Any]) -> NDArray[Any]:
        """The body's part of a flat array."""
        return flat.reshape(self.shape)[self._inside]

    @property
    def _inside(self) -> tuple[slice, slice, slice]:
        a, b, c = (slice(1, n + 1) for n in self.inner)
        return a, b, c

    def places(self, voxels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Flat places in the box of flat indices into the body's grid."""
        i, j, k = np.unravel_index(voxels, self.inner)
        return np.asarray(np.ravel_multi_index((i + 1, j + 1, k + 1), self.shape), np.int64)
