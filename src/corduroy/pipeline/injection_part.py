"""What an injection adds to the plan: sentences, numbers and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corduroy.anatomy.level import Level
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind, SimulatedPart, SimulatedTable, SimulatedValue

_METHOD = "two-phase flow of a curing cement on voxels; geometric middle of all inputs"


def part_of(document: dict[str, Any], figures: Sequence[SimulatedFigure]) -> SimulatedPart:
    """The part that `corduroy plan` takes up.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/injection/1``.
    figures : sequence of SimulatedFigure
        In the same folder.
    """
    origin = document["provenance"]
    return SimulatedPart(
        kind=SimulatedKind.INJECTION,
        case=document["case"],
        level=Level(document["level"]),
        summary=tuple(summary_of(document)),
        values=tuple(_values(document)),
        tables=tuple(_tables(document)),
        figures=tuple(figures),
        warnings=tuple(document["warnings"]),
        inputs=origin["inputs"],
        details=document,
        provenance=origin,
    )


def summary_of(document: dict[str, Any]) -> list[str]:
    """The answer in a few sentences."""
    found, dose, ensemble = document["planned"], document["dose"], document["ensemble"]
    share = found["of_lesion"] if found["of_lesion"] is not None else found["of_body"]
    region = "the lesion's pores in the body" if found["of_lesion"] is not None else "the body's pores"
    sentences = [
        f"With the middle of all unknown inputs, {found['injected_ml']:.1f} of {dose['volume_ml']:g} ml go in and fill "
        f"{percent(share)} of {region}; it ends because {found['stop']['words']}.",
        f"Cement comes near {percent(found['superior_contact'])} of the superior and "
        f"{percent(found['inferior_contact'])} of the inferior endplate; {percent(found['right_share'])} of it lies on "
        "the patient's right.",
    ]
    if ensemble is not None:
        sentences.append(
            f"In {ensemble['members']} drawn bodies, a leak where the surgeon would stop has a chance of "
            f"{chance_words(ensemble['watched'])}, any leak of {chance_words(ensemble['any'])}."
        )
        worst = max(document["leaks"], key=lambda row: row["probability"]["value"], default=None)
        if worst is not None and worst["probability"]["value"] > 0:
            sentences.append(
                f"Most often cement leaves through the {worst['site']} (type {worst['yeom']}): "
                f"{chance_words(worst['probability'])}, first after {worst['first_ml']['median']:.1f} ml (median)."
            )
        sentences += list(_matters_most(document))
    if document["what_if"] is not None:
        best = document["what_if"]["best"]
        sentences.append(
            f"Under the weights in force, the best of the compared recipes is {best['variant']}, "
            f"{best['volume_ml']:g} ml."
        )
    return sentences


def _matters_most(document: dict[str, Any]) -> Iterator[str]:
    for answer, ranked in document["sensitivity"]["answers"].items():
        if ranked and ranked[0]["told_from_zero"]:
            first = ranked[0]
            yield (f"The {answer} hangs most on the {first['words']} (rank correlation {first['correlation']:+.2f}).")
            return


def percent(share: float) -> str:
    """A share in whole percents."""
    return f"{100 * share:.0f} %"


def chance_words(chance: dict[str, Any] | None) -> str:
    """A chance with its interval, percent."""
    if chance is None:
        return "–"
    low, high = (100 * bound for bound in chance["interval"])
    return f"{100 * chance['value']:.0f} % ({low:.0f}–{high:.0f})"


def first_words(row: dict[str, Any]) -> str:
    """Volume at which a site is first reached: median and the middle 90 % of the members that leak there."""
    if row["first_ml"] is None:
        return "–"
    low, high = row["first_ml"]["range_90"]
    return f"{row['first_ml']['median']:.1f} ({low:.1f}–{high:.1f})"


def _values(document: dict[str, Any]) -> Iterator[SimulatedValue]:
    found = document["planned"]
    rows: list[tuple[str, float | None, str]] = [
        ("cement injected", found["injected_ml"], "ml"),
        ("cement leaked", found["leaked_ml"], "ml"),
        ("share of the body's pores filled", 100 * found["of_body"], "%"),
        ("share of the lesion's pores filled", None if found["of_lesion"] is None else 100 * found["of_lesion"], "%"),
        ("superior endplate near cement", 100 * found["superior_contact"], "%"),
        ("inferior endplate near cement", 100 * found["inferior_contact"], "%"),
        ("cement on the patient's right", 100 * found["right_share"], "%"),
        ("largest pressure in the syringe", found["largest_syringe_mpa"], "MPa"),
        ("largest force on the plunger", found["largest_plunger_n"], "N"),
    ]
    for name, value, unit in rows:
        if value is not None:
            yield SimulatedValue(name=name, state="as planned", value=value, unit=unit, method=_METHOD)
    if document["ensemble"] is not None:
        for name, key in (("chance of a leak that stops it", "watched"), ("chance of any leak", "any")):
            chance = document["ensemble"][key]
            low, high = chance["interval"]
            yield SimulatedValue(
                name=name,
                state="ensemble",
                value=100 * chance["value"],
                uncertainty=50 * (high - low),
                unit="%",
                method=f"share of {chance['members']} members, Wilson's interval",
            )


def _tables(document: dict[str, Any]) -> Iterator[SimulatedTable]:
    yield leak_table(document)
    if document["what_if"] is not None:
        yield what_if_table(document)


def leak_table(document: dict[str, Any]) -> SimulatedTable:
    """Ways out with their chances."""
    rows = tuple(
        (
            row["site"],
            row["yeom"],
            f"{row['diameter_mm']:.1f}" + ("" if row["size_is_known"] else " (assumed)"),
            "–" if row["planned_first_ml"] is None else f"{row['planned_first_ml']:.1f}",
            chance_words(row["probability"]),
            chance_words(row["probability_if_stopped"]),
            first_words(row),
        )
        for row in document["leaks"]
    )
    return SimulatedTable(
        title="Ways out",
        note=f"A leak: more than {document['least_leak_mm3']:g} mm³ through one site. Chance in percent with its 95 % "
        "interval; ml: injected when it is first reached, median and middle 90 %.",
        columns=(
            "Site",
            "Yeom",
            "Diameter mm",
            "Reached at, middle case, ml",
            "Chance, all injected",
            "Chance, surgeon stops",
            "Reached at, ml",
        ),
        rows=rows,
    )


def what_if_table(document: dict[str, Any]) -> SimulatedTable:
    """Recipes side by side."""
    found = document["what_if"]
    best = found["best"]
    rows = tuple(
        (
            ("★ " if (row["variant"], row["volume_ml"]) == (best["variant"], best["volume_ml"]) else "")
            + row["variant"],
            f"{row['volume_ml']:g}",
            f"{row['given_ml']:.1f}",
            percent(row["filled"]),
            chance_words(row["watched"]),
            chance_words(row["other"]),
            chance_words(row["unfinished"]),
            f"{row['largest_mpa']:.2f}",
            f"{row['worth']:.2f}",
        )
        for row in found["candidates"]
    )
    weights = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found["weights"].items())
    return SimulatedTable(
        title="What if",
        note=f"{found['members']} members each, the same draws for all. Weights: {weights}. ★ best under them.",
        columns=(
            "Recipe",
            "Planned ml",
            "Given ml",
            "Filled",
            "Leak that stops it",
            "Other leak",
            "Ends early",
            "Largest MPa",
            "Worth",
        ),
        rows=rows,
    )
