"""Named cements, and the user's own from a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from corduroy.errors import FileFormatError, SettingsError
from corduroy.simulation.injection.settings import Cement

_SHAPE = (
    "author's choice of shape; ends at 75 kPa·s after the published curing time at 25 °C (Nicholas 2007, "
    "10.1007/s10856-007-0125-2, abstract read)"
)
_END = 75e3


def _curing(name: str, start_pa_s: float, end_s: float, index: tuple[float, float], source: str) -> Cement:
    """Viscosity that grows slowly through the working time and steeply at its end, to that of set cement."""
    shares = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)
    growth = (0.0, 0.12, 0.25, 0.45, 0.7, 1.0)
    consistency = tuple(start_pa_s * (_END / start_pa_s) ** g for g in growth)
    indices = tuple(index[0] + (index[1] - index[0]) * share for share in shares)
    return Cement(
        name=name,
        times_s=tuple(end_s * share for share in shares),
        consistency_pa_sn=consistency,
        index=indices,
        reference_temperature_c=25.0,
        source=source,
    )


CEMENTS: Final = {
    "low-viscosity": _curing(
        "low-viscosity vertebroplasty cement", 20.0, 840.0, (0.75, 0.55), "author's choice, no published value"
    ),
    "high-viscosity": _curing(
        "high-viscosity vertebroplasty cement", 400.0, 900.0, (0.65, 0.5), "author's choice, no published value"
    ),
    "palacos-r": _curing("Palacos R", 100.0, 780.0, (0.7, 0.5), _SHAPE),
    "cmw-1": _curing("CMW 1", 100.0, 522.0, (0.7, 0.5), _SHAPE),
    "cemex-isoplastic": _curing("Cemex Isoplastic", 100.0, 780.0, (0.7, 0.5), _SHAPE),
}
"""Viscosities at the start, their growth and the indices are the author's choice (published cements: 50 to 2000 Pa·s
and 0.5 to 0.9, not verified against a primary source); curing times of the last three are Nicholas 2007's."""


def cement_named(name: str) -> Cement:
    """A cement of `CEMENTS`.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    if name not in CEMENTS:
        raise SettingsError(f"cement '{name}'", f"one of {', '.join(CEMENTS)}", "or give your own curve as CSV")
    return CEMENTS[name]


_NEEDED = ("time_s", "consistency_pa_sn", "index")


def read_cement(path: Path, reference_temperature_c: float = 23.0) -> Cement:
    """The user's curve: columns time_s, consistency_pa_sn, index and, if there is one, yield_pa.

    Raises
    ------
    FileFormatError
        If a column is missing, a cell is no number, or the times do not ascend.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"{path.name}: cannot be read as CSV ({error})", "a table of text") from error
    if len(rows) < 2 or any(name not in rows[0] for name in _NEEDED):
        raise FileFormatError(f"{path.name}: no curve", f"two rows or more with the columns {', '.join(_NEEDED)}")
    columns = [*_NEEDED, *(["yield_pa"] if "yield_pa" in rows[0] else [])]
    try:
        values = {name: tuple(float(row[name]) for row in rows) for name in columns}
    except (TypeError, ValueError) as error:
        raise FileFormatError(f"{path.name}: {error}", "a number in every cell") from error
    return Cement(
        name=path.stem,
        times_s=values["time_s"],
        consistency_pa_sn=values["consistency_pa_sn"],
        index=values["index"],
        yield_pa=values.get("yield_pa", ()),
        reference_temperature_c=reference_temperature_c,
        source=path.name,
    )
