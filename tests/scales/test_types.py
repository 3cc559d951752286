"""What the type checker refuses: a value nobody stands for, and two scales in one comparison."""

from pathlib import Path

import pytest

SNIPPET = """
from corduroy.scales import (
    AisGrade, Confirmed, FrankelGrade, Proposed, SinsItems, SinsLocation, SinsPain, grade_change,
)

def file(grade: Confirmed[FrankelGrade]) -> None: ...

file(Confirmed(FrankelGrade.A, "reader"))
SinsItems(location=Proposed(SinsLocation.MOBILE, "level L3"))
grade_change(FrankelGrade.A, FrankelGrade.B)

file(Proposed(FrankelGrade.A, "imaging"))
SinsItems(location=SinsLocation.MOBILE)
SinsItems(location=Confirmed(SinsPain.NONE, "reader"))
grade_change(FrankelGrade.A, AisGrade.B)
"""


@pytest.mark.slow
def test_the_type_checker_tells_proposed_from_confirmed_and_scale_from_scale(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET, encoding="utf-8")
    report, _, status = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(snippet)])
    refused = sorted({int(line.split(":")[1]) for line in report.splitlines() if ": error:" in line})
    wrong = [number for number, line in enumerate(SNIPPET.splitlines(), 1) if line][-4:]
    assert status == 1
    assert refused == wrong, report
