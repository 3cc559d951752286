from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from corduroy.study.published import fits_grim
from corduroy.study.published.grim import Grains, possible_totals
from corduroy.study.published.printed import Printed, Rounding


def printed_means(n: int, items: int, decimals: int, most: int) -> set[str]:
    """Every mean that whole numbers up to `most` can be printed as."""
    unit = Decimal(1).scaleb(-decimals)
    means = (Decimal(total) / Decimal(n * items) for total in range(n * items * most + 1))
    return {str(mean.quantize(unit, way)) for mean in means for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


@pytest.mark.parametrize("items", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 6, 8, 40])
def test_equals_enumeration_of_all_totals(n: int, items: int) -> None:
    for decimals in (0, 1, 2, 3):
        possible = printed_means(n, items, decimals, 4)
        for step in range(3 * 10**decimals):
            text = f"{step / 10**decimals:.{decimals}f}"
            assert fits_grim(text, n, items) == (text in possible), text


# Brown & Heathers 2017 as implemented and documented in the R packages scrutiny (vignette "grim") and rsprite2 (tests),
# read there; the last two lines are The Economist's (18 June 2016) and Wikipedia's examples.
PUBLISHED = [
    *[("5.27", 43, 1, False), ("8.97", 28, 1, False), ("2.61", 28, 1, True), ("7.26", 28, 1, False)],
    *[("3.64", 28, 1, True), ("9.26", 28, 1, False), ("10.46", 28, 1, True), ("7.39", 28, 1, True)],
    *[("5.90", 40, 1, True), ("5.71", 40, 1, False), ("3.50", 40, 1, True), ("3.82", 40, 1, True)],
    *[("4.61", 40, 1, False), ("5.24", 40, 1, False), ("5.71", 40, 3, True), ("4.61", 40, 3, True)],
    *[("5.24", 40, 3, True), ("6.92", 30, 1, False), ("3.48", 30, 1, False), ("1.59", 30, 2, False)],
    *[("2.61", 30, 2, False), ("4.04", 30, 3, True), ("4.50", 30, 3, True), ("5.19", 28, 1, False)],
    *[("-1.3", 3, 1, True), ("0.00001", 10000, 1, False), ("3.45", 10, 1, False)],
    ("5.93", 49, 1, False),
    ("3.48", 20, 1, False),
]


@pytest.mark.parametrize(("mean", "n", "items", "fits"), PUBLISHED)
def test_published_examples(mean: str, n: int, items: int, fits: bool) -> None:
    assert fits_grim(mean, n, items) is fits


# scrutiny, vignette "grim", section on percentages: a yes counts as 100.
@pytest.mark.parametrize(("percent", "n", "fits"), [("32.5", 438, False), ("35.6", 455, True), ("21.7", 501, False)])
def test_published_percentages(percent: str, n: int, fits: bool) -> None:
    assert fits_grim(percent, n, unit="100") is fits


def test_totals_of_the_published_rsprite_examples() -> None:
    assert list(possible_totals(Printed.read("1.14"), Grains(8)).totals) == []
    assert list(possible_totals(Printed.read("416.7"), Grains(6, Fraction(50))).totals) == [50]


@pytest.mark.parametrize(
    ("mean", "n", "way"),
    [("1.13", 8, Rounding.HALF_UP), ("1.12", 8, Rounding.HALF_EVEN), ("2.66", 3, Rounding.TRUNCATED)],
)
def test_says_by_which_rounding(mean: str, n: int, way: Rounding) -> None:
    assert possible_totals(Printed.read(mean), Grains(n)).rounding[0] == way
