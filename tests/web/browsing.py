"""What the tests in a real browser share: where it is, when a page listens, and what its viewer shows."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image

CHROMIUM = shutil.which("chromium")
# A card is drawn by the processor where there is no other.
DRAWN_IN_SOFTWARE = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
SHOTS = Path(__file__).parents[2] / "build" / "web-screens"
LAPTOP = {"width": 1366, "height": 768}
PATIENCE_MS = 120_000

Picture = NDArray[np.float64]

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"
)


@contextmanager
def new_page(browser: Any) -> Iterator[Any]:
    """An empty page of a browser in English, as large as a laptop's."""
    context = browser.new_context(viewport=LAPTOP, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def opened(page: Any, address: str) -> None:
    """Open a page and wait until it listens."""
    page.goto(address)
    listening(page)


def listening(page: Any) -> None:
    """Wait until the page has its heading and talks with the server."""
    page.wait_for_function("window.socket?.connected && window.did_handshake !== false")
    page.wait_for_selector("h1")


def shot(page: Any, name: str, *, whole: bool = False) -> None:
    """Keep what is on the screen, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)


def drawn_viewer(page: Any, volumes: int) -> None:
    """Wait until the viewer has its volumes; afterwards it is ``nv`` in the page."""
    page.wait_for_function(
        "n => { const nv = document.querySelector('.corduroy-viewer')?.niivue; window.nv = nv;"
        " return nv?.volumes.length === n && nv.volumes.every(v => v.img?.length); }",
        arg=volumes,
    )


_DRAWN = """() => {
    const viewer = document.querySelector(".corduroy-viewer");
    viewer.niivue.drawScene();  // the drawing is kept only until the browser has shown it
    return viewer.querySelector("canvas").toDataURL();
}"""


def seen(page: Any) -> Picture:
    """What the viewer has drawn, whatever lies over it on the page: rows from the top, columns, RGB."""
    page.wait_for_timeout(250)
    raw = base64.b64decode(page.evaluate(_DRAWN).partition(",")[2])
    return np.asarray(Image.open(BytesIO(raw)).convert("RGB")).astype(float)


def coloured(picture: Picture, hue: tuple[int, int, int], within: float = 0.06) -> int:
    """Pixels of this hue, however bright: lines are shaded, layers let the grey through."""
    grey = picture.min(axis=2, keepdims=True)
    pure = picture - grey
    strength = pure.max(axis=2)
    wanted = np.array(hue, float) - min(hue)
    unlike = np.abs(pure / np.maximum(strength, 1)[..., None] - wanted / wanted.max()).max(axis=2)
    return int(((strength > 40) & (unlike < 2.5 * within)).sum())


def on_screen(page: Any, point_mm: list[float]) -> tuple[float, float]:
    """Where a point of the scan is on the page, in the first plane that shows it; the cross-hair must be there."""
    at = page.evaluate("mm => Array.from(nv.frac2canvasPos(nv.mm2frac(mm)) ?? [])", point_mm)
    assert at, f"{point_mm} is in no plane"
    box = page.locator(".corduroy-viewer canvas").bounding_box()
    ratio = page.evaluate("window.devicePixelRatio")
    return box["x"] + at[0] / ratio, box["y"] + at[1] / ratio


def cross_hair(page: Any) -> list[float]:
    """Where the viewer's cross-hair is, mm."""
    place: list[float] = page.evaluate("Array.from(nv.frac2mm(nv.scene.crosshairPos)).slice(0, 3)")
    return place


def require_accessible(page: Any) -> None:
    """Axe finds nothing serious or critical, neither in the light nor in the dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        _wait_for_colours(page, scheme)
        found = Axe().run(page).response["violations"]
        serious = {
            f"{scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}: {one['nodes'][0]['failureSummary']}"
            for one in found
            if one["impact"] in ("serious", "critical")
        }
        assert not serious, "\n".join(serious)


def _wait_for_colours(page: Any, scheme: str) -> None:
    """Colours change over some time, those of words after those of what they stand in."""
    for _ in range(3):
        page.wait_for_timeout(100)
        page.wait_for_function(
            "scheme => !document.body.classList.contains(scheme === 'dark' ? 'body--light' : 'body--dark')"
            " && !document.getAnimations().some(one => one instanceof CSSTransition)",
            arg=scheme,
        )
