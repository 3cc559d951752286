"""What an assessment adds to the plan: sentences, numbers and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corduroy.anatomy.level import Level
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind, SimulatedPart, SimulatedTable, SimulatedValue

_METHODS = {"stiffness": "linear, between end caps", "strength": "elastic-plastic, at 1.9 % apparent strain"}
_OWN_WARNINGS = ("the law is extrapolated", "that nothing holds")
"""Parts of warnings that stay in the assessment's own report: they question no number of the plan."""
_LAST_STATES = ("filled_decompressed", "filled", "decompressed")


def part_of(document: dict[str, Any], figures: Sequence[SimulatedFigure]) -> SimulatedPart:
    """The part that `corduroy plan` takes up.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/mechanics/1``.
    figures : sequence of SimulatedFigure
        In the same folder.
    """
    origin = document["provenance"]
    return SimulatedPart(
        kind=SimulatedKind.MECHANICS,
        case=document["case"],
        level=Level(document["level"]),
        summary=tuple(summary_of(document)),
        values=tuple(_values(document)),
        tables=tuple(_tables(document)),
        figures=tuple(figures),
        warnings=tuple(text for text in document["warnings"] if not any(own in text for own in _OWN_WARNINGS)),
        inputs=origin["inputs"],
        details=document,
        provenance=origin,
    )


def summary_of(document: dict[str, Any]) -> list[str]:
    """The answer in a few sentences."""
    states = {state["state"]: state for state in document["states"]}
    now = states["as_is"]
    found = [
        f"As it is, {document['level']} carries {force_words(now['strength'])} before it fails{_ratio_words(now)}."
    ]
    last = next((states[name] for name in _LAST_STATES if name in states), None)
    if last is not None and last["change_percent"]["strength"] is not None:
        change = last["change_percent"]
        found.append(
            f"{last['words'].capitalize()}, strength changes by {percent_words(change['strength'])} and stiffness by "
            f"{percent_words(change['stiffness'])}{_ratio_words(last)}."
        )
    if "intact" in states and now["strength"] and states["intact"]["strength"]:
        share = 100 * now["strength"]["value"] / states["intact"]["strength"]["value"]
        found.append(f"As it is, it has {share:.0f} % of the strength of the intact-like reference.")
    found.append(f"As it is, it fails first in the {now['first_failure']['place']}.")
    return found


def force_words(value: dict[str, Any] | None) -> str:
    """A force in kN with its interval, or its half-width where it has no interval."""
    if value is None:
        return "a force that was not found"
    if value.get("interval"):
        low, high = value["interval"]
        return f"{value['value'] / 1000:.2f} kN ({low / 1000:.2f} to {high / 1000:.2f})"
    spread = "" if value["uncertainty"] is None else f" ± {value['uncertainty'] / 1000:.2f}"
    return f"{value['value'] / 1000:.2f}{spread} kN"


def percent_words(value: dict[str, Any] | None) -> str:
    """A change with its sign and interval."""
    if value is None:
        return "an unknown amount"
    if not value.get("interval"):
        return f"{_signed(value['value'])} %"
    low, high = value["interval"]
    return f"{_signed(value['value'])} % ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    """Whole percents with a sign; no minus before a zero."""
    return f"{round(value):+d}" if round(value) else "0"


def _ratio_words(state: dict[str, Any]) -> str:
    parts = [f"{name.split(',')[0]} {ratio['value']:.2f}" for name, ratio in state["load_to_strength"].items()]
    return f" (load to strength: {', '.join(parts)})" if parts else ""


def _values(document: dict[str, Any]) -> Iterator[SimulatedValue]:
    """Few digits and short methods: the whole of both is in the report of the assessment."""
    intervals = document["intervals"]
    drawn = "" if intervals is None else f", interval of {intervals['draws']} draws"
    for state in document["states"]:
        for name, method in _METHODS.items():
            if state[name] is not None:
                unit = "kN/mm" if name == "stiffness" else "kN"
                yield _value(name, state["words"], state[name], 1000.0, unit, f"{method}{drawn}")
        for name, ratio in state["load_to_strength"].items():
            short = name.split(",")[0]
            yield _value(
                f"load to strength, {short}", state["words"], ratio, 1.0, "", "published load by body mass and level"
            )


def _value(name: str, state: str, of: dict[str, Any], scale: float, unit: str, method: str) -> SimulatedValue:
    spread = of["uncertainty"]
    return SimulatedValue(
        name=name,
        state=state,
        value=round(of["value"] / scale, 2),
        uncertainty=None if spread is None else round(spread / scale, 2),
        unit=unit,
        method=method,
    )


def _tables(document: dict[str, Any]) -> Iterator[SimulatedTable]:
    rows = tuple(
        (
            state["words"],
            percent_words(state["change_percent"]["stiffness"]) if state["change_percent"]["stiffness"] else "",
            percent_words(state["change_percent"]["strength"]) if state["change_percent"]["strength"] else "",
            f"{state['shell_share_percent']:.0f} %",
            facet_words(state["segment"]),
            state["first_failure"]["place"],
        )
        for state in document["states"]
    )
    yield SimulatedTable(
        title="Mechanics of the states",
        note="Changes against the vertebra as it is. Facets: share of the load behind the discs, above and below.",
        columns=("State", "Stiffness", "Strength", "Through the shell", "Through the facets", "Fails first"),
        rows=rows,
    )


def facet_words(segment: dict[str, Any] | None) -> str:
    """The facets' shares at the discs above and below."""
    if segment is None:
        return "not computed"
    return " / ".join(f"{share:.1f} %" for share in segment["facet_share_percent"].values())
