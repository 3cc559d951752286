"""What the report of an assessment says, as plain data: the same for the web page and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corduroy.reports.content import PlacedFigure
from corduroy.reports.mechanics.wording import (
    NOT_COMPUTED,
    change_words,
    facet_words,
    force_words,
    interval_words,
    mass_words,
    number_words,
    ratio_words,
    standing_and_lifting,
    strength_words,
    summary_of,
)

Rows = list[list[str]]


def mechanics_content(document: dict[str, Any], figures: Sequence[PlacedFigure]) -> dict[str, Any]:
    """Titles, sentences, tables and figures of an assessment, ready for a template.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/mechanics/1``.
    figures : sequence of PlacedFigure
    """
    origin = document["provenance"]
    keys = {figure.key for figure in figures}
    sections = [_states(document), _failure(document), _neighbours(document), _inputs(document), _limits(document)]
    for section in sections:
        section["figures"] = [key for key in section["figures"] if key in keys]
    return {
        "title": f"Mechanics of {document['case']}, {document['level']}",
        "made": f"Computed from the plan of {origin['created'][:10]} by {origin['software']} {origin['version']}",
        "disclaimer": document["disclaimer"],
        "warnings": document["warnings"],
        "findings": summary_of(document),
        "sections": sections,
        "figures": {figure.key: vars(figure) for figure in figures},
        "provenance": _provenance(document),
    }


def _section(title: str, paragraphs: list[str], figures: list[str], tables: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "paragraphs": paragraphs, "figures": figures, "tables": tables}


def _table(title: str, note: str, columns: Sequence[str], rows: Rows) -> dict[str, Any]:
    return {"title": title, "note": note, "columns": list(columns), "rows": rows}


def _states(document: dict[str, Any]) -> dict[str, Any]:
    names = standing_and_lifting(document)
    rows = [
        [
            state["words"],
            number_words(state["stiffness"], 0),
            change_words(state["change_percent"]["stiffness"]),
            strength_words(state["strength"]),
            change_words(state["change_percent"]["strength"]),
            *(ratio_words(state, name) for name in names),
        ]
        for state in document["states"]
    ]
    columns = ("State", "Stiffness N/mm", "Change", "Strength kN", "Change", *(f"Load / strength, {n}" for n in names))
    note = (
        "The vertebra between end caps. Strength: elastic-plastic force at 1.9 % apparent strain. Changes: against the "
        "vertebra as it is; errors that both share cancel. Load over strength above 1 predicts failure."
    )
    linear = [
        [state["words"], *(f"{each['force_n'] / 1000:.2f}" for each in state["linear_strength"])]
        for state in document["states"]
    ]
    criteria = [each["criterion"] for each in document["states"][0]["linear_strength"]]
    words = [f"{mass_words(document)}.", f"{interval_words(document)}."]
    return _section(
        "Stiffness and strength",
        [sentence[:1].upper() + sentence[1:] for sentence in words],
        ["strength"],
        [
            _table("States", note, columns, rows),
            _table("Linear criteria", "Cheap alternatives for strength, kN.", ("State", *criteria), linear),
        ],
    )


def _failure(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            state["words"],
            state["first_failure"]["place"],
            ", ".join(f"{value:.0f}" for value in state["first_failure"]["ras_mm"]),
            f"{state['first_failure']['force_n'] / 1000:.2f}",
            f"{state['shell_share_percent']:.0f} %",
        ]
        for state in document["states"]
    ]
    note = (
        "The largest cluster among the hundredth of the bone that is nearest to yield; thirds of the body, left and "
        "right are the patient's. Shell: share of the load through the body's outer 1 mm at mid-height."
    )
    columns = ("State", "Place", "World RAS mm", "First yield kN", "Through the shell")
    return _section("Where it fails first", [], ["sagittal", "axial"], [_table("Places", note, columns, rows)])


def _neighbours(document: dict[str, Any]) -> dict[str, Any]:
    segments = [(state["words"], state["segment"]) for state in document["states"] if state["segment"] is not None]
    if not segments:
        return _section("The neighbours", [document["missing"].get("segment", "Not computed.")], [], [])
    names = list(segments[0][1]["strain_microstrain"])
    load = next((f"{name.split(',')[0]}" for name in document["loads"]), "500 N")
    rows = []
    for words, segment in segments:
        strains = segment["strain_microstrain"]
        rows.append(
            [
                words,
                f"{segment['stiffness_n_per_mm']:.0f}",
                facet_words(segment),
                *(f"{strains[name]['median']:.0f} / {strains[name]['p95']:.0f}" for name in names),
            ]
        )
    note = (
        f"Three vertebrae with discs and facet joints under the load of {load}, the upper end kept from turning. "
        "Strain: effective, microstrain, median / 95th percentile. Facets: share of the load behind the discs, above / "
        "below; joints are bonded, so that it reads high."
    )
    columns = ("State", "N/mm", "Facets", *names)
    return _section("The neighbours", [], ["neighbours"], [_table("Load sharing and strain", note, columns, rows)])


def _inputs(document: dict[str, Any]) -> dict[str, Any]:
    used, volumes = document["materials"], document["volumes_ml"]
    calibration = document["calibration"]
    rows = [
        ["Density", f"{calibration['method']}; {calibration['kind']}", calibration["source"]],
        *(
            [name.capitalize(), f"{used[key]['name']}: {used[key]['form']} MPa, ρ in g/cm³", used[key]["source"]]
            for name, key in (("modulus of bone", "modulus"), ("yield stress of bone", "strength"))
        ),
        *(
            [used[key]["name"], f"{used[key]['modulus_mpa']:g} MPa", used[key]["source"]]
            for key in ("cap", "disc", "facet", "cement")
        ),
        *([f"Load: {name}", force_words(load), load["method"]] for name, load in document["loads"].items()),
    ]
    sizes = [
        [name.capitalize(), NOT_COMPUTED if volumes[name] is None else f"{volumes[name]:.1f} ml"]
        for name in ("body", "bone", "lesion", "fill", "resection")
    ]
    paragraphs = [f"Cement: {document['fill_source']}."] if document["fill_source"] else []
    if document["reference_bone"]:
        paragraphs.append(
            f"The intact-like reference has the shape of today and bone of: {document['reference_bone']}."
        )
    return _section(
        "What went in",
        paragraphs + list(calibration["notes"]),
        [],
        [
            _table("Materials and loads", "", ("What", "Value", "Source"), rows),
            _table("Volumes in the model", f"Voxels of {document['voxel_mm']:g} mm.", ("Part", "Volume"), sizes),
        ],
    )


def _limits(document: dict[str, Any]) -> dict[str, Any]:
    missing = [f"{name}: {reason}." for name, reason in document["missing"].items()]
    return _section(
        "Limits",
        [
            *missing,
            "Bone, cement and discs are isotropic and perfectly bonded; facet joints take tension and shear too; "
            "ligaments, muscles and ribs are left out; the load is purely axial. Compare states with each other rather "
            "than with a bench test.",
        ],
        [],
        [],
    )


def _provenance(document: dict[str, Any]) -> Rows:
    origin = document["provenance"]
    rows = [
        ["Software", f"{origin['software']} {origin['version']}, Python {origin['python']}"],
        ["Plan made", origin["created"]],
        ["Settings", ", ".join(f"{name} {value}" for name, value in origin["settings"].items() if value is not None)],
    ]
    return rows + [[f"Input: {role}", f"SHA-256 {digest}"] for role, digest in origin["inputs"].items()]
