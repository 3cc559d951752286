"""The report that a simulation writes beside the plan: a web page, a PDF and the pictures as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from corduroy.planning.simulated import SimulatedFigure, SimulatedKind
from corduroy.reports.content import PlacedFigure
from corduroy.reports.html import render_html
from corduroy.reports.pdf import typeset
from corduroy.reports.style import DPI, figure_style

Drawn = tuple[str, Figure, tuple[str, str]]
"""Key, figure, its alternative text and its caption."""


def write_simulated_report(
    kind: SimulatedKind,
    document: dict[str, Any],
    drawn: Iterable[Drawn],
    content_of: Callable[[dict[str, Any], Sequence[PlacedFigure]], dict[str, Any]],
    folder: Path,
) -> tuple[SimulatedFigure, ...]:
    """Write ``KIND.html``, ``KIND.pdf`` and the pictures ``KIND_KEY.png`` into an existing folder.

    Parameters
    ----------
    kind : SimulatedKind
    document : dict
        The simulation's own document.
    drawn : iterable of Drawn
        Taken one by one, so that one figure at a time is kept.
    content_of : callable
        What stands on the page, from the document and the placed pictures.
    folder : Path

    Returns
    -------
    tuple of SimulatedFigure
        The pictures, for the plan.
    """
    figures = [_saved(key, f"{kind}_{key}.png", figure, words, folder) for key, figure, words in drawn]
    content = content_of(document, figures)
    (folder / f"{kind}.html").write_text(render_html(content, folder, "simulated.html"), encoding="utf-8")
    pictures = [folder / figure.file for figure in figures]
    made = document["provenance"]["created"]
    (folder / f"{kind}.pdf").write_bytes(typeset("simulated.typ", content, pictures, made))
    return tuple(SimulatedFigure(file=f.file, alt=f.alt, caption=f.caption) for f in figures)


def _saved(key: str, name: str, figure: Figure, words: tuple[str, str], folder: Path) -> PlacedFigure:
    with figure_style():
        # No date in the file: the same result gives the same bytes.
        figure.savefig(folder / name, dpi=DPI, facecolor=figure.get_facecolor(), metadata={"Software": None})
    return PlacedFigure(key, name, *words)
