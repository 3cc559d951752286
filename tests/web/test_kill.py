"""Servers and workers killed while people save, upload and start jobs: `make bench-web` does it fifty times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.web_kill import kill


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives(tmp_path: Path, kills: int) -> None:
    outcome = kill(tmp_path / "workbench", kills, np.random.default_rng(kills), lambda _: None)
    assert outcome.servers == kills
    assert len(outcome.saves) >= kills
    assert len(outcome.uploads) >= kills
    assert outcome.lost_saves == []
    assert outcome.lost_uploads == []
    assert outcome.lost_jobs == []
    assert outcome.half == []
    assert outcome.is_whole
