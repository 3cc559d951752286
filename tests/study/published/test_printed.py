from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.study.published.printed import ACCEPTED, Printed, Rounding

WAYS = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_DOWN: ROUND_HALF_DOWN,
    Rounding.TRUNCATED: ROUND_DOWN,
}


@pytest.mark.parametrize(
    ("text", "relation", "value", "decimals"),
    [
        ("52.30", "=", "52.3", 2),
        ("<0.01", "<", "0.01", 2),
        ("P = .003", "=", "0.003", 3),
        ("p≤0.05", "<=", "0.05", 2),
        ("-1.5", "=", "-1.5", 1),
        ("−1.5", "=", "-1.5", 1),
        ("20.9%", "=", "20.9", 1),
        ("7", "=", "7", 0),
    ],
)
def test_reads_what_papers_print(text: str, relation: str, value: str, decimals: int) -> None:
    number = Printed.read(text)
    assert (number.relation, number.value, number.decimals) == (relation, Fraction(value), decimals)


@pytest.mark.parametrize("text", ["", "1,093", "1.2.3", "about 5", "1e-5", "p", "--1", "nan", "9" * 16, "1."])
def test_refuses_what_is_no_printed_number(text: str) -> None:
    with pytest.raises(ValueError, match="a number as printed"):
        Printed.read(text)


@given(
    st.decimals(-1000, 1000, places=6, allow_nan=False),
    st.integers(0, 3),
    st.sampled_from(list(WAYS)),
)
def test_a_value_lies_in_the_interval_of_its_printed_digits(value: Decimal, places: int, way: Rounding) -> None:
    text = str(value.quantize(Decimal(1).scaleb(-places), WAYS[way]))
    assert Fraction(value) in Printed.read(text).interval(way)


@given(st.decimals(-20, 20, places=3, allow_nan=False), st.decimals(-20, 20, places=1), st.sampled_from(list(WAYS)))
def test_and_in_no_other_interval(value: Decimal, other: Decimal, way: Rounding) -> None:
    printed = value.quantize(Decimal("0.1"), WAYS[way])
    assert (Fraction(value) in Printed.read(f"{other:f}").interval(way)) == (printed == other)


def test_ties_belong_to_one_side_only() -> None:
    tie = Fraction("1.125")
    assert Printed.read("1.13").readings(tie)[0] == Rounding.HALF_UP
    assert Printed.read("1.12").readings(tie) == (Rounding.HALF_EVEN, Rounding.HALF_DOWN, Rounding.TRUNCATED)
    odd = Fraction("1.135")
    assert not set(Printed.read("1.13").readings(odd)) & set(ACCEPTED)
    assert odd not in Printed.read("1.13").accepted
    assert tie in Printed.read("1.12").accepted


def test_rounding_twice_is_recognized() -> None:
    assert Printed.read("22.5").readings(Fraction(1100, 49)) == (Rounding.TWICE,)
    assert Printed.read("22.4").readings(Fraction(1100, 49))[0] == Rounding.HALF_UP


def test_a_bound_admits_what_lies_within_it() -> None:
    assert Printed.read("<0.01").admits(0.0099)
    assert not Printed.read("<0.01").admits(0.0101)
    assert Printed.read(">0.05").admits(0.2)
    assert not Printed.read("0.05").admits(0.0551)
    assert Printed.read("0.0312").admits(0.03125)
    assert Printed.read("0.0313").admits(0.03125)
