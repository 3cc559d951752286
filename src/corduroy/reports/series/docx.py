"""The series report as a document that a manuscript can grow from."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from corduroy.reports.series.blocks import Block, Bullets, Paragraph, Picture, Table
from corduroy.reports.series.content import Report

_FAINT = RGBColor(0x5B, 0x64, 0x70)
_ALARM = RGBColor(0xB8, 0x43, 0x00)
_WIDE_FROM_COLUMNS = 7
_PICTURE_CM = 16.5
_TALLEST_CM = 21.0


def render_docx(report: Report, folder: Path, made: str) -> bytes:
    """The document's bytes.

    Parameters
    ----------
    report : Report
    folder : Path
        Where the figures' PNG files are.
    made : str
        ISO time that the document is dated by.
    """
    document = Document()
    _set_up(document, report, made)
    document.add_heading(report.title, level=0)
    _faint(document.add_paragraph(report.made))
    for number, section in enumerate(report.sections):
        heading = document.add_heading(section.title, level=1)
        _bookmark(heading, section.anchor, number)
        for block in section.blocks:
            _add(document, block, folder)
    _checklists(document, report)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: Any, report: Report, made: str) -> None:
    """Page, type, and what stands on every page."""
    page = document.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.0)
    page.top_margin = page.bottom_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    properties = document.core_properties
    properties.title, properties.language, properties.author = report.title, "en", "Corduroy"
    properties.created = properties.modified = datetime.fromisoformat(made).replace(tzinfo=None)
    header, footer = page.header.paragraphs[0], page.footer.paragraphs[0]
    if report.notice:
        run = header.add_run(report.notice)
        run.bold, run.font.color.rgb, run.font.size = True, _ALARM, Pt(9)
    _faint(footer, "Research software, not a medical device. Not for diagnosis or treatment decisions.   ")
    _field(footer, "PAGE")
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _add(document: Any, block: Block, folder: Path) -> None:
    if isinstance(block, Paragraph):
        document.add_paragraph(block.text)
    elif isinstance(block, Bullets):
        for entry in block.entries:
            document.add_paragraph(entry, style="List Bullet")
    elif isinstance(block, Table):
        _table(document, block)
    else:
        _picture(document, block, folder)


def _table(document: Any, block: Table) -> None:
    title = document.add_paragraph()
    title.add_run(block.title).bold = True
    title.paragraph_format.keep_with_next = True
    size = Pt(7.5 if len(block.columns) >= _WIDE_FROM_COLUMNS else 8.5)
    grid = _grid(document, block.columns, block.rows, size)
    for row in grid.rows:
        for cell in row.cells[1:]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT
    for note in block.notes:
        _faint(document.add_paragraph(note))


def _grid(document: Any, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], size: Any) -> Any:
    """A table whose head is repeated on every page that it runs over."""
    grid = document.add_table(rows=1 + len(rows), cols=len(columns), style="Light List")
    # Cells are gathered once: python-docx finds them anew at every look, which is slow for long tables.
    cells = grid._cells
    for place, text in enumerate((*columns, *(cell for row in rows for cell in row))):
        paragraph = cells[place].paragraphs[0]
        run = paragraph.add_run(text)
        run.font.size = size
        run.bold = place < len(columns) or None
        paragraph.paragraph_format.space_after = Pt(1)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    return grid


def _picture(document: Any, block: Picture, folder: Path) -> None:
    shape = document.add_picture(str(folder / f"{block.key}.png"))
    share = min(Cm(_PICTURE_CM) / shape.width, Cm(_TALLEST_CM) / shape.height, 1.0)
    shape.width, shape.height = int(shape.width * share), int(shape.height * share)
    shape._inline.docPr.set("descr", block.alt)
    shape._inline.docPr.set("title", block.key)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _faint(document.add_paragraph(block.caption))


def _checklists(document: Any, report: Report) -> None:
    if report.checklists:
        document.add_heading("Reporting items", level=1)
    for title, items in report.checklists:
        document.add_heading(title, level=2)
        grid = _grid(document, ("item", "topic", "where"), tuple((i.number, i.topic, "") for i in items), Pt(8.5))
        cells = grid._cells
        for row, item in enumerate(items, start=1):
            paragraph = cells[3 * row + 2].paragraphs[0]
            anchor = report.anchor_of(item.answer)
            if anchor is None:
                run = paragraph.add_run(item.answer)
                run.italic, run.font.size = True, Pt(8.5)
            else:
                _link(paragraph, anchor, item.answer)


def _faint(paragraph: Any, text: str = "") -> None:
    if text:
        paragraph.add_run(text)
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8.5), _FAINT


def _bookmark(paragraph: Any, name: str, number: int) -> None:
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), _bookmark_name(name))
        paragraph._p.append(mark)


def _link(paragraph: Any, anchor: str, text: str) -> None:
    """A link within the document; python-docx makes none itself."""
    run = paragraph.add_run(text)
    run.font.size, run.font.underline = Pt(8.5), True
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), _bookmark_name(anchor))
    link.append(run._r)
    paragraph._p.append(link)


def _bookmark_name(anchor: str) -> str:
    """Word allows 40 characters, letters, digits and underscores."""
    return anchor.replace("-", "_")[:40]


def _field(paragraph: Any, name: str) -> None:
    """A field that Word fills in: the page's number."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)
