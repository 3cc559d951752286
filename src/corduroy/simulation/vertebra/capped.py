"""One vertebra between end caps, as vertebrae are tested on the bench: its body embedded, its arch free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.boundary import End, Nodes, visible_nodes
from corduroy.simulation.vertebra.grid import BoolArray

CAP_MM = 2.0
"""Thickness of a cap over the endplate's outermost point. Author's choice."""
_DEEPEST_MM = 12.0
"""How far below that point a cap still fills up to the bone: tilt and hollow of an endplate. Author's choice."""


@dataclass(frozen=True, eq=False)
class EndCaps:
    """Layers that embed both endplates up to two flat faces.

    Parameters
    ----------
    low, high : ndarray of bool
        Voxels of the lower and upper cap.
    height_mm : float
        Median height of the body's columns: what displacement becomes apparent strain by.
    """

    low: BoolArray
    high: BoolArray
    height_mm: float

    @property
    def both(self) -> BoolArray:
        """Voxels of either cap."""
        return np.asarray(self.low | self.high)

    def faces(self) -> tuple[Nodes, Nodes]:
        """Nodes on the lower face of the lower cap and on the upper face of the upper one."""
        return visible_nodes(self.low, 2, End.LOW), visible_nodes(self.high, 2, End.HIGH)


def end_caps(lower: BoolArray, upper: BoolArray, voxel_mm: float, cap_mm: float = CAP_MM) -> EndCaps:
    """Embed the lower end of one body and the upper end of another, or of the same.

    Parameters
    ----------
    lower, upper : ndarray of bool, shape (n0, n1, n2)
        Body whose inferior end is embedded, and body whose superior end is; axis 2 is superior.
    voxel_mm, cap_mm : float

    Raises
    ------
    ModelError
        If a body is empty, or the grid has no room for the caps.
    """
    low = _cap(lower[:, :, ::-1], voxel_mm, cap_mm)[:, :, ::-1]
    high = _cap(upper, voxel_mm, cap_mm)
    columns = (lower | upper).any(axis=2)
    top = upper.shape[2] - upper[:, :, ::-1].argmax(axis=2)
    bottom = lower.argmax(axis=2)
    both = columns & upper.any(axis=2) & lower.any(axis=2)
    if not both.any():
        raise ModelError("a body that does not stand above the other", "bodies that overlap seen from above")
    return EndCaps(low & ~upper, high & ~lower, float(np.median((top - bottom)[both])) * voxel_mm)


def _cap(body: BoolArray, voxel_mm: float, cap_mm: float) -> BoolArray:
    """The cap over the high end."""
    columns = body.any(axis=2)
    if not columns.any():
        raise ModelError("no voxel of a vertebral body", "a body", "use smaller voxels")
    end = body.shape[2] - 1 - body[:, :, ::-1].argmax(axis=2)
    outermost = int(end[columns].max())
    face = outermost + max(1, round(cap_mm / voxel_mm))
    if face >= body.shape[2]:
        raise ModelError("a grid without room for end caps", f"{cap_mm:g} mm and a voxel beyond the body")
    reached = columns & (end >= outermost - _DEEPEST_MM / voxel_mm)
    level = np.arange(body.shape[2])
    cap: BoolArray = reached[:, :, None] & (level > end[:, :, None]) & (level <= face)
    return cap
