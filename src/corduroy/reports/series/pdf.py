"""The series report as PDF/UA-1."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from corduroy.reports.pdf import typeset
from corduroy.reports.series.blocks import Block, Picture, Table
from corduroy.reports.series.content import Report

_NARROW_CHARACTERS = 9


def render_pdf(report: Report, folder: Path, made: str) -> bytes:
    """The PDF file's bytes.

    Parameters
    ----------
    report : Report
    folder : Path
        Where the figures' SVG files are.
    made : str
        ISO time that the document is dated by.
    """
    pictures = [b for section in report.sections for b in section.blocks if isinstance(b, Picture)]
    content = {
        "title": report.title,
        "made": report.made,
        "notice": report.notice,
        "sections": [
            {"title": s.title, "anchor": s.anchor, "blocks": [_plain(block) for block in s.blocks]}
            for s in report.sections
        ],
        "checklists": [
            {
                "title": title,
                "items": [dataclasses.asdict(item) | {"anchor": report.anchor_of(item.answer)} for item in items],
            }
            for title, items in report.checklists
        ],
    }
    return typeset("series.typ", content, [folder / f"{picture.key}.svg" for picture in pictures], made)


def _plain(block: Block) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": type(block).__name__, **dataclasses.asdict(block)}
    if isinstance(block, Table):
        plain["narrow"] = [_is_narrow(block, place) for place in range(len(block.columns))]
    return plain


def _is_narrow(table: Table, place: int) -> bool:
    """Whether a column holds nothing long, so that it needs no share of the width."""
    texts = (table.columns[place], *(row[place] for row in table.rows))
    return place > 0 and max(len(text) for text in texts) <= _NARROW_CHARACTERS
