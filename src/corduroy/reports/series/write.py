"""The report of a series: web page, PDF, document, figures, and every table as CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

from corduroy.pipeline.files import filling
from corduroy.reports.series.blocks import Table
from corduroy.reports.series.content import Report, series_content
from corduroy.reports.series.docx import render_docx
from corduroy.reports.series.html import render_html
from corduroy.reports.series.pdf import render_pdf
from corduroy.reports.series.pictures import write_pictures
from corduroy.study.results import SeriesResult

HTML_NAME, PDF_NAME, DOCX_NAME = "series.html", "series.pdf", "series.docx"
CONTENTS_NAME = "contents.json"
"""The sections before any file format, for programs that show them in their own way: the web page of a study."""
_SPREADSHEET_FORMULA = ("=", "+", "@", "\t", "\r")


def write_series_report(result: SeriesResult, out: Path) -> list[Path]:
    """Write the report of a series into a folder.

    Parameters
    ----------
    result : SeriesResult
    out : Path
        Made if it is not there; other files in it stay.

    Returns
    -------
    list of Path
        ``series.html``, ``series.pdf``, ``series.docx``, then ``contents.json``, the figures (SVG and PNG) and the
        tables (CSV). All appear together or, on an error, none.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    with filling(out) as folder:
        report = series_content(result, write_pictures(result, folder))
        made = result.provenance.created
        (folder / HTML_NAME).write_text(render_html(report, folder), encoding="utf-8")
        (folder / PDF_NAME).write_bytes(render_pdf(report, folder, made))
        (folder / DOCX_NAME).write_bytes(render_docx(report, folder, made))
        (folder / CONTENTS_NAME).write_text(_contents(report), encoding="utf-8")
        for table in report.tables:
            _write_csv(table, report, folder / f"{table.key}.csv")
        names = sorted(path.name for path in folder.iterdir())
    first = [HTML_NAME, PDF_NAME, DOCX_NAME]
    return [out / name for name in (*first, *(name for name in names if name not in first))]


def _contents(report: Report) -> str:
    """Title, notice and sections; each block says what it is."""
    sections = [
        {
            "title": section.title,
            "blocks": [{"kind": type(block).__name__.lower(), **asdict(block)} for block in section.blocks],
        }
        for section in report.sections
    ]
    return json.dumps({"title": report.title, "notice": report.notice, "sections": sections}, indent=1)


def _write_csv(table: Table, report: Report, path: Path) -> None:
    """The table with its notes below; a cell that a spreadsheet would run is quoted by an apostrophe."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        writer.writerows([_inert(cell) for cell in row] for row in table.rows)
        for note in (*table.notes, report.notice):
            if note:
                writer.writerow([_inert(note)])


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_SPREADSHEET_FORMULA) else cell
