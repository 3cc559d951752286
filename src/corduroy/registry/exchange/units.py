"""Units of a sheet's columns, converted explicitly and exactly; a guess which one was meant, only for a message."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from corduroy.errors import SettingsError
from corduroy.registry.record import Item

_FACTORS: dict[str, dict[str, Decimal]] = {
    "length": {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000)},
    "area": {"mm2": Decimal(1), "cm2": Decimal(100)},
    "volume": {"ml": Decimal(1), "cc": Decimal(1), "dl": Decimal(100), "l": Decimal(1000)},
    "time": {"min": Decimal(1), "h": Decimal(60), "d": Decimal(1440)},
    "mass": {"mg": Decimal(1), "g": Decimal(1000)},
    "share": {"%": Decimal(1), "fraction": Decimal(100)},
}
_DIMENSION = {unit: dimension for dimension, units in _FACTORS.items() for unit in units}


def conversion(stated: str, item: Item) -> tuple[Decimal, Decimal]:
    """Numerator and denominator of the factor that takes a sheet's values to the field's unit.

    Parameters
    ----------
    stated : str
        The unit of the sheet (``"l"``), or from and to (``"cm -> mm"``) where the field has no unit of its own.
    item : Item

    Raises
    ------
    SettingsError
        If a unit is unknown, the two do not measure the same, or the target is not the field's unit.
    """
    source, arrow, target = (part.strip() for part in stated.partition("->"))
    if not arrow:
        target = item.unit
    if item.unit and target != item.unit:
        raise SettingsError(f"unit '{stated}'", f"'{source} -> {item.unit}': '{item.name}' is kept in {item.unit}")
    if not target:
        raise SettingsError(f"unit '{stated}'", f"'{source} -> …': '{item.name}' has no unit of its own")
    if source == target:
        return Decimal(1), Decimal(1)
    for unit in (source, target):
        if unit not in _DIMENSION:
            raise SettingsError(f"unknown unit '{unit}'", f"one of {', '.join(_DIMENSION)}")
    if _DIMENSION[source] != _DIMENSION[target]:
        raise SettingsError(f"unit '{stated}'", f"a unit of {_DIMENSION[target]}, as {target} is")
    factors = _FACTORS[_DIMENSION[source]]
    return factors[source], factors[target]


def converted(value: float, factor: tuple[Decimal, Decimal]) -> float:
    """The value in the field's unit; decimal arithmetic, so that 0.9 l is 900 ml and nothing beside it."""
    if factor == (Decimal(1), Decimal(1)):
        return value
    try:
        return float(Decimal(repr(value)) * factor[0] / factor[1])
    except InvalidOperation:
        return value


def other_unit(value: float, item: Item) -> str:
    """A question for a message: in which other unit the value would be usual; empty where in none.

    Nothing is ever converted by this guess.
    """
    if item.usual is None or item.unit not in _DIMENSION:
        return ""
    low, high = item.usual
    units = _FACTORS[_DIMENSION[item.unit]]
    meant = {unit: converted(value, (factor, units[item.unit])) for unit, factor in units.items() if unit != item.unit}
    fitting = [
        f"{unit} ({here:g} {item.unit})" for unit, here in meant.items() if here != value and low <= here <= high
    ]
    return f"; is it in {' or '.join(fitting)}? Then state the column's 'unit:'" if fitting else ""
