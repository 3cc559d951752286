"""A radiograph is measured in a real browser: its side is stated, six points give back the heights that were drawn."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.web_server import RunningServer
from corduroy.registry.record import Patient, TreatedCase, Visit
from corduroy.web.scans import PartRole
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
from tests.imaging.films import (
    COLUMNS,
    HEIGHTS_MM,
    MAGNIFICATION,
    POINTS_MM,
    SPACING_MM,
    WEDGE_DEG,
    dicom,
    film,
    picture,
)
from tests.web.browsing import LAPTOP, needs_chromium, new_page, opened, require_accessible, shot

pytestmark = needs_chromium

CENTRE_MM = (80.0, 115.0)
MEASURED = ".corduroy-table-place[aria-label=Measured]"


@dataclass(frozen=True)
class Films:
    """A server with a case that has two radiographs."""

    url: str
    case: str
    dicom: str
    png: str
    unnamed: str


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Films]:
    """Both hang with anterior on the right, and neither says so."""
    folder = tmp_path_factory.mktemp("films")
    turned = film(anterior="right")
    with Workbench(ServerSettings(folder=folder / "workbench")) as bench:
        with bench.registry.transaction(who="R1", why="for a test") as change:
            patient = change.add(Patient(pseudonym="P-001", sex="female", birth_year=1960))
            case = change.add(TreatedCase(case_no=1, levels=("T12",), aggressive=True), patient.id)
        ids = {}
        for name, content in {"dicom": dicom(turned, PatientOrientation=None), "png": picture(turned)}.items():
            ids[name] = bench.scans.add(case.id, Visit.PREOPERATIVE, f"Lateral, {name}", "R1").id
            (folder / name).write_bytes(content)
            bench.scans.keep_file(ids[name], PartRole.RADIOGRAPH, folder / name, "R1")
        ids["unnamed"] = bench.scans.add(case.id, Visit.PREOPERATIVE, "CT", "R1").id
        (folder / "unnamed").write_bytes(picture(turned))
        bench.scans.keep_file(ids["unnamed"], PartRole.RADIOGRAPH, folder / "unnamed", "R1")
    with RunningServer(folder / "workbench", workers=0) as server:
        yield Films(server.url, case.id, **ids)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with new_page(browser) as one:
        yield one


def place(page: Any, x: float, y: float) -> tuple[float, float]:
    """Where a point of the drawing is on the screen."""
    found = page.evaluate(
        "([x, y]) => { const svg = document.querySelector('.corduroy-points svg');"
        " const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()); return [at.x, at.y]; }",
        [x, y],
    )
    return found[0], found[1]


def come_nearer(page: Any, x: float, y: float, times: int) -> None:
    """Ctrl and the wheel, so that a pixel of the screen is a fraction of a millimetre."""
    page.locator(".corduroy-points svg").scroll_into_view_if_needed()
    page.mouse.move(*place(page, x, y))
    page.keyboard.down("Control")
    for _ in range(times):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(100)
    page.keyboard.up("Control")


def set_points(page: Any, across: float, down: float) -> None:
    """Click all six, in drawing units for each millimetre."""
    for x, y in POINTS_MM.values():
        page.mouse.click(*place(page, x * across, y * down))
    page.get_by_text("All points are set.").wait_for()


def values(page: Any) -> list[float]:
    """Anterior, middle, posterior height and wedge angle as the page says them."""
    row = page.locator(MEASURED).locator("tbody tr")
    row.wait_for()
    return [float(re.match(r"-?[\d.]+", cell)[0]) for cell in row.locator("td").all_inner_texts()]  # type: ignore[index]


def records(films: Films) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{films.url}api/v1/records/measurement?parent_id={films.case}") as answer:
        return [one["record"] for one in json.load(answer)]


def test_six_points_on_a_radiograph_give_the_heights_that_were_drawn(page: Any, films: Films) -> None:
    opened(page, f"{films.url}cases/{films.case}?scan={films.dicom}")
    page.get_by_role("link", name="Measure by six points").click()
    page.locator(".corduroy-points svg").wait_for()
    assert page.locator(".corduroy-points-side").all_text_contents() == ["?", "?"]
    page.get_by_text("right: mirror the picture").click()
    page.locator(".corduroy-points-side", has_text="A").wait_for()
    assert page.locator(".corduroy-points-side").all_text_contents() == ["A", "P"]
    come_nearer(page, *CENTRE_MM, times=3)
    require_picture_below_points(page)
    set_points(page, 1, 1)
    page.get_by_text("Magnification unknown").wait_for()
    assert values(page)[:3] == pytest.approx([MAGNIFICATION * truth for truth in HEIGHTS_MM.values()], abs=0.5)
    page.get_by_label("Magnification").fill(str(MAGNIFICATION))
    page.get_by_text("Magnification unknown").wait_for(state="detached")
    found = values(page)
    assert found[:3] == pytest.approx(list(HEIGHTS_MM.values()), abs=0.4)
    assert found[3] == pytest.approx(WEDGE_DEG, abs=0.8)
    shot(page, "radiograph")
    require_moved_and_taken_back(page, found)
    keep_and_record(page, films)


def require_picture_below_points(page: Any) -> None:
    """The body is drawn where its corners are, not where they would be in the picture that is not mirrored."""
    svg = page.locator(".corduroy-points svg")
    seen = np.asarray(Image.open(BytesIO(svg.screenshot())).convert("L")).astype(float)
    box = svg.bounding_box()

    def brightness(x: float, y: float) -> float:
        across, down = place(page, x, y)
        column, row = round(across - box["x"]), round(down - box["y"])
        return float(seen[row - 2 : row + 3, column - 2 : column + 3].mean())

    for name, (x, y) in POINTS_MM.items():
        inwards = (CENTRE_MM[0] - x) * 0.1, (CENTRE_MM[1] - y) * 0.2
        assert brightness(x + inwards[0], y + inwards[1]) > 180, name
        assert brightness(x - inwards[0], y - inwards[1]) < 80, name


def require_moved_and_taken_back(page: Any, before: list[float]) -> None:
    row = page.locator(MEASURED).locator("tbody tr")
    words = row.inner_text()
    page.get_by_role("button", name="T12, upper endplate, anterior").focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("words => document.querySelector('tbody tr').innerText !== words", arg=words)
    for _ in range(4):
        page.get_by_role("button", name="Undo").click()
    page.wait_for_function("words => document.querySelector('tbody tr').innerText === words", arg=words)
    assert values(page) == before


def keep_and_record(page: Any, films: Films) -> None:
    page.get_by_role("button", name="Keep this reading").click()
    page.get_by_text("the reader is missing").wait_for()
    page.get_by_label("Reader").fill("R1")
    page.get_by_role("button", name="Keep this reading").click()
    page.get_by_text("Reading 1 of R1 is kept.").wait_for()
    assert page.get_by_label("Date of the image").input_value() == "2026-03-01"
    page.get_by_label("Date of the image").fill("")
    page.get_by_role("button", name="Write it into the registry").click()
    page.get_by_text("the day of the image is missing").wait_for()
    page.get_by_label("Date of the image").fill("2026-03-01")
    page.get_by_role("button", name="Write it into the registry").click()
    page.get_by_text("Written into the registry.").wait_for()
    kept = records(films)
    assert {one["modality"] for one in kept} == {"radiograph"}
    assert {one["quantity"] for one in kept} == {"height_ant", "height_mid", "height_post", "wedge"}
    opened(page, f"{films.url}scans/{films.dicom}/points")
    page.get_by_label("Reader").fill("R2")
    page.get_by_text("What others have read is shown once your own reading is kept.").wait_for()
    assert page.get_by_role("region", name="Readings of this scan").count() == 0
    page.get_by_label("Reader").fill("R1")
    page.get_by_role("region", name="Readings of this scan").get_by_text("R1 (1)").wait_for()


def test_a_picture_without_a_scale_is_not_measured_before_somebody_says_it(page: Any, films: Films) -> None:
    opened(page, f"{films.url}scans/{films.png}/points")
    page.locator(".corduroy-points svg").wait_for()
    unit = 400 / COLUMNS  # of the drawing, for each pixel
    page.get_by_text("right: mirror the picture").click()
    page.locator(".corduroy-points-side", has_text="A").wait_for()
    across, down = unit / SPACING_MM[1], unit / SPACING_MM[0]
    come_nearer(page, CENTRE_MM[0] * across, CENTRE_MM[1] * down, times=2)
    set_points(page, across, down)
    page.get_by_text("Fill in first: Millimetres per pixel.").wait_for()
    assert page.locator(MEASURED).count() == 0
    page.get_by_label("Millimetres per pixel").fill("50")
    page.get_by_text("50 cannot be, 0.01 to 2 is possible").wait_for()
    page.get_by_label("Millimetres per pixel").fill(str(SPACING_MM[0]))
    assert values(page)[:3] == pytest.approx([MAGNIFICATION * truth for truth in HEIGHTS_MM.values()], abs=0.6)
    page.get_by_text("Magnification unknown").wait_for()
    assert page.get_by_label("Date of the image").input_value() == ""  # nobody knows it: not today's
    page.get_by_text("left", exact=True).click()  # the points go with the picture and now lie the other way round
    page.get_by_text("anterior points on the right").wait_for()
    shot(page, "radiograph-refused")


def test_the_page_of_a_radiograph_is_accessible_and_fits_the_screen(page: Any, films: Films) -> None:
    for size in (LAPTOP, {"width": 820, "height": 1180}):
        page.set_viewport_size(size)
        opened(page, f"{films.url}scans/{films.png}/points")
        page.locator(".corduroy-points svg").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    require_accessible(page)


def test_a_radiograph_that_nobody_named_is_not_called_a_ct(page: Any, films: Films) -> None:
    opened(page, f"{films.url}cases/{films.case}?scan={films.unnamed}")
    page.get_by_role("link", name="Scan: Radiograph").wait_for()
    assert page.get_by_role("link", name="Radiograph, Before surgery").get_attribute("aria-current") == "true"
    shot(page, "radiograph-case")


def test_a_laptop_shows_the_whole_radiograph_and_no_footer_over_it(page: Any, films: Films) -> None:
    page.set_viewport_size({"width": 1366, "height": 900})
    opened(page, f"{films.url}scans/{films.dicom}/points")
    svg = page.locator(".corduroy-points svg")
    svg.wait_for()
    footer = page.locator(".corduroy-footer")
    box = svg.bounding_box()
    shot(page, "radiograph-laptop")
    assert box["y"] + box["height"] <= 900
    assert footer.evaluate("one => getComputedStyle(one).position") == "static"
    assert footer.bounding_box()["y"] >= box["y"] + box["height"]
