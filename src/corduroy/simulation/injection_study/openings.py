"""Ways out of a vertebra before they are put on a grid: veins, and holes in the cortex."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from corduroy.scales.yeom import YeomType

Point = tuple[float, float, float]

VEIN_MM: Final = {YeomType.B: 3.0, YeomType.S: 1.5}
"""Diameters of the basivertebral and of a segmental vein where they leave the bone. Author's choice: of 1561 dried
vertebrae the basivertebral foramina wider than 1 mm were measured, 45 % had one and 37 % two (Tzika 2021,
10.1007/s00276-021-02690-0, abstract read, which prints no diameter)."""
BREACH_MM: Final = 3.0
"""Diameter of a breach whose size is not known. Author's choice."""
POSTERIOR: Final = "posterior"
"""Every way out towards the canal: the basivertebral vein, and breaches of the posterior wall."""
_POSTERIOR_WALL = "posterior wall"
_NAMES: Final = {YeomType.B: "basivertebral vein", YeomType.S: "segmental vein"}


@dataclass(frozen=True)
class Opening:
    """A way out.

    Parameters
    ----------
    name : str
        Unique among the openings of a vertebra.
    yeom : YeomType
    wall : str
        As in `corduroy.planning.leak_sites.WALLS`.
    side : str or None
        ``"left"`` or ``"right"``, the patient's; None near the midline.
    point_mm : tuple of 3 floats
        World RAS+.
    diameter_mm : float
    known_size : bool
        Whether the diameter was measured on this patient.
    """

    name: str
    yeom: YeomType
    wall: str
    side: str | None
    point_mm: Point
    diameter_mm: float
    known_size: bool

    @property
    def is_vein(self) -> bool:
        """Veins are there in every vertebra; holes in the cortex are not."""
        return self.yeom in _NAMES


def openings_of(leaks: Sequence[Mapping[str, Any]]) -> tuple[Opening, ...]:
    """The openings of a plan.

    Parameters
    ----------
    leaks : sequence of mapping
        ``augmentation.leaks`` of schema ``corduroy/plan/1``.
    """
    found: list[Opening] = []
    for leak in leaks:
        kind, side = YeomType(leak["yeom"]), leak["side"]
        x, y, z = (float(value) for value in leak["point_mm"])
        size = leak["diameter_mm"]
        default = VEIN_MM.get(kind, BREACH_MM)
        base = _NAMES.get(kind, f"breach of the {leak['wall']}")
        name = base if side is None or side in leak["wall"] else f"{base}, {side}"
        if kind is YeomType.S and side is not None:
            name = f"{base}, {side}"
        name = _unique(name, [each.name for each in found])
        diameter = default if size is None else float(size)
        found.append(Opening(name, kind, leak["wall"], side, (x, y, z), diameter, size is not None))
    return tuple(found)


def watched_of(openings: Sequence[Opening], stop_at: Collection[str]) -> NDArray[np.bool_]:
    """At which openings a surgeon stops when cement leaves there.

    Parameters
    ----------
    openings : sequence of Opening
    stop_at : collection of str
        Yeom's types, and `POSTERIOR` for every way out of the posterior wall.
    """
    types = {str(each) for each in stop_at}
    return np.array(
        [o.yeom.value in types or (POSTERIOR in types and o.wall == _POSTERIOR_WALL) for o in openings], dtype=np.bool_
    )


def _unique(name: str, taken: Sequence[str]) -> str:
    count = 1
    numbered = name
    while numbered in taken:
        count += 1
        numbered = f"{name} {count}"
    return numbered
