"""The series report as files: the published means, the notice on every page, links that lead somewhere."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from corduroy.reports.series import write_series_report
from corduroy.reports.series.content import series_content
from corduroy.reports.series.docx import render_docx
from corduroy.reports.series.html import render_html
from corduroy.reports.series.pdf import render_pdf
from corduroy.study.cohort_file import cohort_from
from corduroy.study.origin import opened_records
from corduroy.study.results import Absence, SeriesResult
from corduroy.study.series import analyse

MADE = "2026-01-02T03:04:05+00:00"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture(scope="session")
def page(report: Path) -> str:
    return (report / "series.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "mean", ["mean 52.3 years", "mean 182.2 min", "mean 908.3 ml", "mean 49.8 months", "24.9 person-years"]
)
def test_the_printed_means_are_the_index_series(page: str, mean: str) -> None:
    assert mean in page


def test_what_was_not_seen_is_bounded(page: str) -> None:
    assert "None seen in 6 (0.0 to 45.9 % is possible): cement leak" in page
    assert "0 in 24.9 person-years (0.000 to 0.148 per year)" in page


def test_what_nobody_recorded_is_not_called_unseen(series: SeriesResult, tmp_path: Path) -> None:
    """In the page, the PDF, the document and the table; of a leak that was looked for it still is."""
    told = "none was recorded in 6 cases; whether it was looked for is not in the records"
    mute = Absence((), series.flow.cases, told)
    events = tuple(dataclasses.replace(e, absence=mute) if e.key != "leak" else e for e in series.events)
    result = dataclasses.replace(series, events=events)
    content = series_content(result, {})
    texts = [
        render_html(content, tmp_path),
        "".join(p.extract_text() for p in PdfReader(io.BytesIO(render_pdf(content, tmp_path, MADE))).pages),
        "\n".join(p.text for p in Document(io.BytesIO(render_docx(content, tmp_path, MADE))).paragraphs),
    ]
    for text in texts:
        words = " ".join(text.replace("-\n", "-").split())
        assert "No event of these kinds was recorded in 6; whether they were looked for is not in the records" in words
        assert "None seen in 6 (0.0 to 45.9 % is possible): cement leak." in words
    (table,) = [table for table in content.tables if table.key == "events"]
    assert {row[0]: row[2] for row in table.rows}["Recurrence"] == "6 not recorded"
    assert {row[0]: row[2] for row in table.rows}["Cement leak"] == "6 not seen"


def test_every_p_stands_beside_the_smallest_possible_and_none_has_a_star(report: Path) -> None:
    tests = [row for row in rows_of(report / "paired-tests.csv")[1:] if len(row) == 6]
    assert tests
    for row in tests:
        assert row[2].startswith("p ")
        assert row[3] == "2/64 = 0.03125"
        assert "*" not in "".join(row)


def test_the_page_holds_everything_it_shows(page: str) -> None:
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert "<script" not in page
    assert page.count("<svg") == page.count('role="img"') >= 6


def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) > 30
    assert set(links) <= targets


def test_the_synthetic_notice_stands_on_every_page_of_the_pdf(report: Path, series: SeriesResult) -> None:
    pdf = PdfReader(report / "series.pdf")
    start = series.notice[:30]
    assert len(pdf.pages) > 8
    assert all(start in " ".join(page.extract_text().split()) for page in pdf.pages)
    assert "<pdfuaid:part>1</pdfuaid:part>" in pdf.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]


def test_the_document_has_notice_links_and_described_figures(report: Path, series: SeriesResult) -> None:
    document = Document(str(report / "series.docx"))
    assert series.notice in document.sections[0].header.paragraphs[0].text
    body = document.element.body.xml
    anchors = set(re.findall(r'w:hyperlink w:anchor="([^"]+)"', body))
    assert anchors
    assert anchors <= set(re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', body))
    assert body.count("<wp:docPr ") == len(document.inline_shapes) == body.count("descr=")
    assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in document.tables)


def test_every_table_is_a_csv_that_a_spreadsheet_does_not_run(report: Path, page: str) -> None:
    keys = set(re.findall(r'id="table-([^"]+)"', page))
    assert keys == {path.stem for path in report.glob("*.csv")}
    for path in report.glob("*.csv"):
        for row in rows_of(path):
            assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row), path.name


def test_every_figure_is_a_vector_and_carries_the_word_synthetic(report: Path) -> None:
    drawn = {path.stem for path in report.glob("*.svg")}
    assert {"flow", "timelines", "trajectories", "pairs", "grades-frankel", "survival-recurrence"} <= drawn
    assert drawn == {path.stem for path in report.glob("*.png")}


def test_the_same_series_gives_the_same_page_and_pdf(series: SeriesResult, report: Path, tmp_path: Path) -> None:
    write_series_report(series, tmp_path / "again")
    for name in ("series.html", "series.pdf", "pairs.svg"):
        assert (tmp_path / "again" / name).read_bytes() == (report / name).read_bytes(), name


@pytest.fixture(scope="module")
def bare(series: SeriesResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a series of real patients, of whom little is recorded, with markup in its title."""
    out = tmp_path_factory.mktemp("bare")
    ethics = dataclasses.replace(series.ethics, references=())
    title = "<script>alert(1)</script> #[x] =1+1"
    write_series_report(dataclasses.replace(series, notice="", ethics=ethics, readers=(), title=title), out)
    return (out / "series.html").read_text(encoding="utf-8")


