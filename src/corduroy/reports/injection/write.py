"""The report of an injection: a web page, a PDF and the pictures as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from corduroy.pipeline.injection_outputs import InjectionImages
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind
from corduroy.reports.injection.content import injection_content
from corduroy.reports.injection.draw_curves import draw_leaks, draw_pressure, draw_sensitivity, draw_trade
from corduroy.reports.injection.draw_solid import draw_solid
from corduroy.reports.injection.draw_views import draw_probability, draw_series
from corduroy.reports.simulated import Drawn, write_simulated_report

_KEY = (
    "Orange: cement; green: cannula; dashed: lesion; dots: ways out by Yeom's types. Sagittal: anterior on the left; "
    "axial: seen from below, the patient's right on the image's left."
)


def write_injection_report(
    document: dict[str, Any], images: InjectionImages, folder: Path
) -> tuple[SimulatedFigure, ...]:
    """Write ``injection.html``, ``injection.pdf`` and the pictures into an existing folder.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/injection/1``.
    images : InjectionImages
    folder : Path

    Returns
    -------
    tuple of SimulatedFigure
        The pictures, for the plan.
    """
    return write_simulated_report(
        SimulatedKind.INJECTION, document, _drawn(document, images), injection_content, folder
    )


def _drawn(document: dict[str, Any], images: InjectionImages) -> Iterator[Drawn]:
    level, study = document["level"], images.study
    series = f"Cement in {level} over time, in the planes of the cannula's tip, for the middle of all inputs"
    yield "series", draw_series(images), (f"{series}.", f"{series}. {_KEY}")
    solid = f"Cement in {level} at the end, two views"
    yield "solid", draw_solid(images), (f"{solid}.", f"{solid}; the bone is seen through. Dots: ways out.")
    found: list[tuple[str, Figure | None, str, str]] = [
        (
            "probability",
            draw_probability(images),
            "Share of the members that fill each place",
            "The surgeon stops at a watched leak. Same planes as above.",
        ),
        (
            "pressure",
            draw_pressure(document, study),
            "Pressure and force on the plunger over time and volume",
            "Lines: middle of all inputs; band: the members, as far as at least half of them come.",
        ),
        (
            "leaks",
            draw_leaks(document, study),
            "Chance of a leak through each way out, and how it grows with the volume",
            "With 95 % intervals. A second site of one type is dashed on the right.",
        ),
        (
            "sensitivity",
            draw_sensitivity(document),
            "How the answers go along with each unknown input",
            "Rank correlations with 95 % intervals; grey where zero is within.",
        ),
        (
            "trade",
            draw_trade(document),
            "Fill against leaks for the compared recipes",
            "A dot for each volume, joined from the smallest to the largest.",
        ),
    ]
    for key, figure, alt, more in found:
        if figure is not None:
            yield key, figure, (f"{alt}.", f"{alt}. {more}")
