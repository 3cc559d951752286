"""The pages in a real browser: cases, forms, six points, series; keyboard, lost connections, and what axe finds."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.web_server import RunningServer
from corduroy.imaging import LabelMap, Volume
from corduroy.registry.record import Assessment, Operation, Patient, TreatedCase, Visit
from corduroy.scales import PainUnit
from corduroy.web.scans import PartRole
from corduroy.web.scans.view import view_file
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench
from tests.web.browsing import needs_chromium, new_page, opened, require_accessible, shot

pytestmark = needs_chromium


@dataclass(frozen=True)
class Bench:
    """A server and what is in it."""

    url: str
    patient: str
    case: str
    late: str
    scan: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def filled(folder: Path, images: tuple[Volume, LabelMap]) -> dict[str, str]:
    """Two patients, one of them with an overdue visit, the other with a scan that can be shown."""
    import nibabel as nib

    with Workbench(ServerSettings(folder=folder)) as bench:
        with bench.registry.transaction(who="R1", why="for a test") as change:
            patient = change.add(Patient(pseudonym="P-001", sex="female", birth_year=1960))
            case = change.add(TreatedCase(case_no=1, levels=("T12",), aggressive=True), patient.id)
            change.add(Assessment(visit=Visit.PREOPERATIVE, on=date(2025, 2, 3), frankel="C"), case.id)
            other = change.add(Patient(pseudonym="Q-002", sex="male", birth_year=1955))
            late = change.add(TreatedCase(case_no=1, levels=("L1",), aggressive=False), other.id)
            change.add(Operation(on=date.today() - timedelta(days=60)), late.id)
            change.check()
            change.confirm()
        scan = bench.scans.add(case.id, Visit.PREOPERATIVE, "CT", "R1")
        for role, image in zip((PartRole.IMAGE, PartRole.LABELS), images, strict=True):
            place = view_file(bench.scans.derived(scan.id), role)
            place.parent.mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(image.array.astype(np.int16), image.affine), place)
    return {"patient": patient.id, "case": case.id, "late": late.id, "scan": scan.id}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, images: tuple[Volume, LabelMap]) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("pages") / "workbench"
    ids = filled(folder, images)
    with RunningServer(folder, workers=0) as server:
        yield Bench(server.url, **ids)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with new_page(browser) as one:
        yield one


def test_cases_are_filtered_and_overdue_visits_stand_out(page: Any, bench: Bench) -> None:
    opened(page, bench.url)
    page.get_by_text("Cases found: 2").wait_for()
    shot(page, "cases")
    assert "6 weeks overdue since" in page.locator("tr", has_text="Q-002").inner_text()
    assert "overdue" not in page.locator("tr", has_text="P-001").inner_text()
    page.get_by_label("Pseudonym").fill("P")
    page.get_by_text("Cases found: 1").wait_for()
    page.get_by_label("Pseudonym").fill("")
    page.get_by_text("Only those with an overdue visit").click()
    page.locator("tr", has_text="P-001").wait_for(state="detached")
    page.get_by_role("link", name="Q-002").click()
    page.wait_for_url(f"**/cases/{bench.late}")
    page.get_by_role("link", name="Overdue: 6 weeks").wait_for()


def test_what_cannot_be_and_what_is_unusual_are_told_apart(page: Any, bench: Bench) -> None:
    opened(page, f"{bench.url}records/new/assessment?parent={bench.case}")
    page.get_by_label("Visit *").select_option("preop")
    page.get_by_label("Pain, back").fill("12")
    page.get_by_role("button", name="Save").click()
    problems = page.get_by_role("alert").filter(has_text="This cannot be kept as it is")
    problems.wait_for()
    assert "Date of assessment" in problems.inner_text()
    page.get_by_label("Date of assessment *").fill("2025-02-04")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("has no unit").wait_for()
    page.get_by_label("Unit of pain").select_option(PainUnit.MM_100.value)
    page.get_by_label("Pain, back").fill("7")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Possible, but unusual").wait_for()
    assert "is it of 10?" in page.get_by_role("alert").filter(has_text="Possible").inner_text()
    assert page.get_by_text("This cannot be kept as it is").count() == 0
    shot(page, "form-doubts")
    page.get_by_text("I have looked at it").click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/cases/{bench.case}")
    kept = bench.call("GET", f"records/assessment?parent_id={bench.case}")
    assert [one["record"]["pain_back"] for one in kept if one["record"]["on"] == "2025-02-04"] == [7.0]


def test_somebody_who_was_quicker_is_named_and_nothing_is_lost(page: Any, bench: Bench) -> None:
    opened(page, f"{bench.url}records/{bench.patient}")
    page.get_by_label("Year of birth").fill("1961")
    page.get_by_label("Reason for the trail").fill("read again")
    seen = bench.call("GET", f"records/patient/{bench.patient}")
    theirs = {"record": {**seen["record"], "sex": "other"}, "version": seen["version"], "why": "asked the patient"}
    bench.call("PUT", f"records/patient/{bench.patient}", theirs)
    page.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("alert").filter(has_text="Somebody else changed this entry meanwhile")
    conflict.wait_for()
    assert "asked the patient" in conflict.inner_text()
    assert {"other", "female", "1960", "1961"} <= set(conflict.inner_text().split())
    assert bench.call("GET", f"records/patient/{bench.patient}")["record"]["birth_year"] == 1960
    shot(page, "form-conflict")
    page.get_by_label("Sex").select_option("other")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("is kept.").wait_for()
    now = bench.call("GET", f"records/patient/{bench.patient}")["record"]
    assert (now["sex"], now["birth_year"]) == ("other", 1961)


def test_what_was_typed_without_a_connection_is_there_when_it_is_back(page: Any, bench: Bench) -> None:
    opened(page, f"{bench.url}records/new/operation?parent={bench.case}")
    page.context.set_offline(True)
    page.get_by_text("The connection is lost").wait_for()
    page.get_by_label("Date of surgery").fill("2025-03-01")
    page.context.set_offline(False)
    opened(page, f"{bench.url}records/new/operation?parent={bench.case}")
    page.get_by_text("Unsaved work from before was brought back").wait_for()
    assert page.get_by_label("Date of surgery").input_value() == "2025-03-01"
    page.get_by_role("button", name="Throw it away").click()
    assert page.get_by_label("Date of surgery").input_value() == ""
    opened(page, f"{bench.url}records/new/operation?parent={bench.case}")
    assert page.get_by_text("Unsaved work").count() == 0


def test_six_points_are_set_dragged_moved_by_keys_and_taken_back(page: Any, bench: Bench) -> None:
    opened(page, f"{bench.url}scans/{bench.scan}/points")
    picture = page.locator(".corduroy-points svg")
    picture.wait_for()
    box = picture.bounding_box()
    page.get_by_text("Now: T12, upper endplate, anterior").wait_for()
    for share in ((0.2, 0.3), (0.35, 0.3), (0.5, 0.3), (0.2, 0.5), (0.35, 0.52), (0.5, 0.54)):
        page.mouse.click(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])
    page.get_by_text("All points are set.").wait_for()
    row = page.locator("tr", has_text="T12").first
    row.wait_for()
    before = row.inner_text()
    first = page.get_by_role("button", name="T12, upper endplate, anterior")
    first.focus()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("words => document.querySelector('tbody tr').innerText !== words", arg=before)
    place = first.bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + 3, place["y"] - 20, steps=4)
    page.mouse.up()
    for _ in range(9):
        page.get_by_role("button", name="Undo").click()
    page.wait_for_function("words => document.querySelector('tbody tr').innerText === words", arg=before)
    shot(page, "six-points")


PAGES = (
    "",
    "cases/{case}",
    "cases/{late}",
    "records/new/patient",
    "records/new/operation?parent={case}",
    "records/{case}",
    "scans/{scan}",
    "scans/{scan}/points",
    "study",
    "jobs",
    "settings",
    "login",
)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(page: Any, bench: Bench, path: str) -> None:
    page.goto(bench.url + path.format(case=bench.case, late=bench.late, scan=bench.scan))
    page.wait_for_selector("h1")
    page.wait_for_timeout(500)
    require_accessible(page)


def test_every_control_is_reached_by_tab_alone(page: Any, bench: Bench) -> None:
    opened(page, bench.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText"))
    assert {"Cases", "Study", "Jobs", "Settings", "New patient", "P-001", "Keyboard shortcuts"} <= reached


@pytest.mark.parametrize("size", [(1366, 768), (820, 1180)], ids=["laptop", "tablet"])
def test_no_page_is_wider_than_the_screen(page: Any, bench: Bench, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("", "cases/{case}", "records/{case}", "study", "scans/{scan}/points"):
        page.goto(bench.url + path.format(case=bench.case, scan=bench.scan))
        page.wait_for_selector("h1")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
