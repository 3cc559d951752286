from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.case import write_case_report
from corduroy.reports.content import case_content
from corduroy.reports.wording import DISCLAIMER


class Page(HTMLParser):
    """Collects what the checks need of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(measurement: SpineMeasurement, images: CaseImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report")
    write_case_report(measurement, images, place)
    return place


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_page_holds_all_it_shows(html: str) -> None:
    page = Page(html)
    sources = [a.get("src") or "" for a in page.all("img")]
    assert len(sources) == 3
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not page.all("script")
    assert not page.all("link")
    outside = set(re.findall(r'(?:src|href|url\()\s*=?\s*"?(https?:[^")\s]+)', html))
    assert not outside


def test_the_page_can_be_read_aloud(html: str) -> None:
    page = Page(html)
    assert page.all("html")[0]["lang"] == "en"
    assert all(a.get("alt") for a in page.all("img"))
    assert page.all("svg")[0]["aria-label"]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(a.get("scope") for a in page.all("th"))


def test_warnings_stand_above_the_findings_and_the_disclaimer_in_the_footer(html: str) -> None:
    assert html.index("slice 14 is missing") < html.index("T12: wedge, Genant 2 (moderate)")
    assert DISCLAIMER in html[html.index("<footer>") :]


def test_numbers_come_with_their_uncertainty_and_what_is_missing_is_a_dash(html: str) -> None:
    assert "16.3 ± 0.4" in html
    assert "196 ± 9" in html
    row = html[html.index('<th scope="row">T10</th>', html.index("Regional Cobb angle</th>")) :]
    assert "<td>–</td>" in row[: row.index("</tr>")]
    assert "touches border" in html


def test_the_axial_caption_says_why_this_level(html: str) -> None:
    assert "Across the canal at T12, narrowed most against its neighbours." in html


def test_a_reading_of_points_is_explained_as_such(measurement: SpineMeasurement) -> None:
    origin = replace(measurement.provenance, settings={"placement_sd_mm": 0.42})
    told = case_content(replace(measurement, provenance=origin), "points", [])["methods"]
    assert [m["term"] for m in told].count("Canal") == 0
    assert "that the reader set" in next(m["text"] for m in told if m["term"] == "Heights")
    assert "fitted endplates" not in " ".join(m["text"] for m in told)


def test_a_name_cannot_smuggle_markup(measurement: SpineMeasurement, tmp_path: Path) -> None:
    hostile = CaseImages('<script>alert(1)</script>#let x = read("/etc/passwd")')
    warned = replace(measurement, warnings=("<img src=x onerror=alert(1)>",))
    write_case_report(warned, hostile, tmp_path)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not page.all("script")
    assert not page.all("img")
    text = "".join(p.extract_text() for p in PdfReader(tmp_path / "report.pdf").pages)
    assert "alert(1)" in text


def test_the_pdf_is_tagged_titled_and_says_its_standard(folder: Path) -> None:
    reader = PdfReader(folder / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Vertebral morphometry of sub-drawn_ses-preop"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    text = "".join(page.extract_text() for page in reader.pages)
    assert "16.3 ± 0.4" in text
    assert DISCLAIMER in text


def test_every_picture_of_the_pdf_has_its_words(folder: Path) -> None:
    reader = PdfReader(folder / "report.pdf")
    alts = [
        o["/Alt"]
        for n in range(1, len(reader.xref_objStm) + len(reader.xref.get(0, {})) + 1)
        if isinstance(o := reader.get_object(n), dict) and o.get("/S") == "/Figure" and "/Alt" in o
    ]
    assert len(alts) == 4


def test_the_same_measurement_gives_the_same_bytes(
    folder: Path, measurement: SpineMeasurement, images: CaseImages, tmp_path: Path
) -> None:
    write_case_report(measurement, images, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in folder.iterdir())
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_spine_of_which_little_was_measured_still_has_its_report(
    measurement: SpineMeasurement, images: CaseImages, tmp_path: Path
) -> None:
    bare = tuple(
        replace(
            v,
            heights=dict.fromkeys(v.heights),
            height_loss=dict.fromkeys(v.heights),
            reference_heights=dict.fromkeys(v.heights),
            genant_grade=None,
            deformity=None,
            landmarks=None,
        )
        for v in measurement.vertebrae
    )
    write_case_report(replace(measurement, vertebrae=bare), images, tmp_path)
    assert "Not graded: T10, T11, T12, L1, L2" in (tmp_path / "report.html").read_text(encoding="utf-8")
