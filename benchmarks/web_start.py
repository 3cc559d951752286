"""How long somebody waits for the first page: from the command, and in the browser."""

from __future__ import annotations

import shutil
import statistics
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.web_server import RunningServer, processor_s, resident_mb

ROWS = (
    Row("first", "From the command to the first page served, in a new folder", "s", at_most(5.0)),
    Row("again", "The same in a folder that is there, median", "s", at_most(5.0)),
    Row("cpu", "Processor time of the server until then, median", "s"),
    Row("memory", "Memory of the server then, median", "MB"),
    Row("usable", "First page usable in Chromium (heading drawn, connection open), median", "s", at_most(2.0)),
)
_CONNECTED = "document.querySelector('h1') && window.socket?.connected"


def measure(quick: bool, tick: Tick) -> Report:
    """Start the server some times, and open the page some times."""
    times = 2 if quick else 6
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "workbench"
        starts = []
        for done in range(times):
            tick(done, times + 1)
            starts.append(first_page(folder))
        usable, reason = _usable(folder, times)
        tick(times + 1, times + 1)
    again = starts[1:]
    values = {
        "first": starts[0].seconds,
        "again": statistics.median(start.seconds for start in again),
        "cpu": statistics.median(start.processor_s for start in again),
        "memory": statistics.median(start.memory_mb for start in again),
        "usable": usable,
    }
    return Report(fill(ROWS, values, reason))


@dataclass(frozen=True)
class Start:
    """From the start of the process until the page has come, and what the process has taken by then."""

    seconds: float
    processor_s: float
    memory_mb: float


def first_page(folder: Path) -> Start:
    """Start the server and fetch its first page."""
    begun = time.perf_counter()
    with RunningServer(folder, workers=0) as server, urllib.request.urlopen(server.url) as page:
        page.read()
        seconds, number = time.perf_counter() - begun, server.process.pid
        return Start(seconds, processor_s(number), resident_mb(number))


def _usable(folder: Path, times: int) -> tuple[float | None, str]:
    """Seconds from the address to a page that answers; the first time is not counted, nothing is in memory then."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None, "no Chromium"
    from playwright.sync_api import sync_playwright

    with RunningServer(folder, workers=0) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        taken = []
        for _ in range(times + 1):
            page = browser.new_page()
            begun = time.perf_counter()
            page.goto(server.url, wait_until="commit")
            page.wait_for_function(_CONNECTED, timeout=60_000)
            taken.append(time.perf_counter() - begun)
            page.close()
        browser.close()
    return statistics.median(taken[1:]), ""
