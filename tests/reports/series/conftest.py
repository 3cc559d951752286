"""The report of the synthetic six, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

import corduroy.study
from corduroy.reports.series import write_series_report
from corduroy.study.results import SeriesResult
from corduroy.study.series import analyse_file

EXAMPLE = Path(corduroy.study.__file__).parent / "examples" / "synthetic-series.yaml"


@pytest.fixture(scope="session")
def series() -> SeriesResult:
    return analyse_file(EXAMPLE)


@pytest.fixture(scope="session")
def report(series: SeriesResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the written report."""
    out = tmp_path_factory.mktemp("series") / "report"
    write_series_report(series, out)
    return out
