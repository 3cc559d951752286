"""Whether the server's memory stays what it is, however often pages are opened.

Each load is a new browser that goes away at once, the worst there is: the server keeps its page for a minute. What it
took for so many pages at a time it does not give back to the system: the first loads are as many as those that count.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.web_server import RunningServer, resident_mb

ROWS = (
    Row("before", "Memory of the server after 1,000 page loads", "MB"),
    Row("growth", "What 1,000 further page loads add to it", "MB", at_most(10.0)),
    Row("load", "One page load, mean", "ms"),
)
_PAGES = ("/", "/jobs", "/settings")
# NiceGUI forgets a page that no browser has connected to after a minute, and looks for them every ten seconds.
_FORGOTTEN_S = 75.0


def measure(quick: bool, tick: Tick) -> Report:
    """Open pages as a browser does that is closed at once, and wait until the server has forgotten them."""
    first, then = (100, 100) if quick else (1000, 1000)
    with TemporaryDirectory() as temporary, RunningServer(Path(temporary) / "workbench", workers=0) as server:
        process = server.process.pid
        _load(server.url, first, lambda done: tick(done, first + then))
        time.sleep(_FORGOTTEN_S)
        before = resident_mb(process)
        begun = time.perf_counter()
        _load(server.url, then, lambda done: tick(first + done, first + then))
        per_load_ms = 1000 * (time.perf_counter() - begun) / then
        time.sleep(_FORGOTTEN_S)
        growth = resident_mb(process) - before
    return Report(fill(ROWS, {"before": before, "growth": growth, "load": per_load_ms}))


def _load(url: str, times: int, tell: Callable[[int], None]) -> None:
    """Each load is a new browser: no cookie comes back."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    for number in range(times):
        connection.request("GET", _PAGES[number % len(_PAGES)])
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or b"</html>" not in content:
            raise RuntimeError(f"{_PAGES[number % len(_PAGES)]} answered {answer.status}: {content[:500]!r}")
        tell(number + 1)
    connection.close()
