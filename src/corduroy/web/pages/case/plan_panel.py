"""The plan of a case in short: warnings, corridors, cement, laminectomy, reports; and the way to talk it over."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from corduroy.reports.plan.wording import share_words
from corduroy.web.api.jobs import result_address
from corduroy.web.pages.case.results import ScanResults
from corduroy.web.pages.case.wording import MISSING, measured, number
from corduroy.web.pages.frame import heading
from corduroy.web.pages.tables import Cell, data_table
from corduroy.web.texts import text

_PURPOSES = ("biopsy", "cement")
_FILES = (
    ("report_html", "report/plan.html"),
    ("report_pdf", "report/plan.pdf"),
    ("markups", "report/corridors.mrk.json"),
    ("lesion", "report/lesion.nii.gz"),
    ("resected", "report/resected.nii.gz"),
    ("json", "plan.json"),
)


def show_plan(results: ScanResults, names: set[str]) -> None:
    """Draw it.

    Parameters
    ----------
    results : ScanResults
        With a plan.
    names : set of str
        The files that the job left.
    """
    plan = results.plan
    assert plan is not None  # the caller shows something else then
    assert results.planned_by is not None
    heading(text("plan.of", level=plan["level"]), 2)
    if results.is_stale(plan):
        ui.label(text("case.stale")).classes("doubt")
    ui.link(text("plan.open"), f"/scans/{results.scan.id}/plan").classes("corduroy-button")
    for warning in plan["warnings"]:
        ui.label(warning).classes("doubt")
    for purpose in _PURPOSES:
        _corridors(plan, purpose)
    _cement(plan)
    _laminectomy(plan)
    for name, why in plan["missing"].items():
        ui.label(f"{text(f'plan.part_{name}')}: {why}").classes("quiet")
    heading(text("case.reports"), 2)
    with ui.row().classes("gap-x-4 gap-y-1"):
        for key, file in _FILES:
            if file in names:
                url = result_address(results.planned_by.number, file)
                ui.link(text(f"case.{key}"), url, new_tab=True)


def corridor_cells(number_: int, corridor: dict[str, Any]) -> list[Cell]:
    """A corridor as a row: the same in the short plan and in the conversation."""
    angles = corridor["to_gantry"]
    robust = corridor["robustness"]
    return [
        str(number_),
        f"{corridor['kind']}, {corridor['side']}",
        number(corridor["spare_mm"]),
        str(corridor["tightest"] or MISSING),
        text("plan.angles", axial=angles["axial_deg"], sagittal=angles["sagittal_deg"]),
        number(corridor["depth_mm"], digits=0),
        number(100 * robust["from_bone"], digits=0),
        str(corridor["largest_gauge"] or MISSING),
    ]


CORRIDOR_COLUMNS = ("no", "way", "spare", "tightest", "angles_column", "depth", "robust", "largest")


def _corridors(plan: dict[str, Any], purpose: str) -> None:
    heading(text(f"plan.{purpose}"), 3)
    found = plan[f"{purpose}_corridors"]
    if found is None:
        ui.label(plan["missing"].get(f"{purpose}_corridors", ""))
        return
    ui.label(found["verdict"])
    rows = [corridor_cells(no, corridor) for no, corridor in enumerate(found["corridors"][:4], start=1)]
    if rows:
        data_table(text(f"plan.{purpose}"), [text(f"plan.{name}") for name in CORRIDOR_COLUMNS], rows).classes("wraps")


def _cement(plan: dict[str, Any]) -> None:
    cement = plan["augmentation"]
    heading(text("plan.fill"), 3)
    if cement is None:
        ui.label(plan["missing"].get("augmentation", ""))
        return
    ui.label(text("plan.injectable", value=measured(cement["injectable"]), what=cement["injectable_is"]))
    rows = [
        (f"{fill['volume_ml']:g}", measured(fill["of_body_percent"], 0), share_words(fill["of_lesion_percent"]))
        for fill in cement["fills"]
    ]
    data_table(text("plan.fill"), [text(f"plan.{name}") for name in ("volume", "of_body", "of_lesion")], rows)


def _laminectomy(plan: dict[str, Any]) -> None:
    heading(text("plan.laminectomy"), 3)
    cut = plan["decompression"]
    if cut is None:
        ui.label(plan["missing"].get("decompression", ""))
        return
    rows = [
        (
            one["level"],
            one["why"],
            number(one["borders"]["left_mm"] + one["borders"]["right_mm"]),
            measured(one["canal_area_before"], 0),
            measured(one["canal_area_after"], 0),
            measured(one["bone_removed"]),
        )
        for one in cut["levels"]
    ]
    names = ("level", "why", "width", "before", "after", "removed")
    data_table(text("plan.laminectomy"), [text(f"plan.{name}") for name in names], rows)
