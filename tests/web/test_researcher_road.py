"""The researcher's road in a real browser: enter a case by the forms, choose a cohort, read the study, take it away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.web_server import RunningServer
from corduroy.registry.record import Assessment, Operation
from corduroy.registry.store import Registry
from corduroy.registry.synthetic import random_case_files
from tests.web.browsing import listening, needs_chromium, new_page, opened, require_accessible, shot

pytestmark = needs_chromium
CASES = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbench with some invented cases, operated on and followed up."""
    place = tmp_path_factory.mktemp("researcher") / "workbench"
    place.mkdir()
    with Registry.create(place / "registry.sqlite") as registry, registry.transaction(who="R1", why="test") as change:
        for file in random_case_files(CASES, np.random.default_rng(4)):
            case = change.add(file.case, change.add(file.patient).id)
            for record in (*file.operations, *file.imaging, *file.measurements, *file.assessments, *file.events):
                change.add(record, case.id)
        change.check()
        change.confirm()
    return place


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RunningServer]:
    with RunningServer(folder) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    with new_page(browser) as researcher:
        yield researcher


def save(page: Any) -> None:
    page.get_by_role("button", name="Save").click()


def told(page: Any, words: str) -> str:
    """What stands in the box with these words."""
    box = page.get_by_role("alert").filter(has_text=words)
    box.wait_for()
    return str(box.inner_text())


@pytest.mark.slow
def test_a_case_is_entered_and_nothing_typed_is_lost(page: Any, server: RunningServer, folder: Path) -> None:
    opened(page, server.url)
    page.get_by_role("link", name="New patient").click()
    page.wait_for_url("**/records/new/patient")
    listening(page)
    page.get_by_label("Pseudonym *").fill("ROAD-1")
    page.get_by_label("Year of birth").fill("1800")
    save(page)
    assert "Year of birth" in told(page, "This cannot be kept as it is")
    assert page.get_by_text("Possible, but unusual").count() == 0
    page.get_by_label("Year of birth").fill("1912")
    save(page)
    assert "1912" in told(page, "Possible, but unusual")
    assert page.get_by_text("This cannot be kept as it is").count() == 0
    shot(page, "researcher-1-doubt")
    page.get_by_text("I have looked at it").click()
    save(page)
    page.wait_for_url("**/records/new/case?parent=*")
    listening(page)
    page.get_by_label("T12", exact=True).check()
    for name in ("Aggressive hemangioma", "Compression fracture", "Neurological deficit"):
        page.get_by_label(name, exact=True).select_option("true")
    save(page)
    assert "1912" in told(page, "Possible, but unusual")  # a doubt about the patient is one about each new case, once
    page.get_by_text("I have looked at it").click()
    save(page)
    page.wait_for_url("**/cases/cs-*")
    case = page.url.split("cases/")[1]
    for visit, day, grade, pain in (("preop", "2024-02-03", "C", "7"), ("m12", "2025-02-10", "E", "2")):
        opened(page, f"{server.url}records/new/assessment?parent={case}")
        page.get_by_label("Visit *").select_option(visit)
        page.get_by_label("Date of assessment *").fill(day)
        page.get_by_label("Frankel grade").select_option(grade)
        page.get_by_label("Pain, back").fill(pain)
        page.get_by_label("Unit of pain").select_option("0-10")
        save(page)
        page.wait_for_url(f"**/cases/{case}")
    operation(page, server, case)
    shot(page, "researcher-3-case")
    assert page.locator(".corduroy-timeline li:not(.doubt)").count() == 3
    with Registry.open(folder / "registry.sqlite") as registry:
        assert [entry.record.frankel for entry in registry.entries("assessment", case)] == ["C", "E"]
        assert all(isinstance(entry.record, Assessment) for entry in registry.entries("assessment", case))
        (done,) = (entry.record for entry in registry.entries("operation", case))
    assert isinstance(done, Operation)
    assert (str(done.on), done.cement_ml) == ("2024-02-05", 5.5)


def operation(page: Any, server: RunningServer, case: str) -> None:
    """Typed while the connection is lost; the page is opened again and everything is there."""
    opened(page, f"{server.url}records/new/operation?parent={case}")
    page.context.set_offline(True)
    page.get_by_text("The connection is lost").wait_for()
    page.get_by_label("Date of surgery").fill("2024-02-05")
    page.get_by_label("Cement (ml)", exact=True).fill("5,5")
    shot(page, "researcher-2-offline")
    page.context.set_offline(False)
    opened(page, f"{server.url}records/new/operation?parent={case}")
    page.get_by_text("Unsaved work from before was brought back").wait_for()
    save(page)
    assert "112 years old at surgery" in told(page, "Possible, but unusual")
    page.get_by_text("I have looked at it").click()
    save(page)
    page.wait_for_url(f"**/cases/{case}")
    listening(page)


@pytest.mark.slow
def test_a_cohort_is_chosen_read_and_taken_away(page: Any, server: RunningServer) -> None:
    opened(page, f"{server.url}study")
    page.get_by_label("Title of the series").fill("Road")
    for name in ("Aggressive", "Fracture", "Deficit"):
        page.get_by_label(name, exact=True).click()
        page.get_by_role("option", name="any").click()
        page.get_by_role("option").first.wait_for(state="detached")  # a list that fades away has this option still
    page.get_by_label("Least follow-up, months").fill("0")
    shot(page, "researcher-4-cohort")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/study?job=*")
    listening(page)
    page.get_by_role("heading", name="Road").wait_for()
    assert page.locator("section table").count() >= 3
    figures = page.locator(".corduroy-figures img")
    assert figures.count() >= 2
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('.corduroy-figures img')].every(i => i.naturalWidth > 200)")
    shot(page, "researcher-5-study", whole=True)
    require_accessible(page)
    links = page.get_by_role("link", name=re.compile("^Report|JSON|CSV"))
    addresses = links.evaluate_all("links => links.map(a => a.href)")
    assert {"series.html", "series.pdf", "series.docx", "series.json"} <= {Path(a).name for a in addresses}
    for address in addresses:
        assert len(page.request.get(address).body()) > 50, address
