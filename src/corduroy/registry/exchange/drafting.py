"""A first draft of a mapping file from a sheet's headings. It only suggests; a person edits it before anything is read.

What cannot be known is written as TODO, which the import refuses by name: a draft never passes unread.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from corduroy.registry.exchange.cells import cell_reader, stripped
from corduroy.registry.exchange.mapping import FORM, TODO, Manner, Source
from corduroy.registry.exchange.sheets import Cell, Sheet, read_sheets
from corduroy.registry.record import BY_KIND, RECORDS, Item
from corduroy.registry.record.choices import Visit
from corduroy.scales import PainUnit

# How alike a heading and a field's name or label must be; author's choice: below it suggestions were mostly wrong.
_ALIKE = 0.72
_PSEUDONYM = ("pseudonym", "id", "patient", "patient id", "record id", "study id", "code", "case id", "subject")
_CASE = ("case", "case no", "case nr", "case number", "lesion", "lesion no", "lesion nr", "lesion number")
# What sheets often call a field whose label is not like it at all.
_ALSO_CALLED: dict[tuple[str, str], tuple[str, ...]] = {
    ("patient", "sex"): ("gender",),
    ("patient", "birth_year"): ("born", "yob", "birth year"),
    ("case", "levels"): ("level", "levels", "segment"),
    ("assessment", "on"): ("date", "visit date"),
    ("assessment", "pain_back"): ("vas", "nrs", "vas back", "pain"),
    ("assessment", "pain_leg"): ("vas leg", "nrs leg"),
    ("operation", "on"): ("op", "op date", "operation date", "surgery", "surgery date"),
    ("operation", "duration_min"): ("operation time", "op time", "or time"),
    ("operation", "blood_loss_ml"): ("ebl", "estimated blood loss"),
}
# Which planned visit these are, no heading says: one group of fields each, and the visit is left to a person.
_AFTER, _LAST = "after surgery", "last follow-up"
_VISIT_WORDS: dict[str, tuple[str, ...]] = {
    Visit.PREOPERATIVE: ("preoperative", "preop", "pre op", "before", "baseline", "pre"),
    Visit.DISCHARGE: ("discharge",),
    Visit.WEEK_6: ("6 weeks", "6w", "w6", "6 wk"),
    Visit.MONTH_3: ("3 months", "3m", "m3", "3 mo"),
    Visit.MONTH_6: ("6 months", "6m", "m6", "6 mo"),
    Visit.MONTH_12: ("12 months", "1 year", "12m", "m12", "1y", "12 mo"),
    Visit.MONTH_24: ("24 months", "2 years", "24m", "m24", "2y", "24 mo"),
    Visit.MONTH_36: ("36 months", "3 years", "36m", "m36", "3y", "36 mo"),
    _AFTER: ("postoperative", "postop", "post op", "post"),
    _LAST: ("final follow up", "last follow up", "final", "last", "latest"),
}
_UNIT = re.compile(r"[(\[]\s*([A-Za-z%]{1,4})\s*[)\]]\s*$")
_UNITS = ("mm", "cm", "m", "ml", "l", "dl", "min", "h", "d", "mg", "g", "%")
_DATE_TEXT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", re.ASCII)
# Three digits after a sign may be thousands: these say nothing of the decimal sign.
_DECIMALS = {sign: re.compile(rf"[+-]?\d+{re.escape(sign)}(?:\d{{1,2}}|\d{{4,}})", re.ASCII) for sign in ".,"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,])\d{3}", re.ASCII)
_MOST_WORDS = 12


@dataclass
class _Suggestion:
    """The fields that a record is likely to take from a sheet; one for each visit."""

    kind: str
    visit: str | None
    fields: dict[str, dict[str, object]] = field(default_factory=dict)


def draft_mapping(path: Path) -> str:
    """A mapping file for a sheet, with TODO where a person has to decide.

    Parameters
    ----------
    path : Path
        CSV or XLSX; the first filled row of each sheet is taken for the headings.

    Returns
    -------
    str
        YAML.

    Raises
    ------
    FileFormatError
        If the file cannot be opened.
    """
    file = read_sheets(path)
    tables: list[dict[str, object]] = []
    unknown: list[str] = []
    texts: list[str] = []
    for sheet in file.sheets.values():
        drafted = _table(sheet, with_name=len(file.sheets) > 1, unknown=unknown)
        if drafted is not None:
            tables.append(drafted)
            texts += [stripped(cell) for row in sheet.rows for cell in row if isinstance(cell, str)]
    head: dict[str, object] = {"form": FORM, **_signs(texts), "missing": ["n/a", "NA", "-"]}
    if any(_DATE_TEXT.fullmatch(text) for text in texts):
        head["dates"] = TODO
    body = yaml.safe_dump({**head, "tables": tables}, sort_keys=False, allow_unicode=True, width=120)
    return _comments(unknown) + body


def _signs(texts: list[str]) -> dict[str, object]:
    """The decimal sign that the cells show, where they show only one; and whether there are thousands signs."""
    shown = [sign for sign, pattern in _DECIMALS.items() if any(map(pattern.fullmatch, texts))]
    groups = {match[1] for text in texts if (match := _THOUSANDS.fullmatch(text))}
    if len(shown) > 1 or (groups and not shown):
        return {"decimal": TODO}
    decimal = shown[0] if shown else "."
    return {"decimal": decimal, **({"thousands": TODO} if groups - {decimal} else {})}


def _comments(unknown: list[str]) -> str:
    lines = [
        "# A draft. Look at every line; replace each TODO or delete its line. Nothing is read before that.",
        "# dates: how dates are written as texts, e.g. DD.MM.YYYY or MM/DD/YYYY. decimal: '.' or ','.",
        "# thousands: '.' or ',' in numbers written as texts. unit: the sheet's unit; it is converted to the field's.",
        f"# visit: one of {', '.join(Visit)}; what 'post' and 'last' stand for, only you know.",
        f"# pain_unit: one of {', '.join(PainUnit)}.",
    ]
    if unknown:
        lines.append("# Columns for which no field was found: " + ", ".join(unknown))
    return "\n".join(line.replace("\n", " ") for line in lines) + "\n"


def _table(sheet: Sheet, with_name: bool, unknown: list[str]) -> dict[str, object] | None:
    header_row = next((n for n, row in enumerate(sheet.rows, start=1) if any(_text(cell) for cell in row)), None)
    if header_row is None:
        return None
    headings = [_text(cell) for cell in sheet.rows[header_row - 1]]
    columns = {heading: _values(sheet, header_row, place) for place, heading in enumerate(headings) if heading}
    patient = next((heading for heading in columns if _plain(heading) in _PSEUDONYM), None)
    case = next((name for name, values in columns.items() if _plain(name) in _CASE and _are_whole(values)), None)
    found: dict[tuple[str, str | None], _Suggestion] = {}
    for heading, values in columns.items():
        if heading not in (patient, case) and not _suggest(heading, values, found):
            unknown.append(heading)
    table: dict[str, object] = {"sheet": sheet.name} if with_name else {}
    if header_row > 1:
        table["header_row"] = header_row
    keys = {"patient": patient or TODO, **({"case": case} if case else {})}
    return {**table, **keys, "records": _records(found)}


def _records(found: dict[tuple[str, str | None], _Suggestion]) -> list[dict[str, object]]:
    """Patient and case are always there; what a record needs and no heading offered is a TODO."""
    for kind in ("patient", "case"):
        found.setdefault((kind, None), _Suggestion(kind, None))
    order = [record.kind for record in RECORDS]
    records: list[dict[str, object]] = []
    for suggestion in sorted(found.values(), key=lambda one: order.index(one.kind)):
        fields: dict[str, object] = {}
        for name, item in BY_KIND[suggestion.kind].items().items():
            if name == "visit" and suggestion.visit:
                fields[name] = {"value": TODO if suggestion.visit in (_AFTER, _LAST) else str(suggestion.visit)}
            elif name in suggestion.fields:
                fields[name] = suggestion.fields[name]
            elif item.required and name not in ("pseudonym", "case_no"):
                fields[name] = {"column": TODO}
            elif name == "pain_unit" and {"pain_back", "pain_leg"} & set(suggestion.fields):
                fields[name] = {"value": TODO}
        records.append({"kind": suggestion.kind, "fields": fields})
    return records


def _suggest(heading: str, values: list[str], found: dict[tuple[str, str | None], _Suggestion]) -> bool:
    """Give a heading to the field that it is most like; False if it is like none."""
    unit = _UNIT.search(heading)
    plain = _plain(heading[: unit.start()] if unit else heading)
    visit, rest = _visit(plain)
    best = max(
        ((_alike(rest or plain, kind, item), kind, name)
         for kind, record in BY_KIND.items() for name, item in record.items().items()
         if name not in ("pseudonym", "case_no", "visit") and bool(visit) <= ("visit" in record.items())
         and _may_hold(item, values)),
        default=(0.0, "", ""), key=lambda one: one[0],
    )  # fmt: skip
    score, kind, name = best
    if score < _ALIKE:
        return False
    item = BY_KIND[kind].items()[name]
    needs_visit = "visit" in BY_KIND[kind].items()
    suggestion = found.setdefault((kind, visit if needs_visit else None), _Suggestion(kind, visit))
    if name in suggestion.fields:
        return False
    suggestion.fields[name] = _source(heading, item, values, unit[1] if unit else "")
    return True


def _may_hold(item: Item, values: list[str]) -> bool:
    """Whether most cells look like what the field takes: words are no amounts and no days."""
    if item.kind not in ("number", "integer", "date"):
        return True
    return 2 * sum(text[:1] in "+-" or text[:1].isdigit() for text in values) >= len(values)


def _are_whole(values: list[str]) -> bool:
    return all(re.fullmatch(r"\d+(?:\.0)?", text, re.ASCII) for text in values)


def _source(heading: str, item: Item, values: list[str], unit: str) -> dict[str, object]:
    source: dict[str, object] = {"column": heading}
    if unit.lower() in _UNITS and item.kind in ("number", "integer") and unit.lower() != item.unit:
        source["unit"] = unit.lower() if item.unit else f"{unit.lower()} -> {TODO}"
    if item.kind in ("choice", "yes/no"):
        reader = cell_reader(item, Source(value=""), Manner())
        words = [word for word in dict.fromkeys(values) if not reader.takes(word)]
        if 0 < len(words) <= _MOST_WORDS:
            source["values"] = dict.fromkeys(words, TODO)
    return source


def _alike(heading: str, kind: str, item: Item) -> float:
    label = _plain(item.label)
    names = (item.name.replace("_", " "), label, f"{_plain(BY_KIND[kind].title)} {label}")
    known = _ALSO_CALLED.get((kind, item.name), ())
    return max(difflib.SequenceMatcher(None, heading, name).ratio() for name in (*names, *known))


def _visit(plain: str) -> tuple[str | None, str]:
    """The visit that a heading names, and the heading without it."""
    for visit, words in _VISIT_WORDS.items():
        for word in words:
            match = re.search(rf"(?:^| ){re.escape(word)}(?: |$)", plain)
            if match:
                return visit, f"{plain[: match.start()]} {plain[match.end() :]}".strip()
    return None, plain


def _values(sheet: Sheet, header_row: int, place: int) -> list[str]:
    cells = (row[place] for row in sheet.rows[header_row:] if place < len(row))
    return [text for cell in cells if (text := _text(cell))]


def _text(cell: Cell) -> str:
    return stripped(str(cell)) if isinstance(cell, str | int | float) else ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", text.casefold()).split())
