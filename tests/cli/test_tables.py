"""What a terminal shows of a measurement, however narrow it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from corduroy.anatomy.spine import build_spine
from corduroy.cli import tables
from corduroy.imaging import read_labels
from corduroy.morphometry.measure import measure_spine


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
