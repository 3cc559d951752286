"""What `corduroy inject` and `corduroy mechanics` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corduroy.errors import ModelError
from tests.cli.conftest import Run


@pytest.mark.parametrize(("command", "computes"), [("inject", "injection_case"), ("mechanics", "mechanics_case")])
def test_seed_is_a_point_in_the_lesion_as_for_the_plan(
    files: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: str, computes: str
) -> None:
    asked: list[Any] = []

    def refusing(*given: Any) -> None:
        asked.append(given[1])
        raise ModelError("nothing", "only what was asked for")

    monkeypatch.setattr(f"corduroy.pipeline.{computes}.{computes}", refusing)
    given = (command, files / "ct.nii.gz", "--labels", files / "labels.nii.gz")
    result = run(*given, "--seed=-3,-70,-184", "--random-seed", "7")
    assert result.exit_code == 2, result.output
    (request,) = asked
    assert (request.plan.seed_mm, request.settings.seed) == ((-3.0, -70.0, -184.0), 7)
    refused = run(*given, "--seed", "7")
    assert refused.exit_code == 2
    assert "--random-seed 7" in refused.stderr
    assert len(asked) == 1
