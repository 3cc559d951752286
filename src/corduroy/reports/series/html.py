"""The series report as one web page that holds everything it shows."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from corduroy.reports.html import inline_svg, templates
from corduroy.reports.series.blocks import Picture
from corduroy.reports.series.content import Report


def render_html(report: Report, folder: Path) -> str:
    """The page as text.

    Parameters
    ----------
    report : Report
    folder : Path
        Where the figures' files are; they are put into the page.
    """
    environment = templates()
    environment.filters["kind"] = lambda block: type(block).__name__

    def drawing(picture: Picture) -> Markup:
        return inline_svg((folder / f"{picture.key}.svg").read_text(encoding="utf-8"), picture.alt)

    return environment.get_template("series.html").render(report=report, drawing=drawing)
