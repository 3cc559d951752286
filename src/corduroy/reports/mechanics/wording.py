"""Numbers of an assessment in words; the same on the terminal, on the page and in the PDF."""

from __future__ import annotations

from typing import Any

from corduroy.pipeline.mechanics_part import facet_words, force_words, percent_words, summary_of

__all__ = [
    "NOT_COMPUTED",
    "change_words",
    "facet_words",
    "force_words",
    "interval_words",
    "mass_words",
    "number_words",
    "percent_words",
    "ratio_words",
    "standing_and_lifting",
    "strength_words",
    "summary_of",
]

NOT_COMPUTED = "–"


def number_words(value: dict[str, Any] | None, digits: int, scale: float = 1.0) -> str:
    """A number with its interval, or its half-width where it has no interval."""
    if value is None:
        return NOT_COMPUTED
    middle = f"{value['value'] / scale:.{digits}f}"
    if value.get("interval"):
        low, high = (bound / scale for bound in value["interval"])
        return f"{middle} ({low:.{digits}f}–{high:.{digits}f})"
    return middle if value["uncertainty"] is None else f"{middle} ± {value['uncertainty'] / scale:.{digits}f}"


def change_words(value: dict[str, Any] | None) -> str:
    """A change in percent; nothing for the state that it is against."""
    return "" if value is None else percent_words(value)


def strength_words(value: dict[str, Any] | None) -> str:
    """A strength in kN, without the unit."""
    return number_words(value, 2, 1000.0)


def standing_and_lifting(document: dict[str, Any]) -> dict[str, str]:
    """Short names of the loads, and their names in the document."""
    return {name.split(",")[0]: name for name in document["loads"]}


def ratio_words(state: dict[str, Any], short: str) -> str:
    """Load over strength by a load's short name."""
    found = {name.split(",")[0]: ratio for name, ratio in state["load_to_strength"].items()}
    return number_words(found.get(short), 2)


def mass_words(document: dict[str, Any]) -> str:
    """Body mass and loads, each with where it is from."""
    mass = document["body_mass_kg"]
    loads = "; ".join(
        f"{short} {force_words(document['loads'][name])}" for short, name in standing_and_lifting(document).items()
    )
    return f"body mass {mass['value']:g} kg ({mass['source']}); loads: {loads or 'none'}"


def interval_words(document: dict[str, Any]) -> str:
    """How the intervals came about."""
    intervals = document["intervals"]
    if intervals is None:
        return "no intervals were sampled"
    return f"intervals: {intervals['method']}; seed {document['seed']}"
