"""What a plan's report says, as plain data: the same for the web page and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corduroy.planning.biopsy import is_of_the_patient
from corduroy.reports.content import PlacedFigure
from corduroy.reports.plan.lesion_tables import cortex_rows, likeness_rows, outside_rows, texture_rows, third_rows
from corduroy.reports.plan.section import Section, table_of
from corduroy.reports.plan.tables import (
    artery_rows,
    choice_rows,
    corridor_rows,
    evidence_rows,
    facet_rows,
    fill_rows,
    leak_rows,
    lesion_rows,
    level_rows,
    option_rows,
    score_rows,
    simulated_rows,
    source_rows,
    to_confirm_rows,
)
from corduroy.reports.plan.wording import (
    cement_words,
    corridor_words,
    laminectomy_words,
    lesion_words,
    likeness_words,
    simulated_words,
)

_INTERVAL = "± is the half-width of the 95 % interval."
_SIDES = "Left and right are the patient's."
_PAIR = ("What", "Value")


def plan_content(document: dict[str, Any], figures: Sequence[PlacedFigure]) -> dict[str, Any]:
    """Titles, sentences, tables and figures of a plan, ready for a template.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/plan/1``.
    figures : sequence of PlacedFigure
    """
    provenance = document["provenance"]
    keys = [figure.key for figure in figures]
    sections = [section for section in _sections(document, keys) if section is not None]
    return {
        "title": f"Surgical plan of {document['case']}, {document['level']}",
        "made": f"Planned {provenance['created'][:10]} by {provenance['software']} {provenance['version']}",
        "disclaimer": document["disclaimer"],
        "warnings": document["warnings"],
        "findings": _findings(document),
        "sections": [vars(section) for section in sections],
        "figures": {figure.key: vars(figure) for figure in figures},
        "notices": document["notices"],
        "provenance": _provenance(provenance),
    }


def _findings(document: dict[str, Any]) -> list[str]:
    biopsy = document["biopsy"]
    to_confirm = len(document["scores"]["to_confirm"])
    found = [
        f"Lesion: {lesion_words(document)}.",
        f"Hemangioma-like: {likeness_words(document['character'])}.",
        f"Biopsy: {biopsy['advice']} ({'; '.join(biopsy['reasons'])}).",
        f"Cement: {cement_words(document)}.",
        f"Laminectomy: {laminectomy_words(document)}.",
    ]
    found += [f"{kind}: {sentence.removesuffix('.')}." for kind, sentence in simulated_words(document)]
    found += [f"Stability, to be asked: {prompt['text']}" for prompt in document["prompts"]]
    found.append(f"{to_confirm} items of scales are to be confirmed by a person.")
    return found


def _sections(document: dict[str, Any], keys: list[str]) -> list[Section | None]:
    return [
        _solid(keys),
        _lesion(document, keys),
        _scores(document),
        _biopsy(document, keys),
        _embolization(document),
        _cement(document, keys),
        _decompression(document, keys),
        _stability(document),
        _simulation(document, "injection"),
        _simulation(document, "mechanics"),
    ]


def _solid(keys: list[str]) -> Section | None:
    return Section("In three dimensions", figures=["solid"]) if "solid" in keys else None


def _lesion(document: dict[str, Any], keys: list[str]) -> Section:
    if document["lesion"] is None:
        return Section("Lesion", [f"{document['missing']['lesion'].capitalize()}."])
    figures = [key for key in keys if key.startswith("lesion")]
    extent = table_of("Extent", f"{_INTERVAL} {_SIDES}", _PAIR, lesion_rows(document))
    if document["character"] is None:
        why = f"Grey values: {document['missing']['character']}."
        return Section("Lesion", [why], figures=figures, tables=[extent])
    words = [f"How hemangioma-like: {likeness_words(document['character'])}."]
    return Section("Lesion", words, figures=figures, tables=[extent, *_character(document["character"])])


def _character(character: dict[str, Any]) -> list[dict[str, Any]]:
    """What the grey values say, in tables."""
    outside = (
        "One phase of CT does not tell these parts from fat and muscle; with a contrasted phase they are what takes up."
    )
    columns = ("Feature", "Value", "Log odds", "Pull")
    tables = [
        table_of("Share of the thirds of the body", _INTERVAL, _PAIR, third_rows(character)),
        table_of("Stroma and columns", _INTERVAL, _PAIR, texture_rows(character)),
        table_of(
            "Cortex over the lesion",
            "Side wall and endplates of the body; the arch is not looked at. A Schmorl's node looks like a breach.",
            _PAIR,
            cortex_rows(character),
        ),
        table_of("Outside the bone, by grey values", outside, _PAIR, outside_rows(character)),
    ]
    drivers = likeness_rows(character)
    strongest = f"Strongest first. {_INTERVAL}"
    return tables + ([table_of("What drove the likeness", strongest, columns, drivers)] if drivers else [])


def _scores(document: dict[str, Any]) -> Section:
    note = "A missing item is never 0; a range is what is still possible. Nothing is mapped between scales."
    return Section(
        "Scores",
        tables=[
            table_of("Scales", note, ("Scale", "Result", "Assessed", "Version"), score_rows(document["scores"])),
            table_of(
                "Items to confirm",
                "A person decides; proposals come from imaging.",
                ("Scale", "Item", "Proposed", "Basis"),
                to_confirm_rows(document["scores"]),
            ),
        ],
    )


def _biopsy(document: dict[str, Any], keys: list[str]) -> Section:
    found = document["biopsy"]
    classes = "; ".join(entry["meaning"] for entry in found["result_classes"])
    against = found["contraindications"]
    own = [f"Against it, {text}" for text in against if is_of_the_patient(text)]
    return Section(
        "Biopsy",
        [
            f"By the rule of the index series: {found['advice']}.",
            corridor_words(document, "biopsy_corridors"),
            f"Keep the result in one of these classes: {classes}.",
            *(text if text.endswith(".") else f"{text}." for text in own),
            "Do not biopsy if (general rules; a person rules it out, no scan shows it):",
        ],
        [text for text in against if not is_of_the_patient(text)],
        [key for key in keys if key.startswith("biopsy")],
        [*_corridors(document, "biopsy_corridors"), _evidence(found)],
    )


def _embolization(document: dict[str, Any]) -> Section:
    found = document["embolization"]
    note = f"Which arteries feed the lesion is seen on the angiogram. {_SIDES}"
    columns = ("Artery", "Why", "Adamkiewicz", "Warning")
    return Section(
        "Embolization",
        [found["timing"]],
        [*found["warnings"], *(f"Write down: {item['what']} ({item['why']})." for item in found["record"])],
        tables=[table_of("Segmental arteries", note, columns, artery_rows(found)), _evidence(found)],
    )


def _cement(document: dict[str, Any], keys: list[str]) -> Section:
    found = document["augmentation"]
    words = [f"{cement_words(document)}.", corridor_words(document, "cement_corridors")]
    figures = [key for key in keys if key.startswith("cement")]
    corridors = _corridors(document, "cement_corridors")
    if found is None:
        return Section("Cement", words, figures=figures, tables=corridors)
    fill_note = (
        f"{_INTERVAL} Of the lesion: 95 % interval, wide above and open where the lesion's own reaches nothing. Above "
        "100 % of the lesion the rest goes elsewhere."
    )
    return Section(
        "Cement",
        words,
        found["warnings"],
        figures,
        [
            *corridors,
            table_of("How full", fill_note, ("Volume", "Of the body", "Of the lesion"), fill_rows(found)),
            table_of(
                "Where it could leak",
                f"Types after Yeom (10.1302/0301-620x.85b1.13026). {_SIDES}",
                ("Type", "Wall", "Side", "World RAS mm", "Basis"),
                leak_rows(found),
            ),
            table_of(
                "Cement and gelatin sponge",
                "What is chosen, and what it rests on.",
                ("Setting", "Value", "Words", "Source"),
                choice_rows(found),
            ),
            _evidence(found),
        ],
    )


def _decompression(document: dict[str, Any], keys: list[str]) -> Section:
    found = document["decompression"]
    if found is None:
        return Section("Laminectomy", [document["missing"]["decompression"]])
    note = f"Canal: narrowest section, with the resected lamina in it after. {_INTERVAL} {_SIDES}"
    columns = ("Level", "Why", "Width", "Bone removed", "Canal before", "Canal after", "Neighbours", "Lesion in canal")
    tables = [table_of("Levels", note, columns, level_rows(found))]
    for level in found["levels"]:
        facets = ("Process", "Left", "Right")
        widths = ("Width mm", "Canal mm²", "Bone ml", "Facet lost left", "Facet lost right")
        name = level["level"]
        tables.append(table_of(f"{name}: facets lost", _facet_note(level), facets, facet_rows(level)))
        tables.append(
            table_of(f"{name}: other widths", "The greater loss of both processes.", widths, option_rows(level))
        )
    notes = [f"{level['level']}: {text}" for level in found["levels"] for text in level["notes"]]
    figures = [key for key in keys if key.startswith("laminectomy")]
    return Section("Laminectomy", [], [*found["warnings"], *notes], figures, [*tables, _evidence(found)])


def _facet_note(level: dict[str, Any]) -> str:
    if not level["facets"]:
        return "The articular processes were not told apart in this label map: what is lost of them is not known."
    return "Warn above 50 % of an articular process, never forbid."


def _stability(document: dict[str, Any]) -> Section:
    prompts = [f"{prompt['text']} ({prompt['source']})" for prompt in document["prompts"]]
    return Section(
        "Stability: questions, no rules", [document["notices"][0]], prompts or ["Nothing prompts a question."]
    )


def _simulation(document: dict[str, Any], kind: str) -> Section:
    """What one simulation left beside the plan, or why it left nothing."""
    part, title = document[kind], f"Simulation: {kind}"
    if part is None:
        return Section(title, [f"{document['missing'][kind].capitalize()}."])
    numbers = table_of("Numbers", _INTERVAL, ("What", "State", "Value", "Method"), simulated_rows(part))
    tables = [table_of(t["title"], t["note"], t["columns"], t["rows"]) for t in part["tables"]]
    figures = [simulated_key(figure["file"]) for figure in part["figures"]]
    return Section(title, part["summary"], part["warnings"], figures, ([numbers] if part["values"] else []) + tables)


def simulated_key(file: str) -> str:
    """The key of a simulation's picture among the report's figures."""
    return f"simulated_{file.removesuffix('.png')}"


def _corridors(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = document[name]
    if found is None or not found["corridors"]:
        return []
    columns = ("No.", "Way", "Side", "Needle", "Depth mm", "Axial °", "Sagittal °", "Nearest", "Spare mm", "Robust")
    note = (
        "Depth from the entry. Angles against the scanner: axial, positive where the hub leans to the patient's right; "
        "sagittal, positive where it leans cranially. Spare: beyond the margin of the nearest structure. Robust: share "
        "of placements within the errors, from the bone on, that stay clear."
    )
    rows = corridor_rows(found, document["corridors_through_air"][name.removesuffix("_corridors")])
    return [
        table_of("Corridors", note, columns, rows),
        table_of(
            "Where structures are known from",
            "; ".join(found["notes"]),
            ("Known from", "Structures"),
            source_rows(found),
        ),
    ]


def _evidence(found: dict[str, Any]) -> dict[str, Any]:
    columns = ("Statement", "Source", "Strength")
    return table_of("Evidence", "How far it carries for a vertebral hemangioma.", columns, evidence_rows(found))


def _provenance(origin: dict[str, Any]) -> list[list[str]]:
    rows = [
        ["Software", f"{origin['software']} {origin['version']}, Python {origin['python']}"],
        ["Method", origin["method"]],
        ["Made", origin["created"]],
    ]
    return rows + [[f"Input: {role}", f"SHA-256 {digest}"] for role, digest in origin["inputs"].items()]
