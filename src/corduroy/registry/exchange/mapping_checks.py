"""Whether a mapping speaks of records, fields and codes that exist; all mistakes are named at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from corduroy.errors import SettingsError
from corduroy.registry.exchange.cells import CellError, cell_reader
from corduroy.registry.exchange.columns import KEYS
from corduroy.registry.exchange.days import DateFormat
from corduroy.registry.exchange.mapping import TODO, Mapping, RecordMap, Source
from corduroy.registry.record import BY_KIND, Item

_MOST_TOLD = 8


def require_consistent(mapping: Mapping) -> None:
    """Check a mapping against the record's definition.

    Raises
    ------
    SettingsError
        Naming every mistake; of a draft only what is still to be replaced in it.
    """
    left = list(dict.fromkeys(_left_to_do(mapping)))
    if left:
        more = f" and {len(left) - _MOST_TOLD} more" if len(left) > _MOST_TOLD else ""
        raise SettingsError(f"{', '.join(left[:_MOST_TOLD])}{more}: {TODO} still to be replaced")
    wrong: list[str] = []
    try:
        DateFormat(mapping.dates)
    except SettingsError as error:
        # Told once, and not again of every column.
        wrong.append(f"dates: {error}")
        mapping = mapping.model_copy(update={"dates": None})
    for t, table in enumerate(mapping.tables):
        for r, record in enumerate(table.records):
            spot = f"tables[{t}].records[{r}]"
            if record.kind not in BY_KIND:
                wrong.append(f"{spot}: no record '{record.kind}'{_near(record.kind, BY_KIND)}")
            else:
                _check_fields(record, spot, mapping, wrong)
    if wrong:
        raise SettingsError(f"mapping: {'; '.join(wrong)}", "records and fields as the codebook lists them")


def _left_to_do(mapping: Mapping) -> Iterator[str]:
    """Each place where a draft's TODO stands, as a person finds it: ``dates``, ``patient.sex``."""
    head = {name: getattr(mapping, name) for name in ("dates", "encoding", "delimiter")}
    yield from (name for name, text in head.items() if text == TODO)
    for table in mapping.tables:
        yield from (name for name in ("patient", "case") if _has_todo(getattr(table, name)))
        for record in table.records:
            yield from (f"{record.kind}.{name}" for name, source in record.fields.items() if _has_todo(source))


def _has_todo(source: Source) -> bool:
    texts = (source.column, source.letter, source.value, source.unit, source.dates, source.split)
    return any(text and (text == TODO or text.endswith(f"-> {TODO}")) for text in (*texts, *source.values.values()))


def _check_fields(record: RecordMap, spot: str, mapping: Mapping, wrong: list[str]) -> None:
    items = BY_KIND[record.kind].items()
    for name, source in record.fields.items():
        if name == KEYS.get(record.kind):
            wrong.append(f"{spot}: '{name}' is fed by the table's '{record.kind}:'")
        elif name not in items:
            wrong.append(f"{spot}: no field '{name}' of '{record.kind}'{_near(name, items)}")
        else:
            wrong += [f"{spot}.{name}: {told}" for told in _source_mistakes(items[name], source, mapping)]
    needed = [name for name, item in items.items() if item.required and name != KEYS.get(record.kind)]
    missing = [name for name in needed if name not in record.fields]
    if missing:
        wrong.append(f"{spot}: '{record.kind}' needs {', '.join(missing)}")


def _source_mistakes(item: Item, source: Source, mapping: Mapping) -> list[str]:
    found = []
    if source.unit and item.kind not in ("number", "integer"):
        found.append("a unit, and the field is no number")
    if source.split and item.kind not in ("several choices", "levels"):
        found.append("'split', and the field takes one value")
    try:
        reader = cell_reader(item, source, mapping)
    except SettingsError as error:
        return [*found, str(error)]
    for text in [code for code in source.values.values() if code] + ([source.value] if source.value else []):
        try:
            reader.read(text)
        except CellError as problem:
            found.append(f"{problem.got} is not {problem.expected}")
    return found


def _near(wanted: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wanted, list(known), n=1)
    return f", is '{near[0]}' meant?" if near else ""
