"""The outcomes that a series may compare. Labels, units and ranges are the record's own; only the good side is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corduroy.registry.record import Assessment
from corduroy.registry.record.choices import Quantity
from corduroy.study.results import Better

# Which end of a scale is the good one follows from its definition (clinical.md 2.1 to 2.5).
_NUMBERS: dict[str, Better] = {
    "pain_back": "lower",
    "pain_leg": "lower",
    "odi": "lower",
    "mjoa": "higher",
    "joa11": "higher",
    "sf36_pcs": "higher",
    "sf36_mcs": "higher",
}
_GRADES_WORST_FIRST = ("frankel", "ais")
_GRADES_BEST_FIRST = ("nurick", "ambulation", "bladder")
_MEASURED: dict[Quantity, Better] = {
    Quantity.HEIGHT_ANTERIOR: "higher",
    Quantity.HEIGHT_MIDDLE: "higher",
    Quantity.HEIGHT_POSTERIOR: "higher",
    Quantity.WEDGE_ANGLE: "lower",
    Quantity.REGIONAL_COBB: "lower",
    Quantity.CANAL_AREA: "higher",
    Quantity.CANAL_COMPROMISE: "lower",
}
_PAIN = ("pain_back", "pain_leg")


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Parameters
    ----------
    key, label, unit : str
    kind : {"assessment", "measurement"}
        The record it is from.
    better : {"lower", "higher", "neither"}
        Of grades always "higher": they are counted from the worst.
    low, high : float or None
        Possible range.
    grades : tuple of str
        Codes from worst to best; empty for numbers.
    grade_labels : tuple of str
    """

    key: str
    label: str
    unit: str
    kind: Literal["assessment", "measurement"]
    better: Better
    low: float | None = None
    high: float | None = None
    grades: tuple[str, ...] = ()
    grade_labels: tuple[str, ...] = ()


def _outcomes() -> dict[str, Outcome]:
    found = [_number(key, better) for key, better in _NUMBERS.items()]
    found += [_grades(key, reverse=False) for key in _GRADES_WORST_FIRST]
    found += [_grades(key, reverse=True) for key in _GRADES_BEST_FIRST]
    found += [_measured(quantity, better) for quantity, better in _MEASURED.items()]
    return {outcome.key: outcome for outcome in found}


def _number(key: str, better: Better) -> Outcome:
    item = Assessment.items()[key]
    if key in _PAIN:
        # Both units of pain are compared in points of 0 to 10, as `Assessment.pain_points` converts them.
        return Outcome(key, item.label, "points of 10", "assessment", better, 0.0, 10.0)
    return Outcome(key, item.label, item.unit, "assessment", better, item.low, item.high)


def _grades(key: str, *, reverse: bool) -> Outcome:
    item = Assessment.items()[key]
    choices = list((item.choices or {}).items())
    ordered = choices[::-1] if reverse else choices
    codes, labels = tuple(code for code, _ in ordered), tuple(label for _, label in ordered)
    return Outcome(key, item.label, "", "assessment", "higher", grades=codes, grade_labels=labels)


def _measured(quantity: Quantity, better: Better) -> Outcome:
    label, _, unit = quantity.label.rpartition(" (")
    return Outcome(quantity.value, label, unit.removesuffix(")"), "measurement", better)


OUTCOMES: dict[str, Outcome] = _outcomes()
"""By the key that a cohort file uses."""
