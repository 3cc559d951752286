"""What a case report says, as plain data: the same for the web page and the PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.reports.methods import methods_of
from corduroy.reports.wording import (
    ALIGNMENTS,
    DISCLAIMER,
    GRADES,
    NOT_MEASURED,
    confidence_words,
    findings,
    flag_words,
    marked_grade,
    with_uncertainty,
)

Cells = list[str]
Column = Callable[[VertebraMeasurement], str]


@dataclass(frozen=True)
class PlacedFigure:
    """A figure that was written, with the words that go with it."""

    key: str
    file: str
    alt: str
    caption: str


def case_content(measurement: SpineMeasurement, name: str, figures: list[PlacedFigure]) -> dict[str, Any]:
    """Titles, sentences, tables and figures of a case report, ready for a template."""
    provenance = measurement.provenance
    return {
        "title": f"Vertebral morphometry of {name}",
        "made": f"Measured {provenance.created[:10]} by {provenance.software} {provenance.version}",
        "disclaimer": DISCLAIMER,
        "warnings": list(measurement.warnings),
        "findings": findings(measurement),
        "figures": {figure.key: vars(figure) for figure in figures},
        "tables": [table for table in _tables(measurement) if table["rows"]],
        "flags": _flags(measurement),
        "methods": methods_of(measurement),
        "provenance": _provenance(measurement),
    }


def _tables(measurement: SpineMeasurement) -> list[dict[str, Any]]:
    interval = "± is the half-width of the 95 % interval."
    return [
        _table(
            measurement,
            "Heights",
            f"In mm; loss in percent of the reference height. {interval}",
            {
                **{p.capitalize(): _group("heights", p) for p in POSITIONS},
                **{f"Reference {p}": _group("reference_heights", p) for p in POSITIONS},
                **{f"Loss {p} %": _group("height_loss", p, 0) for p in POSITIONS},
            },
        ),
        _table(
            measurement,
            "Deformity and angles",
            f"Angles in degrees, kyphosis positive. {interval}",
            {
                "Kind": lambda v: v.deformity or NOT_MEASURED,
                "Genant grade": _grade,
                "Deformity %": _score,
                "Wedge angle": lambda v: with_uncertainty(v.wedge_angle),
                "Regional Cobb angle": lambda v: with_uncertainty(v.regional_cobb),
                "Confidence": lambda v: f"{v.confidence:.2f} ({confidence_words(v.confidence)})",
            },
        ),
        _table(
            measurement,
            "Spinal canal",
            f"At the narrowest closed section of each vertebra. {interval}",
            {
                "Area mm²": lambda v: with_uncertainty(v.canal.area, 0),
                "Antero-posterior mm": lambda v: with_uncertainty(v.canal.ap),
                "Transverse mm": lambda v: with_uncertainty(v.canal.transverse),
                "Narrowing %": lambda v: with_uncertainty(v.canal.compromise, 0),
            },
        ),
        _table(
            measurement,
            "Vertebral body",
            interval,
            {
                "Volume ml": _group("body", "volume"),
                "Depth mm": _group("body", "depth"),
                "Width mm": _group("body", "width"),
                "Trabecular HU": lambda v: with_uncertainty(v.trabecular_hu, 0),
            },
        ),
        _alignment(measurement),
    ]


def _table(measurement: SpineMeasurement, title: str, note: str, columns: dict[str, Column]) -> dict[str, Any]:
    """One row per vertebra; columns in which nothing was measured are left out."""
    cells = {name: [column(v) for v in measurement.vertebrae] for name, column in columns.items()}
    filled = {name: texts for name, texts in cells.items() if any(text != NOT_MEASURED for text in texts)}
    rows = [
        {"cells": [str(v.level), *(texts[i] for texts in filled.values())], "grade": marked_grade(v)}
        for i, v in enumerate(measurement.vertebrae)
    ]
    return {"title": title, "note": note, "columns": ["Level", *filled], "rows": rows if filled else []}


def _alignment(measurement: SpineMeasurement) -> dict[str, Any]:
    rows = [
        {"cells": [ALIGNMENTS.get(name, name), f"{with_uncertainty(angle)}°"], "grade": 0}
        for name, angle in measurement.alignment.items()
        if angle is not None
    ]
    note = "Kyphosis positive, lordosis negative. Only what lies in view."
    return {"title": "Alignment", "note": note, "columns": ["Angle", "Value"], "rows": rows}


def _group(group: str, name: str, digits: int = 1) -> Column:
    return lambda vertebra: with_uncertainty(getattr(vertebra, group).get(name), digits)


def _grade(vertebra: VertebraMeasurement) -> str:
    if vertebra.genant_grade is None:
        return NOT_MEASURED
    or_none = ", or 0" if vertebra.perhaps_intact else ""
    return f"{vertebra.genant_grade} ({GRADES[vertebra.genant_grade]}{or_none})"


def _score(vertebra: VertebraMeasurement) -> str:
    return NOT_MEASURED if vertebra.deformity_score is None else f"{vertebra.deformity_score:.0f}"


def _flags(measurement: SpineMeasurement) -> list[dict[str, str]]:
    return [
        {"level": str(v.level), "text": "; ".join(flag_words(flag) for flag in v.flags)}
        for v in measurement.vertebrae
        if v.flags
    ]


def _provenance(measurement: SpineMeasurement) -> list[Cells]:
    origin = measurement.provenance
    rows = [
        ["Software", f"{origin.software} {origin.version}, Python {origin.python}"],
        ["Method", origin.method],
        ["Made", origin.created],
    ]
    rows += [[f"Input: {role}", f"SHA-256 {digest}"] for role, digest in origin.inputs.items()]
    rows += [[f"Setting: {name}", str(value)] for name, value in origin.settings.items()]
    return rows
