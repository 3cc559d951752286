"""The 25 derived checks, through the shipped example file and the same way that a user goes."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from corduroy.study.published import Finding, Verdict, check_paper, example_text, parse_paper

TABLE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "derived_checks.csv"

# check, digits that must come out (of any recomputed value of its claims), verdicts of its claims
PINNED: dict[str, tuple[str, str]] = {
    "GRIM-index-age": ("314 52.333", "fits"),
    "GRIM-index-op": ("1093 182.167", "fits"),
    "GRIM-index-EBL": ("5450 908.333", "fits"),
    "GRIM-index-FU": ("299 49.833", "fits"),
    "Xu-EBL-t": ("0.00048", "does not fit"),
    "Xu-EBL-MWU": (
        "0.00270 0.00341 0.00117",
        "fits only as Mann-Whitney at U = 0, normal approximation or with continuity correction",
    ),
    "Xu-op-t": ("0.0227 0.0203", "fits only as Student's t or Welch's t within the rounding of means and SDs"),
    "Xu-op-MWU": ("0.02227 0.02214", "fits only as Mann-Whitney at U = 5, normal approximation or exact"),
    "Xu-EBL-CI": ("290.4 159.6 421.2 2.53", "nothing printed to compare"),
    "Xu-op-CI": ("60 10.1 109.9 1.37", "nothing printed to compare"),
    "Singh-sign": ("0.00195 2.2", "fits"),
    "Shamhoot-GRIM": ("25 8 7 3 6", "fits; fits; fits"),
    "Shabib-n": ("6 7", "does not fit"),
    "XuD-drain": ("0.00075 0.00139", "does not fit"),
    "Oh-RCT": ("12 0.812 13 0.640", "does not fit; does not fit"),
    "Ahn-canal": ("0.091 0.151 0.046", "does not fit"),
    "Ahn-all": ("0.782 0.927", "does not fit"),
    "IVC-B": ("0.0409", "fits; fits; fits"),
    "MSCC-bleed": ("0.0099 0.0105", "fits"),
    "Bhatia": ("26.2 22.4 41.7", "fits; fits only as rounded twice; fits"),
    "Kato-RR": ("78.9", "nothing printed to compare"),
    "biopsy-index series": ("83.3 35.9 99.6", "nothing printed to compare"),
    "biopsy-Jiang": ("20 0.5 71.6 0.080 54.5 23.4 83.3", "; ".join(["nothing printed to compare"] * 3)),
    "zero-6": ("0 45.9 39.3 50", "nothing printed to compare"),
    "zero-rate": ("0.148 0.120", "nothing printed to compare"),
}


@pytest.fixture(scope="module")
def findings() -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for checked in check_paper(parse_paper(example_text())).claims:
        assert checked.claim.id
        found[checked.claim.id].append(checked.finding)
    return found


def comes_out(digits: str, findings: Iterable[Finding]) -> bool:
    """Whether some recomputed value, rounded to as many decimals, is printed as these digits."""
    decimals = len(digits.partition(".")[2])
    values = [value for finding in findings for value in finding.values.values()]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return any(f"{value:.{decimals}f}" == digits for value in numbers)


@pytest.mark.parametrize("check", PINNED)
def test_comes_out_as_stated(check: str, findings: dict[str, list[Finding]]) -> None:
    digits, verdicts = PINNED[check]
    for number in digits.split():
        assert comes_out(number, findings[check]), number
    assert "; ".join(finding.headline for finding in findings[check]) == verdicts


def test_the_table_itself() -> None:
    """Every number in the column `computed` of the reference table is one of those pinned above, and the other way."""
    if not TABLE.exists():
        pytest.skip(f"needs the reference table {TABLE.name}, which is not part of the project")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["check_id"] for row in rows} == set(PINNED)
    for row in rows:
        stated = set(re.findall(r"\d+(?:\.\d+)?", row["computed"]))
        digits, verdicts = PINNED[row["check_id"]]
        assert stated <= set(digits.split()), row["check_id"]
        if row["agrees"]:
            assert _agrees(verdicts) == row["agrees"].partition(" ")[0].lower(), row["check_id"]


def _agrees(verdicts: str) -> str:
    """The table's word; it calls a p no t-test that only the rounding of means and SDs would allow."""
    return "no" if "does not fit" in verdicts or "within the rounding" in verdicts else "yes"


def test_the_printed_p_of_the_operation_time_is_not_excluded_by_its_rounding(
    findings: dict[str, list[Finding]],
) -> None:
    """The table says that 0.022 is no t-test; the printed digits give 0.0227, but values that round to them 0.022."""
    (found,) = findings["Xu-op-t"]
    values = found.values
    assert found.verdict == Verdict.FITS_ONLY_AS
    assert comes_out("0.023", [found])
    assert float(values["Student's t, lowest"] or 0) < 0.0225 < float(values["Student's t, highest"] or 0)
