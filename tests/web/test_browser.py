"""In a real browser: nothing from elsewhere, the viewer draws, and right stays right."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from nibabel.loadsave import save
from nibabel.nifti1 import Nifti1Image

from benchmarks.web_server import RunningServer
from tests.web.browsing import (
    PATIENCE_MS,
    Picture,
    cross_hair,
    drawn_viewer,
    listening,
    needs_chromium,
    new_page,
    on_screen,
    opened,
    seen,
    shot,
)

pytestmark = needs_chromium


@dataclass(frozen=True)
class Shown:
    """A server with a scan to be shown: on the patient's right a bright ball, labelled 1; on the left a dim one."""

    url: str
    scan: str
    case: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        raw = isinstance(body, bytes)
        data = body if raw or body is None else json.dumps(body).encode()
        headers = {"content-type": "application/octet-stream" if raw else "application/json"}
        request = urllib.request.Request(f"{self.url}api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def marked_images(folder: Path) -> None:
    """40 mm cubes of 1 mm voxels; RAS, so that the first axis grows to the right."""
    right, anterior, superior = np.indices((40, 40, 40)) - 20.0
    ball = ((right - 10) ** 2 + (anterior - 6) ** 2 + (superior - 6) ** 2) < 36
    dim = ((right + 10) ** 2 + (anterior - 6) ** 2 + (superior - 6) ** 2) < 36
    grey = np.where(ball, 800, np.where(dim, 200, -100)).astype(np.int16)
    affine = np.diag([1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = -20
    save(Nifti1Image(grey, affine), folder / "ct.nii.gz")
    save(Nifti1Image(ball.astype(np.uint8), affine), folder / "labels.nii.gz")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("browser")
    marked_images(folder)
    with RunningServer(folder / "workbench") as server:
        bare = Shown(server.url, "", "")
        patient = bare.call("POST", "records/patient", {"record": {"pseudonym": "P-1"}})
        case = {"record": {"case_no": 1, "levels": ["T7"], "aggressive": True}, "parent_id": patient["id"]}
        case_id = bare.call("POST", "records/case", case)["id"]
        scan = bare.call("POST", "scans", {"case_id": case_id, "title": "Two balls"})["id"]
        for role, name in (("image", "ct"), ("labels", "labels")):
            bare.call("PUT", f"scans/{scan}/{role}", (folder / f"{name}.nii.gz").read_bytes())
        number = bare.call("POST", "jobs", {"kind": "prepare", "scan_id": scan})["number"]
        end = time.monotonic() + PATIENCE_MS / 1000
        while (job := bare.call("GET", f"jobs/{number}"))["state"] != "done":
            assert time.monotonic() < end, job
            time.sleep(0.2)
        yield Shown(server.url, scan, case_id)


def remembering(browser: Any) -> Any:
    """A page that remembers every request and every error."""
    opened = browser.new_page(viewport={"width": 800, "height": 800})
    opened.set_default_timeout(PATIENCE_MS)
    opened.requested, opened.errors = [], []
    opened.on("request", lambda request: opened.requested.append(request.url))
    opened.on("websocket", lambda socket: opened.requested.append(socket.url))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("console", lambda line: opened.errors.append(line.text) if line.type == "error" else None)
    return opened


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = remembering(browser)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def viewer_page(browser: Any, shown: Shown) -> Iterator[Any]:
    """The scan's page with both volumes, `viewer` and `nv` in it; one for all tests, as software draws slowly."""
    page = remembering(browser)
    page.goto(f"{shown.url}scans/{shown.scan}")
    page.wait_for_function("document.querySelector('.corduroy-viewer')?.niivue?.volumes.length == 2")
    page.evaluate(
        """() => {
            window.place = document.querySelector('.corduroy-viewer');
            window.viewer = getElement(place.id.slice(1));
            window.nv = place.niivue;
        }"""
    )
    yield page
    page.close()


def picture_of(page: Any, name: str) -> Picture:
    """What the viewer shows, kept as a file to be looked at."""
    picture = seen(page)
    shot(page, f"viewer-{name}")
    return picture


def saturation(picture: Picture) -> Picture:
    return np.asarray(picture.max(axis=2) - picture.min(axis=2))


def require_own(page: Any, shown: Shown) -> None:
    """Every request went to the server itself, and nothing went wrong."""
    asked = {urlsplit(url).netloc for url in page.requested if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert asked == {urlsplit(shown.url).netloc}
    assert page.errors == []


@pytest.mark.parametrize("path", ["", "jobs", "settings", "api/v1/docs", "login"])
def test_no_page_asks_anybody_else_for_anything(page: Any, shown: Shown, path: str) -> None:
    page.goto(shown.url + path)
    page.wait_for_timeout(1000)
    assert len(page.requested) >= (1 if path == "login" else 3)
    require_own(page, shown)


def test_the_viewer_asks_nobody_else_for_anything(viewer_page: Any, shown: Shown) -> None:
    assert any(url.endswith("/esm/index.js") or "/esm/" in url for url in viewer_page.requested)
    assert any(url.endswith("/view/image.nii.gz") for url in viewer_page.requested)
    require_own(viewer_page, shown)


def test_what_is_not_asked_for_by_the_page_is_refused_by_it(page: Any, shown: Shown) -> None:
    page.goto(shown.url)
    told = page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'came', error => String(error))")
    assert told != "came"
    assert any("Content Security Policy" in error for error in page.errors)


@pytest.mark.parametrize("view", ["axial", "coronal"])
def test_the_patients_right_is_on_the_left_of_the_screen(viewer_page: Any, view: str) -> None:
    page = viewer_page
    assert page.evaluate("nv.opts.isRadiologicalConvention && nv.opts.showAllOrientationMarkers")
    page.evaluate(
        f"nv.opts.crosshairWidth = 0; viewer.set_opacity(1, 0.35); viewer.go_to([0, 6, 6]); viewer.set_view('{view}')"
    )
    picture = picture_of(page, view)
    left, right = np.array_split(picture, 2, axis=1)
    # The label is on the patient's right ball alone; the ball on the patient's left is grey.
    assert (saturation(left) > 40).sum() > 500
    assert (saturation(right) > 40).sum() == 0
    dim = [(saturation(half) < 12) & (half.mean(axis=2) > 60) & (half.mean(axis=2) < 130) for half in (left, right)]
    assert dim[1].sum() > dim[0].sum() + 500


def test_planes_overlay_and_solid_are_all_drawn(viewer_page: Any) -> None:
    page = viewer_page
    page.evaluate("viewer.set_opacity(1, 0.35); viewer.go_to([10, 6, 6]); viewer.set_view('planes')")
    picture = picture_of(page, "planes")
    columns = np.nonzero((picture.max(axis=2) > 60).any(axis=0))[0]
    assert columns[-1] - columns[0] > picture.shape[1] // 2
    assert (saturation(picture) > 40).mean() > 0.002
    page.evaluate("viewer.set_view('solid')")
    assert (picture_of(page, "solid").max(axis=2) > 60).mean() > 0.005
    page.evaluate("viewer.set_opacity(1, 0); nv.opts.crosshairWidth = 0; viewer.set_view('axial')")
    assert saturation(picture_of(page, "without overlay")).max() < 12


def test_lines_are_drawn_where_they_are_said_and_give_way_to_others(viewer_page: Any) -> None:
    page = viewer_page
    needle = {"points": [[-10, 6, 6], [10, 6, 6]], "color": [255, 0, 255], "radius": 1.0, "dots": False}
    page.evaluate("lines => viewer.draw_lines(lines)", [needle])
    lowest, highest = page.evaluate("[Array.from(nv.meshes[0].extentsMin), Array.from(nv.meshes[0].extentsMax)]")
    assert lowest == pytest.approx([-11, 5, 5], abs=0.3)
    assert highest == pytest.approx([11, 7, 7], abs=0.3)
    page.evaluate("viewer.go_to([0, 6, 6]); viewer.set_view('axial'); viewer.set_opacity(1, 0)")
    magenta = picture_of(page, "needle")
    found = (magenta[..., 0] > 120) & (magenta[..., 2] > 120) & (magenta[..., 1] < 90)
    columns = np.nonzero(found.any(axis=0))[0]
    assert columns[-1] - columns[0] > 100
    page.evaluate("viewer.draw_lines([])")
    assert page.evaluate("nv.meshes.length") == 0


def test_a_place_that_is_clicked_is_told_in_the_patients_directions(viewer_page: Any) -> None:
    page = viewer_page
    page.evaluate("viewer.go_to([10, 6, 6])")
    page.wait_for_selector("text=right 10.0, anterior 6.0, superior 6.0 mm: 800")


def test_keys_lead_to_every_page_and_list_themselves(page: Any, shown: Shown) -> None:
    page.goto(shown.url)
    page.wait_for_selector("h1")
    page.wait_for_timeout(1000)
    page.keyboard.press("?")
    page.wait_for_selector("text=g then j")
    shot(page, "shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs")
    assert page.locator("h1").inner_text() == "Jobs"


def test_where_there_is_no_page_an_own_page_says_so(page: Any, shown: Shown) -> None:
    answer = page.goto(f"{shown.url}nonsense/page")
    assert answer.status == 404
    assert page.get_by_role("heading").all_inner_texts() == ["There is no such page"]
    assert page.locator("script, svg, img").count() == 0
    api = page.goto(f"{shown.url}api/v1/nonsense")
    assert set(api.json()) == {"message", "problems", "doubts"}


def test_a_plan_is_started_from_the_point_that_was_clicked(browser: Any, shown: Shown) -> None:
    """The bright ball is the patient's right one: its middle is at right 10, anterior 6, superior 6 mm."""
    with new_page(browser) as page:
        opened(page, f"{shown.url}cases/{shown.case}")
        drawn_viewer(page, 2)
        page.get_by_role("tab", name="Plan", exact=True).click()
        take = page.get_by_role("button", name="Take the cross-hair")
        take.wait_for()
        _, _, superior = cross_hair(page)
        page.mouse.click(*on_screen(page, [10.0, 6.0, superior]))
        page.get_by_text("right 10", exact=False).first.wait_for()
        take.click()
        typed = page.get_by_role("spinbutton", name="superior, mm")
        page.wait_for_function("document.querySelector('input[aria-label=\"right, mm\"]').value.length > 0")
        typed.fill("6")
        shot(page, "seed")
        page.get_by_role("button", name="Plan from this point").click()
        page.wait_for_url("**/jobs?watch=*")
        listening(page)
        job = shown.call("GET", f"jobs/{page.url.split('=')[1]}")
    right, anterior, superior = job["request"]["seed_mm"]
    assert job["kind"] == "plan"
    assert (abs(right - 10) < 2, abs(anterior - 6) < 2, superior) == (True, True, 6.0)
