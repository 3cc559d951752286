"""The case report as one web page that holds everything it shows."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from corduroy.reports.style import FAINT_INK, INK, POSITION_INKS

# The colours of a line drawing that follow the page's light or dark theme.
_THEMED = {
    INK: "currentColor",
    FAINT_INK: "var(--faint)",
    **{ink: f"var(--{position})" for position, ink in POSITION_INKS.items()},
}


def render_html(content: dict[str, Any], folder: Path, template: str = "case.html") -> str:
    """The page as text.

    Parameters
    ----------
    content : dict
        From `case_content`.
    folder : Path
        Where the figures' files are; they are put into the page.
    template : str
        File name of the page's template.
    """
    pictures = {key: _embedded(folder, figure) for key, figure in content["figures"].items()}
    return templates().get_template(template).render(**content, pictures=pictures)


def templates() -> Environment:
    """Where the pages' templates are; everything that is put into them is escaped."""
    return Environment(
        loader=PackageLoader("corduroy.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _embedded(folder: Path, figure: dict[str, str]) -> Markup:
    path = folder / figure["file"]
    if path.suffix == ".svg":
        return inline_svg(path.read_text(encoding="utf-8"), figure["alt"])
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return Markup('<img src="data:image/png;base64,{}" alt="{}">').format(Markup(data), figure["alt"])


def inline_svg(text: str, alt: str) -> Markup:
    """A matplotlib SVG as part of the page: no prolog, no fixed size, the page's colours."""
    drawing = text[text.index("<svg") :]
    for colour, themed in _THEMED.items():
        drawing = re.sub(re.escape(colour), themed, drawing, flags=re.IGNORECASE)
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' (width|height)="[\d.]+pt"', "", drawing, count=2)
    label = Markup.escape(alt)
    return Markup(drawing.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))
