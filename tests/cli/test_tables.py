"""What a terminal shows of a measurement, however narrow it is."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from corduroy.anatomy.spine import build_spine
from corduroy.cli import tables
from corduroy.imaging import read_labels
from corduroy.morphometry.measure import measure_spine
from corduroy.morphometry.results import GRADE_MAY_BE_NONE


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_no_number_is_cut_however_narrow_the_terminal(files: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    shown = io.StringIO()

    def console(**given: int) -> Console:
        return Console(file=shown, force_terminal=True, color_system=None, **{"width": width, **given})

    monkeypatch.setattr(tables, "Console", console)
    measured = measure_spine(build_spine(read_labels(files / "labels.nii.gz")))
    tables.print_measurement("a name", measured)
    text = shown.getvalue()
    assert "…" not in text
    for vertebra in measured.vertebrae:
        height = vertebra.heights["posterior"]
        assert height is not None
        assert f"{height.value:.1f}±{height.uncertainty:.1f}" in text


def test_a_grade_within_error_of_none_is_not_shown_as_a_fracture(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = measure_spine(build_spine(read_labels(files / "labels.nii.gz")))
    unsure = replace(measured["L1"], genant_grade=1, deformity="biconcave", flags=(GRADE_MAY_BE_NONE,))
    tables.print_measurement("a name", replace(measured, vertebrae=(unsure,)))
    text = capsys.readouterr().out
    assert "1 or 0 biconcave" in text
    assert "or 0: within error of no fracture" in text
