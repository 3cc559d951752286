"""Tables of plain HTML: they can be read aloud, copied and reached by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

Cell = str | Callable[[], object]
"""Words, or what draws something into the cell."""


def data_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> ui.element:
    """A table with a caption and headings of columns and rows.

    Parameters
    ----------
    caption : str
        What a screen reader says of the table; not shown, as a heading stands above it.
    columns : sequence of str
    rows : iterable of sequences
        The first cell of each names its row.

    Returns
    -------
    ui.element
        The table.
    """
    place = ui.element("div").classes("corduroy-table-place")
    place.props(f'tabindex=0 role=region aria-label="{_quoted(caption)}"')
    with place, ui.element("table").classes("corduroy-table") as table:
        TextElement(tag="caption", text=caption).classes("corduroy-hidden")
        with ui.element("thead"), ui.element("tr"):
            for column in columns:
                TextElement(tag="th", text=column).props("scope=col")
        with ui.element("tbody"):
            for row in rows:
                _row(row)
    return table


def _row(cells: Sequence[Cell]) -> None:
    with ui.element("tr"):
        for number, cell in enumerate(cells):
            tag, props = ("th", "scope=row") if number == 0 else ("td", "")
            if isinstance(cell, str):
                TextElement(tag=tag, text=cell).props(props)
            else:
                with ui.element(tag).props(props):
                    cell()


def _quoted(words: str) -> str:
    return words.replace('"', "'")
