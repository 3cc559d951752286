"""The series report as PDF/UA-1."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from corduroy.reports.pdf import typeset
from corduroy.reports.series.blocks import Block, Picture
from corduroy.reports.series.content import Report


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
    return {"kind": type(block).__name__, **dataclasses.asdict(block)}
