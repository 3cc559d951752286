"""What the report of an injection says, as plain data: the same for the web page and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corduroy.pipeline.injection_part import chance_words, leak_table, percent, summary_of, what_if_table
from corduroy.planning.simulated import SimulatedTable
from corduroy.reports.content import PlacedFigure

Rows = list[list[str]]


def injection_content(document: dict[str, Any], figures: Sequence[PlacedFigure]) -> dict[str, Any]:
    """Titles, sentences, tables and figures of an injection, ready for a template.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/injection/1``.
    figures : sequence of PlacedFigure
    """
    origin = document["provenance"]
    keys = {figure.key for figure in figures}
    sections = [_fill(document), _leaks(document), _matters(document), _what_if(document), _inputs(document), _limits()]
    for section in sections:
        section["figures"] = [key for key in section["figures"] if key in keys]
    return {
        "title": f"Injection of {document['case']}, {document['level']}",
        "made": f"Computed from the plan of {origin['created'][:10]} by {origin['software']} {origin['version']}",
        "disclaimer": document["disclaimer"],
        "warnings": document["warnings"],
        "findings": summary_of(document),
        "sections": [section for section in sections if section["tables"] or section["paragraphs"]],
        "figures": {figure.key: vars(figure) for figure in figures},
        "provenance": _provenance(document),
    }


def _section(title: str, paragraphs: list[str], figures: list[str], tables: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "paragraphs": paragraphs, "figures": figures, "tables": tables}


def _table(table: SimulatedTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
    }


def _rows(title: str, note: str, columns: tuple[str, ...], rows: Rows) -> dict[str, Any]:
    return {"title": title, "note": note, "columns": list(columns), "rows": rows}


def _fill(document: dict[str, Any]) -> dict[str, Any]:
    found, ensemble = document["planned"], document["ensemble"]
    rows = [
        [
            "Injected",
            f"{found['injected_ml']:.2f} ml in {found['duration_s']:.0f} s",
            _spread(ensemble, "given_ml", 1.0, "ml"),
        ],
        ["Leaked", f"{found['leaked_ml']:.2f} ml", ""],
        ["Filled, of the lesion's pores", _share(found["of_lesion"]), _spread(ensemble, "of_lesion", 100.0, "%")],
        ["Filled, of the body's pores", _share(found["of_body"]), _spread(ensemble, "of_body", 100.0, "%")],
        ["Near the superior endplate", _share(found["superior_contact"]), ""],
        ["Near the inferior endplate", _share(found["inferior_contact"]), ""],
        ["On the patient's right", _share(found["right_share"]), ""],
        [
            "Largest pressure in the syringe",
            f"{found['largest_syringe_mpa']:.2f} MPa",
            _spread(ensemble, "largest_syringe_mpa", 1.0, "MPa"),
        ],
        ["Largest force on the plunger", f"{found['largest_plunger_n']:.0f} N", ""],
        ["It ended because", found["stop"]["words"], ""],
    ]
    columns = ("What", "Middle of all inputs", "Members: median and middle 90 %")
    note = "Members: what is given before the surgeon stops at a watched leak, or pressure or curing ends it."
    return _section(
        "The fill", [], ["series", "solid", "probability", "pressure"], [_rows("The injection", note, columns, rows)]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _spread(ensemble: dict[str, Any] | None, name: str, factor: float, unit: str) -> str:
    if ensemble is None or ensemble[name] is None:
        return ""
    digits = 0 if unit == "%" else 2
    low, high = (factor * bound for bound in ensemble[name]["range_90"])
    return f"{factor * ensemble[name]['median']:.{digits}f} ({low:.{digits}f}–{high:.{digits}f}) {unit}"


def _leaks(document: dict[str, Any]) -> dict[str, Any]:
    tables = [_table(leak_table(document))]
    ensemble = document["ensemble"]
    if ensemble is not None:
        rows = [[f"Type {kind}", chance_words(chance)] for kind, chance in ensemble["by_type"].items()]
        rows += [["Any", chance_words(ensemble["any"])], ["That stops it", chance_words(ensemble["watched"])]]
        watched = ", ".join(row["site"] for row in document["leaks"] if row["stops"]) or "nothing"
        note = f"All of the volume injected; percent with 95 % interval. The surgeon stops at leaks through: {watched}."
        tables.append(_rows("By Yeom's types", note, ("Leak", "Chance %"), rows))
    words = (
        "Chances are shares of the drawn bodies. They are as good as the spread of the inputs below; veins lie where "
        "they lie in every vertebra and were not seen on this scan."
    )
    return _section("Leaks", [words], ["leaks"], tables)


def _matters(document: dict[str, Any]) -> dict[str, Any]:
    found = document["sensitivity"]
    if found is None:
        return _section("What matters", [], [], [])
    rows = []
    for answer, ranked in found["answers"].items():
        told = [f"{each['words']} ({each['correlation']:+.2f})" for each in ranked if each["told_from_zero"]]
        rows.append([answer, "; ".join(told[:3]) or "none that can be told from zero"])
    note = f"{found['method']}. Only inputs whose interval leaves zero out, at most three."
    return _section("What matters", [], ["sensitivity"], [_rows("Strongest inputs", note, ("Answer", "Inputs"), rows)])


def _what_if(document: dict[str, Any]) -> dict[str, Any]:
    if document["what_if"] is None:
        return _section("What if", [], [], [])
    return _section("What if", [], ["trade"], [_table(what_if_table(document))])


def _inputs(document: dict[str, Any]) -> dict[str, Any]:
    dose, spread, middle = document["dose"], document["inputs"]["spread"], document["inputs"]["middle"]
    given = [
        ["Cement", f"{dose['cement']['name']} ({dose['cement']['source']})"],
        ["Volume and rate", f"{dose['volume_ml']:g} ml at {dose['rate_ml_s']:g} ml/s"],
        ["From mixing", f"{dose['minutes_from_mixing']:g} min"],
        ["Gelatin sponge", f"{dose['gelatin_percent']:g} % in the mixture, {dose['gelatin_before_ml']:g} ml before"],
        ["Cannulas", f"{len(dose['cannulas'])}, bore {dose['cannulas'][0]['bore_mm']:.1f} mm"],
        ["Pressure limit", f"{dose['pressure_limit_mpa']:g} MPa in the syringe"],
    ]
    names = {
        "permeability_m2": "Permeability of bone of porosity 0.9, m²",
        "lacuna_mm": "Width of the lesion's vascular spaces, mm",
        "viscosity": "Factor on the cement's curve",
        "breach": "Factor on a measured breach (squared: on an assumed one)",
        "vein": "Factor on the veins' diameters",
    }
    unknown = [[words, f"{middle[k]:.2g}", f"{spread[k][0]:g} to {spread[k][1]:g}"] for k, words in names.items()]
    unknown += [
        ["Cannula's tip, mm", "as planned", f"within ± {spread['placement_mm']:g} (95 %)"],
        [
            "Texture of the permeability, decades",
            "none",
            f"SD {spread['texture_decades']:g} over {spread['texture_mm']:g} mm",
        ],
    ]
    volumes = document["volumes_ml"]
    sizes = [
        [part.capitalize(), f"{volumes[part]:.1f} ml", f"{volumes[f'{part}_pores']:.1f} ml"]
        for part in ("body", "lesion", "bone")
    ]
    note = f"Voxels of {document['voxel_mm']:g} mm. Bone: body and pedicles, all that cement can reach."
    return _section(
        "What went in",
        [],
        [],
        [
            _rows("The recipe", "", ("What", "Value"), given),
            _rows("What is not known", "Sources: docs/injection.md.", ("Input", "Middle", "Spread"), unknown),
            _rows("Volumes in the model", note, ("Part", "Volume", "Pores"), sizes),
        ],
    )


def _limits() -> dict[str, Any]:
    return _section(
        "Limits",
        [
            "Permeability of bone is known to two or three orders of magnitude, so pressures are too; where cement "
            "goes hangs on ratios within the body. Gravity, capillarity and the motion of bone are left out. No chance "
            "shown here was checked against leaks in patients."
        ],
        [],
        [],
    )


def _provenance(document: dict[str, Any]) -> Rows:
    origin = document["provenance"]
    plain = (str, int, float)
    rows = [
        ["Software", f"{origin['software']} {origin['version']}, Python {origin['python']}"],
        ["Plan made", origin["created"]],
        ["Settings", ", ".join(f"{name} {v}" for name, v in origin["settings"].items() if isinstance(v, plain))],
    ]
    return rows + [[f"Input: {role}", f"SHA-256 {digest}"] for role, digest in origin["inputs"].items()]
