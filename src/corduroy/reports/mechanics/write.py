"""The report of an assessment: a web page, a PDF and the pictures as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corduroy.pipeline.mechanics_outputs import MechanicsImages
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind
from corduroy.reports.mechanics.content import mechanics_content
from corduroy.reports.mechanics.draw import draw_neighbours, draw_strength, draw_yield
from corduroy.reports.simulated import Drawn, write_simulated_report

_PLANE = "the plane of the place where each state fails first"
_KEY = "Brighter: nearer to yield under the reference load. Cross: that place. Blue: cement; yellow: bone taken out."


def write_mechanics_report(
    document: dict[str, Any], images: MechanicsImages, folder: Path
) -> tuple[SimulatedFigure, ...]:
    """Write ``mechanics.html``, ``mechanics.pdf`` and the pictures into an existing folder.

    Parameters
    ----------
    document : dict
        Schema ``corduroy/mechanics/1``.
    images : MechanicsImages
    folder : Path

    Returns
    -------
    tuple of SimulatedFigure
        The pictures, for the plan.
    """
    return write_simulated_report(
        SimulatedKind.MECHANICS, document, _drawn(document, images), mechanics_content, folder
    )


def _drawn(document: dict[str, Any], images: MechanicsImages) -> Iterator[Drawn]:
    level = document["level"]
    if any(state["strength"] is not None for state in document["states"]):
        text = f"Strength of {level} in each state"
        yield (
            "strength",
            draw_strength(document),
            (
                f"{text}.",
                f"{text}, with the interval of the drawn calibrations, laws and tissues. Dashed: the loads to bear.",
            ),
        )
    sagittal = f"Where {level} yields, sagittal, anterior on the left, in {_PLANE}"
    yield "sagittal", draw_yield(images, "sagittal"), (f"{sagittal}.", f"{sagittal}. {_KEY}")
    axial = f"Where {level} yields, axial, seen from below, the patient's right on the image's left, in {_PLANE}"
    yield "axial", draw_yield(images, "axial"), (f"{axial}.", f"{axial}. {_KEY}")
    neighbours = draw_neighbours(document)
    if neighbours is not None:
        text = "Strain of the endplates beside the discs, and of the bodies above and below"
        yield "neighbours", neighbours, (f"{text}.", f"{text}: dot, median; end of the line, 95th percentile.")
