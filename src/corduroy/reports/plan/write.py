"""The report of a plan: a web page, a PDF and the figures as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from corduroy.pipeline.plan_outputs import PlanImages
from corduroy.planning.corridors import Corridor, CorridorPlan
from corduroy.planning.surgical_plan import SurgicalPlan
from corduroy.reports.content import PlacedFigure
from corduroy.reports.html import render_html
from corduroy.reports.pdf import typeset
from corduroy.reports.plan.content import plan_content, simulated_key
from corduroy.reports.plan.draw import draw_laminectomy, draw_needle
from corduroy.reports.plan.draw_entry_map import draw_entry_map
from corduroy.reports.plan.draw_lesion import draw_lesion
from corduroy.reports.plan.draw_solid import draw_plan_solid
from corduroy.reports.style import DPI, figure_style

HTML_NAME = "plan.html"
PDF_NAME = "plan.pdf"

_SEEN = {
    "axial": "in the plane that holds it and runs from right to left, seen from below: the patient's right is on the "
    "image's left",
    "sagittal": "in the upright plane that holds it",
}


def write_plan_report(plan: SurgicalPlan, images: PlanImages, folder: Path) -> None:
    """Write ``plan.html``, ``plan.pdf`` and the figures into an existing folder.

    Parameters
    ----------
    plan : SurgicalPlan
    images : PlanImages
        The images that the plan was made from.
    folder : Path
    """
    figures = [placed for placed in _placed(plan, images, folder) if placed is not None]
    figures += _simulated(plan, images, folder)
    content = plan_content(plan.as_dict(), figures)
    (folder / HTML_NAME).write_text(render_html(content, folder, "plan.html"), encoding="utf-8")
    pictures = [folder / figure.file for figure in figures]
    (folder / PDF_NAME).write_bytes(typeset("plan.typ", content, pictures, plan.provenance.created))


def _placed(plan: SurgicalPlan, images: PlanImages, folder: Path) -> Iterator[PlacedFigure | None]:
    searches = {"biopsy": plan.biopsy_corridors, "cement": plan.cement_corridors}
    firsts = {purpose: _first(found, plan.corridors_through_air[purpose]) for purpose, found in searches.items()}
    yield _saved("solid", partial(draw_plan_solid, plan, images, firsts), folder, _solid_words(plan))
    for view in ("axial", "sagittal"):
        yield _saved(f"lesion_{view}", partial(draw_lesion, plan, images, view), folder, _lesion_words(plan, view))
    for purpose, found in searches.items():
        first = firsts[purpose]
        for view in ("axial", "sagittal"):
            words = _needle_words(purpose, first, view)
            yield _saved(f"{purpose}_{view}", partial(draw_needle, plan, images, first, view), folder, words)
        yield _saved(f"{purpose}_skin", partial(_entry_map, found), folder, _skin_words(purpose))
    for view in ("axial", "sagittal"):
        words = _laminectomy_words(plan, view)
        yield _saved(f"laminectomy_{view}", partial(draw_laminectomy, plan, images, view), folder, words)


def _simulated(plan: SurgicalPlan, images: PlanImages, folder: Path) -> Iterator[PlacedFigure]:
    """The pictures that the simulations left, copied to where the page takes its pictures from."""
    places = {path.name: path for path in images.simulated}
    for part in (plan.injection, plan.mechanics):
        for figure in () if part is None else part.figures:
            shutil.copy(places[figure.file], folder / figure.file)
            yield PlacedFigure(simulated_key(figure.file), figure.file, figure.alt, figure.caption)


def _entry_map(found: CorridorPlan | None) -> Figure | None:
    return None if found is None else draw_entry_map(found)


def _first(found: CorridorPlan | None, through_air: Collection[int]) -> Corridor | None:
    """The first corridor that meets no air."""
    numbered = enumerate(() if found is None else found.corridors, start=1)
    return next((corridor for number, corridor in numbered if number not in through_air), None)


def _saved(key: str, draw: Callable[[], Figure | None], folder: Path, words: tuple[str, str]) -> PlacedFigure | None:
    """Draw and save a figure; None where there is nothing to draw."""
    figure = draw()
    if figure is None:
        return None
    with figure_style():
        # No date in the file: the same plan gives the same bytes.
        figure.savefig(folder / f"{key}.png", dpi=DPI, metadata={"Software": None})
    return PlacedFigure(key, f"{key}.png", *words)


def _solid_words(plan: SurgicalPlan) -> tuple[str, str]:
    text = f"{plan.level} with its neighbours in three dimensions, from behind to the side and from the side"
    return (
        f"{text}.",
        f"{text}; letters are the patient's. Bone is see-through where lesion or needle lie behind it. Yellow: bone "
        "that the laminectomy takes; purple: the lesion; green: needle of the biopsy; orange: cannula of the cement, "
        "each the first corridor, cut off behind.",
    )


def _lesion_words(plan: SurgicalPlan, view: str) -> tuple[str, str]:
    what = "the patient's right on the image's left" if view == "axial" else "anterior on the left"
    text = f"Lesion of {plan.level}, {view} plane of the vertebra through the lesion's middle, {what}"
    sign = "bright dots on dark ground" if view == "axial" else "upright stripes"
    return (
        f"{text}.",
        f"{text}. Outlined, not tinted, so that its pattern is seen: {sign} are columns of bone in a hemangioma. "
        "Dashed: where it leaves the bone.",
    )


def _needle_words(purpose: str, corridor: Corridor | None, view: str) -> tuple[str, str]:
    if corridor is None:
        return "", ""
    name = f"First corridor for the {purpose}, {corridor.kind} from the {corridor.side}"
    return (
        f"{name}, {view} view.",
        f"{name}, {_SEEN[view]}. Green: the needle at its true thickness; purple: the lesion, where there is a mask.",
    )


def _skin_words(purpose: str) -> tuple[str, str]:
    what = f"Entries on the skin for the {purpose}, seen from behind: left is the patient's left"
    return (
        f"{what}.",
        f"{what}. Purple: every structure keeps its margin; orange: it does not. Numbers: the table.",
    )


def _laminectomy_words(plan: SurgicalPlan, view: str) -> tuple[str, str]:
    if view == "axial":
        text = f"Laminectomy across the canal at {plan.level}, the patient's right on the image's left"
    else:
        text = f"Laminectomy in the mid-sagittal plane of {plan.level}, anterior on the left"
    return (
        f"{text}.",
        f"{text}. Yellow: bone to be removed; purple: the lesion, where there is a mask; blue: the canal before.",
    )
