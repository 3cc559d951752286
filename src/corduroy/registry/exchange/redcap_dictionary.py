"""The REDCap project that fits the record: data dictionary and repeating instruments, as REDCap imports them."""

from __future__ import annotations

import csv
from pathlib import Path

from corduroy.registry.exchange.redcap_names import RedcapField, all_fields, is_repeating
from corduroy.registry.record import RECORDS, Record

DICTIONARY_COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""The eighteen columns, in REDCap's order and wording."""

# Longer lists are easier to use as a drop-down; author's choice.
_MOST_RADIO = 7


def write_dictionary(folder: Path) -> None:
    """Write ``data_dictionary.csv`` and ``repeating_instruments.csv`` into a folder.

    The first is for *Project Setup > Data Dictionary*, the second for *Repeating instruments > Upload*.
    """
    with (folder / "data_dictionary.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, DICTIONARY_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(dictionary_row(field) for field in all_fields())
    with (folder / "repeating_instruments.csv").open("w", encoding="utf-8", newline="") as stream:
        plain = csv.writer(stream)
        plain.writerow(("form_name", "custom_form_label"))
        plain.writerows((record.kind, _instance_label(record)) for record in RECORDS if is_repeating(record))


def dictionary_row(field: RedcapField) -> dict[str, str]:
    """A field's row of the dictionary; columns that are not named stay empty, "Identifier?" among them."""
    item = field.item
    kind, validation = _type(field)
    choices = " | ".join(f"{field.codes[code]}, {label}" for code, label in (item.choices or {}).items())
    return {
        "Variable / Field Name": field.name,
        "Form Name": field.record.kind,
        "Field Type": kind,
        "Field Label": field.label,
        "Choices, Calculations, OR Slider Labels": choices,
        "Field Note": _note(field),
        "Text Validation Type OR Show Slider Number": validation,
        "Text Validation Min": _bound(item.low) if validation else "",
        "Text Validation Max": _bound(item.high) if validation else "",
        "Required Field?": "y" if item.required else "",
    }


def _type(field: RedcapField) -> tuple[str, str]:
    """Field type and validation."""
    kind = field.item.kind
    if kind == "choice":
        return ("radio" if len(field.item.choices or {}) <= _MOST_RADIO else "dropdown"), ""
    simple = {
        "several choices": ("checkbox", ""),
        "levels": ("checkbox", ""),
        "yes/no": ("yesno", ""),
        "date": ("text", "date_ymd"),
        "integer": ("text", "integer"),
        "number": ("text", "number"),
        "free text": ("notes", ""),
    }
    return simple.get(kind, ("text", ""))


def _note(field: RedcapField) -> str:
    """Unit, what is usual, what to know, and the source."""
    item = field.item
    usual = f"usual {item.usual[0]:g} to {item.usual[1]:g}" if item.usual else ""
    source = f"source: {item.source}" if item.source else ""
    unit = f"in {item.unit}" if item.unit else ""
    return "; ".join(part for part in (unit, usual, item.note, source) if part)


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _instance_label(record: type[Record]) -> str:
    """What REDCap shows beside each instance: the case, the visit and the day."""
    names = {field.item.name: field.name for field in all_fields() if field.record is record}
    return " ".join(f"[{names[name]}]" for name in ("case_no", "visit", "on") if name in names)
