"""The report of one case: a web page, a PDF and the figures as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.axial import draw_axial, narrowest_canal
from corduroy.reports.content import PlacedFigure, case_content
from corduroy.reports.html import render_html
from corduroy.reports.pdf import render_pdf
from corduroy.reports.profile import draw_profile
from corduroy.reports.sagittal import draw_sagittal
from corduroy.reports.solid import draw_solid
from corduroy.reports.style import DPI, figure_style
from corduroy.reports.wording import findings

HTML_NAME = "report.html"
PDF_NAME = "report.pdf"

Draw = Callable[[SpineMeasurement, CaseImages], Figure | None]


def write_case_report(measurement: SpineMeasurement, images: CaseImages, folder: Path) -> None:
    """Write ``report.html``, ``report.pdf`` and the figures into an empty folder.

    Parameters
    ----------
    measurement : SpineMeasurement
    images : CaseImages
        The images that the measurement was made from.
    folder : Path
        An existing, empty folder.
    """
    figures = _write_figures(measurement, images, folder)
    content = case_content(measurement, images.name, figures)
    (folder / HTML_NAME).write_text(render_html(content, folder), encoding="utf-8")
    (folder / PDF_NAME).write_bytes(render_pdf(content, folder, measurement.provenance.created))


def _write_figures(measurement: SpineMeasurement, images: CaseImages, folder: Path) -> list[PlacedFigure]:
    """Draw what can be drawn; a figure whose quantity was not measured is left out."""
    drawings: dict[str, tuple[Draw, str]] = {
        "sagittal": (draw_sagittal, "png"),
        "axial": (draw_axial, "png"),
        "solid": (draw_solid, "png"),
        "profile": (lambda measured, _: draw_profile(measured), "svg"),
    }
    placed = []
    for key, (draw, suffix) in drawings.items():
        figure = draw(measurement, images)
        if figure is None:
            continue
        file = f"{key}.{suffix}"
        # No date in the file: the same measurement gives the same bytes.
        metadata = {"Date": None} if suffix == "svg" else {"Software": None}
        with figure_style():
            figure.savefig(folder / file, dpi=DPI, transparent=suffix == "svg", metadata=metadata)
        placed.append(PlacedFigure(key, file, *_words(key, measurement, images)))
    return placed


def _words(key: str, measurement: SpineMeasurement, images: CaseImages) -> tuple[str, str]:
    """Alternative text and caption of a figure."""
    levels = f"{measurement.vertebrae[0].level} to {measurement.vertebrae[-1].level}"
    ground = "CT" if images.ct is not None else "label silhouettes"
    if key == "sagittal":
        return (
            f"Mid-sagittal {ground}, {levels}, with endplates and heights. {' '.join(findings(measurement))}",
            f"Mid-sagittal sheet through all vertebral bodies ({ground}, bent to follow a lateral curve), anterior on "
            "the left. Orange: vertebrae of Genant grade 2 and 3; amber: grade 1, and a higher one within error of "
            'grade 0. Grade 1 within error of grade 0 ("Genant 1 or 0") keeps the colour of intact bone.',
        )
    if key == "axial":
        narrowest = narrowest_canal(measurement)
        assert narrowest is not None
        compared = narrowest.canal.compromise is not None
        why = "narrowed most against its neighbours" if compared else "the smallest in area"
        return (
            f"Axial {ground} across the canal at {narrowest.level} with the canal's outline.",
            f"Across the canal at {narrowest.level}, {why}. Radiological convention: the patient's right is on "
            "the image's left.",
        )
    if key == "solid":
        return (
            f"Bone surfaces of {levels} from left behind and from the left.",
            "Bone surfaces from the labels, seen from left behind and from the left; fractured vertebrae in colour, "
            "unless they are within error of none.",
        )
    return (
        f"Anterior, middle and posterior heights of {levels} over their reference heights; numbers in the table.",
        "Heights by level with their 95 % intervals; the grey band is the reference height with its own.",
    )
