"""An entry as `corduroy registry show` presents it: for programs a dictionary, for people lines and tables."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from corduroy.cli.tables import terminal
from corduroy.registry.record import BY_KIND
from corduroy.registry.store import Entry, Registry
from corduroy.registry.store.history import changes_in


def plain_entry(entry: Entry) -> dict[str, Any]:
    """An entry as JSON can hold it."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "parent_id": entry.parent_id,
        "version": entry.version,
        "deleted": entry.deleted,
        "record": entry.record.as_plain(),
    }


def described(source: Registry, entry_id: str) -> dict[str, Any]:
    """The entry with its children, the findings of its case and its history."""
    entry = source.entry(entry_id)
    return {
        **plain_entry(entry),
        "children": [child.id for child in source.entries(parent_id=entry_id)],
        "findings": [
            {"severity": str(found.severity), "kind": found.kind, "message": found.message}
            for found in _findings(source, entry)
        ],
        "history": [
            {
                "line": line.seq, "at": line.at, "who": line.who, "why": line.why, "action": line.action,
                "version": line.version, "changes": changes_in(line),
            }
            for line in source.history(entry_id)
        ],
    }  # fmt: skip


def _findings(source: Registry, entry: Entry) -> list[Any]:
    """Those of the case to which the entry belongs, or of the record alone where there is none."""
    case = entry.id if entry.kind == "case" else entry.parent_id if BY_KIND[entry.kind].parent == "case" else None
    if case is None or entry.deleted:
        return entry.record.doubts()
    return source.case_file(case).findings()


def print_description(found: dict[str, Any]) -> None:
    """The same for people."""
    console = terminal()
    record = BY_KIND[found["kind"]]
    belongs = f", belongs to {found['parent_id']}" if found["parent_id"] else ""
    state = ", DELETED" if found["deleted"] else ""
    console.print(Text(f"{found['id']}  {record.title}, version {found['version']}{belongs}{state}", "bold"))
    console.print(_fields(found))
    if found["children"]:
        console.print(Text(f"holds {', '.join(found['children'])}"))
    for finding in found["findings"]:
        console.print(Text(f"{finding['severity']}: {finding['message']}"))
    console.print(_history(found["history"]))


def _fields(found: dict[str, Any]) -> Table:
    """What is recorded: label, value in words, name of the field."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, item in BY_KIND[found["kind"]].items().items():
        value = found["record"][name]
        if value is None:
            continue
        words = [_word(item.choices or {}, part) for part in (value if isinstance(value, list) else [value])]
        shown = f"{', '.join(words)}{' ' + item.unit if item.unit else ''}"
        table.add_row(Text(item.label), Text(shown), Text(name, "dim"))
    return table


def _word(choices: dict[str, str], value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return choices.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))


def _history(lines: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("when (UTC)", "who", "did", "why", "what"):
        table.add_column(head, overflow="fold")
    for line in lines:
        what = "; ".join(line["changes"]) if line["action"] in ("update", "confirm") else ""
        cells = (line["at"][:19].replace("T", " "), line["who"], line["action"], line["why"], what)
        table.add_row(*(Text(cell) for cell in cells))
    return table
