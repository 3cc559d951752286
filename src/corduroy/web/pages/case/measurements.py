"""The table of measurements, linked both ways with the viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from corduroy.web.api.jobs import result_address
from corduroy.web.pages.case.results import ScanResults
from corduroy.web.pages.case.wording import of_uncertain
from corduroy.web.pages.frame import bullets, heading
from corduroy.web.pages.tables import Cell, data_table
from corduroy.web.texts import text

_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("anterior", ("heights_mm", "anterior")),
    ("middle", ("heights_mm", "middle")),
    ("posterior", ("heights_mm", "posterior")),
    ("loss", ("height_loss_percent", "anterior")),
    ("wedge", ("wedge_angle_deg",)),
    ("cobb", ("regional_cobb_deg",)),
    ("canal", ("canal", "area_mm2")),
    ("compromise", ("canal", "compromise_percent")),
    ("density", ("trabecular_hu",)),
)


class MeasurementTable:
    """One row for each vertebra; the button with its level leads to its place in the scan.

    Parameters
    ----------
    results : ScanResults
        With a measurement.
    on_level : callable
        Called with a level that somebody chose.
    """

    def __init__(self, results: ScanResults, on_level: Callable[[str], object]) -> None:
        document = results.measured
        assert document is not None  # the caller shows something else then
        assert results.measured_by is not None
        self._buttons: dict[str, ui.button] = {}
        self._on_level = on_level
        heading(text("measurements.title"), 2)
        if results.is_stale(document):
            ui.label(text("case.stale")).classes("doubt")
        ui.label(text("measurements.hint")).classes("quiet")
        columns = [text("measurements.level"), *(text(f"measurements.{name}") for name, _ in _COLUMNS)]
        rows = [self._row(one) for one in document["vertebrae"]]
        data_table(text("measurements.title"), columns, rows).classes("pairs even")
        _alignment(document)
        _remarks(document["vertebrae"])
        for warning in document["warnings"]:
            ui.label(warning).classes("doubt")
        number = results.measured_by.number
        with ui.row().classes("gap-4"):
            ui.link(text("case.report_html"), result_address(number, "report/report.html"), new_tab=True)
            ui.link(text("case.report_pdf"), result_address(number, "report/report.pdf"), new_tab=True)

    def mark(self, level: str) -> None:
        """Show which vertebra the viewer is at."""
        for name, button in self._buttons.items():
            button.props(f"aria-pressed={'true' if name == level else 'false'}")
            button.classes(**({"add": "chosen"} if name == level else {"remove": "chosen"}))

    def _row(self, vertebra: dict[str, Any]) -> list[Cell]:
        level = str(vertebra["level"])
        return [lambda: self._button(level), *(of_uncertain(vertebra, *path) for _, path in _COLUMNS)]

    def _button(self, level: str) -> None:
        button = ui.button(level, on_click=lambda: self._on_level(level)).props("flat dense aria-pressed=false")
        self._buttons[level] = button.classes("corduroy-level")


def _alignment(document: dict[str, Any]) -> None:
    known = {name: value for name, value in document["alignment"].items() if value is not None}
    spread = document["alignment_uncertainty"]
    for name, value in known.items():
        words = text("measurements.coronal") if name == "coronal_cobb" else name
        ui.label(f"{words}: {value:.1f} ± {spread[name]:.1f}°").classes("numbers")


def _remarks(vertebrae: list[dict[str, Any]]) -> None:
    """Below the table, as a column of sentences would push its numbers out of sight on a laptop."""
    said = [f"{one['level']}: {'; '.join(remarks)}" for one in vertebrae if (remarks := _remarks_of(one))]
    if said:
        heading(text("measurements.flags"), 3)
        bullets(said)


def _remarks_of(vertebra: dict[str, Any]) -> list[str]:
    """Genant's grade, where there is one, and the flags of a measured vertebra."""
    grade = vertebra["genant_grade"]
    graded = [text("measurements.genant", grade=grade, deformity=vertebra["deformity"])] if grade else []
    return [*graded, *vertebra["flags"]]
