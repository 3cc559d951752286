"""Needle gauges and their outer diameters."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from corduroy.errors import SettingsError

OUTER_DIAMETER_MM: dict[int, float] = {
    8: 4.191,
    9: 3.759,
    10: 3.404,
    11: 3.048,
    12: 2.769,
    13: 2.413,
    14: 2.108,
    15: 1.829,
    16: 1.651,
    17: 1.473,
    18: 1.270,
    19: 1.067,
    20: 0.908,
    21: 0.819,
    22: 0.718,
}
"""Nominal outer diameters of needle tubing by gauge (Birmingham wire gauge as used for needles: 0.165 inch for 8 G
down to 0.02825 inch for 22 G), from the needle gauge comparison chart of Wikipedia, "Birmingham gauge"; not verified
against a primary source (ISO 9626). A maker's own cannula may differ by a few hundredths: read its label."""


def _known(gauge: int) -> int:
    if gauge not in OUTER_DIAMETER_MM:
        raise ValueError(f"the table holds {min(OUTER_DIAMETER_MM)} to {max(OUTER_DIAMETER_MM)} G")
    return gauge


Gauge = Annotated[int, AfterValidator(_known)]
"""A gauge of the table, for settings."""


def outer_diameter_mm(gauge: int) -> float:
    """Nominal outer diameter of a gauge.

    Raises
    ------
    SettingsError
        If the gauge is not in the table.
    """
    if gauge not in OUTER_DIAMETER_MM:
        low, high = min(OUTER_DIAMETER_MM), max(OUTER_DIAMETER_MM)
        raise SettingsError(f"a needle of {gauge} G", f"{low} to {high} G")
    return OUTER_DIAMETER_MM[gauge]


def largest_gauge_within(radius_mm: float) -> int | None:
    """The thickest needle of the table whose radius is at most this; None where not even the thinnest fits."""
    fitting = [gauge for gauge, diameter in OUTER_DIAMETER_MM.items() if diameter / 2 <= radius_mm]
    return min(fitting, default=None)
