"""What readers found, side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from corduroy.provenance import Measured
from corduroy.web.pages.case.wording import MISSING, number
from corduroy.web.pages.points.readings import KeptReading
from corduroy.web.texts import text

if TYPE_CHECKING:
    from corduroy.morphometry.results import VertebraMeasurement

QUANTITIES = ("anterior", "middle", "posterior", "wedge")
"""What is shown of a vertebra."""


def values_of(vertebra: VertebraMeasurement) -> tuple[Measured | None, ...]:
    """In the order of `QUANTITIES`."""
    return (*(vertebra.heights[name] for name in QUANTITIES[:3]), vertebra.wedge_angle)


def words(value: Measured | None) -> str:
    """With the half-width of its 95 % interval."""
    return MISSING if value is None else number(value.value, value.uncertainty)


def rows_of(seen: list[KeptReading]) -> list[tuple[str, ...]]:
    """One for each vertebra of each reading."""
    return [
        (_name(one), str(vertebra.level), *(words(value) for value in values_of(vertebra)))
        for one in seen
        for vertebra in one.measured().vertebrae
    ]


def _name(one: KeptReading) -> str:
    name = f"{one.reader} ({one.repeat})"
    return name if one.has_true_heights else text("film.of_unknown", reading=name)


def differences_of(seen: list[KeptReading]) -> list[tuple[str, ...]]:
    """The later of two readers' first readings minus the earlier one, where both read the same vertebra.

    Heights are left out where two readers gave a radiograph different scales: the difference would be the scales'.
    """
    firsts = [one for one in seen if one.repeat == 1]
    rows = []
    for earlier, later in pairwise(firsts):
        before = {one.level: values_of(one) for one in earlier.measured().vertebrae}
        for vertebra in later.measured().vertebrae:
            if vertebra.level in before:
                pairs = zip(values_of(vertebra), before[vertebra.level], strict=True)
                gaps = [MISSING if a is None or b is None else f"{a.value - b.value:+.1f}" for a, b in pairs]
                if earlier.millimetres != later.millimetres:
                    gaps[:3] = [MISSING] * 3
                rows.append((f"{later.reader} − {earlier.reader}", str(vertebra.level), *gaps))
    return rows