def test_real_data_carry_no_notice(bare: str) -> None:
    assert "SYNTHETIC DATA" not in bare
    assert 'class="notice"' not in bare


def test_what_is_not_recorded_is_said(bare: str) -> None:
    row = re.search(r"<td>Ethics: committee and reference</td>\s*<td>(.*?)</td>", bare)
    assert row is not None
    assert "not recorded" in row[1]
    assert "by more than one reader" in bare


def test_markup_in_a_record_stays_text(bare: str) -> None:
    assert "<script>alert" not in bare
    assert "&lt;script&gt;alert" in bare


@pytest.mark.parametrize("letter", ["ä", "“", "血", "🙂", "é", "👩‍⚕️"])
def test_letters_of_several_bytes_are_not_cut(series: SeriesResult, tmp_path: Path, letter: str) -> None:
    """Around the fortieth place of every text that comes from a person, before and after each byte of it."""
    texts = [f"{'Universitätsklinik'.ljust(36 - n, 'x')}{letter * 12}{'y' * 30}" for n in range(6)]
    words = dict(zip(("title", "citation", "note", "reader", "registry", "label"), texts, strict=True))
    provenance = dataclasses.replace(series.provenance, settings={"cohort": words})
    result = dataclasses.replace(series, title=texts[0], provenance=provenance, notice=texts[1])
    pdf = render_pdf(series_content(result, {}), tmp_path, series.provenance.created)
    assert PdfReader(io.BytesIO(pdf)).metadata.title == texts[0]  # type: ignore[union-attr]


@pytest.mark.parametrize("months", [400, 60])
def test_nobody_or_one_patient_is_a_report_too(tmp_path: Path, months: int) -> None:
    """No case is followed for 400 months, one for 60: the report says what cannot be computed."""
    cohort = cohort_from(
        {
            "title": "Hardly anybody",
            "registry": "synthetic",
            "criteria": {"min_follow_up_months": months},
            "compare": {"before": "preop", "after": "last"},
            "outcomes": ["pain_back", "frankel"],
        },
        "test",
    )
    with opened_records("synthetic", tmp_path) as records:
        result = analyse(records, cohort)
    assert result.n == (0 if months == 400 else 1)
    written = {path.name for path in write_series_report(result, tmp_path / "out")}
    assert (tmp_path / "out" / "series.pdf").read_bytes().startswith(b"%PDF")
    if months == 400:
        # Who fell out where, one sentence, and nothing empty.
        documents = {"series.html", "series.pdf", "series.docx", "contents.json"}
        assert written == {*documents, "flow.svg", "flow.png", "flow.csv", "provenance.csv"}
        page = (tmp_path / "out" / "series.html").read_text(encoding="utf-8")
        assert "None of the 6 cases in the registry fulfils the criteria" in page
        assert re.findall(r"<h2 id=\"([^\"]+)\"", page) == ["summary", "selection-of-cases", "provenance"]
        text = "".join(page.extract_text() for page in PdfReader(tmp_path / "out" / "series.pdf").pages)
        assert "SYN-06" in text
        assert "Reporting items" not in text
