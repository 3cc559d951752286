"""Check a percentage: which counts and which denominators are printed so."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice

from corduroy.study.published.claims import PercentClaim
from corduroy.study.published.finding import Finding, Value, Verdict, by_rounding, percent_text, readable
from corduroy.study.published.printed import Interval, Rounding

_LISTED = 6
_REASONS = "a misprint, another denominator (missing values), a rate from a model or over time"
_LARGEST_DENOMINATOR = 200
"""How far denominators are looked for at least; author's choice."""


def check_percent(claim: PercentClaim) -> Finding:
    """Whether count, denominator and percentage fit; else which would."""
    if claim.of is None:
        return _denominator_missing(claim)
    if claim.count is None:
        return _count_missing(claim, claim.of)
    share = Fraction(100 * claim.count, claim.of)
    readings = claim.percent.readings(share)
    verdict, only_as = by_rounding(readings)
    printed = f"{claim.count}/{claim.of} = {percent_text(claim.percent)}"
    values: dict[str, Value] = {"percent": float(share)}
    return Finding(verdict, printed, f"{readable(float(share))} %", _explained(claim, share, readings), only_as, values)


def _explained(claim: PercentClaim, share: Fraction, readings: tuple[Rounding, ...]) -> str:
    digits = f"{claim.count} of {claim.of} is {readable(float(share))} %"
    if not readings:
        return f"{digits}, which is not printed so. {_what_would_fit(claim)} Possible reasons: {_REASONS}."
    if readings[0] == Rounding.TWICE:
        once = round(float(share), claim.percent.decimals + 1)
        return f"{digits}; it becomes {claim.percent} only by way of {once:.{claim.percent.decimals + 1}f}."
    if readings[0] in (Rounding.TRUNCATED, Rounding.HALF_DOWN):
        return f"{digits}; it was {readings[0]}."
    tie = "" if Rounding.HALF_UP in readings and Rounding.HALF_EVEN in readings else f" (a tie, {readings[0]})"
    return f"{digits}{tie}."


def _what_would_fit(claim: PercentClaim) -> str:
    assert claim.of is not None
    assert claim.count is not None
    counts = _counts(claim.percent.accepted, claim.of)
    sizes = _denominators(claim.percent.accepted, claim.count, claim.of)
    said = [f"{_listed(counts)} of {claim.of}"] if counts else []
    said += [f"{claim.count} of {_listed(sizes)}"] if sizes else []
    return f"It would be right for {' or '.join(said)}." if said else f"No count of {claim.of} is printed so."


def _counts(percent: Interval, of: int) -> range:
    found = percent.whole_multiples(Fraction(100, of))
    return range(max(found.start, 0), min(found.stop, of + 1))


def _denominators(percent: Interval, count: int, near: int) -> list[int]:
    """The denominators that fit, up to twice the printed one (at least 200): the nearest few, the nearest first."""
    if percent.high <= 0 or count == 0:
        return []
    most = max(_LARGEST_DENOMINATOR, 2 * near)
    largest = Fraction(100 * count) / percent.low if percent.low > 0 else Fraction(most)
    smallest = Fraction(100 * count) / percent.high
    sizes = Interval(smallest, largest, percent.high_closed, percent.low_closed or percent.low <= 0)
    fitting = sizes.whole_multiples(Fraction(1))
    first, last = max(fitting.start, count), min(fitting.stop - 1, most)
    nearest = min(max(near, first), last)
    around = range(max(first, nearest - _LISTED), min(last, nearest + _LISTED) + 1)
    return sorted(around, key=lambda n: (abs(n - near), n))


def _listed(numbers: Iterable[int]) -> str:
    shown = list(islice(numbers, _LISTED + 1))
    text = ", ".join(str(n) for n in shown[:_LISTED])
    return f"{text} ..." if len(shown) > _LISTED else text


def _count_missing(claim: PercentClaim, of: int) -> Finding:
    counts = _counts(claim.percent.accepted, of)
    printed = f"{percent_text(claim.percent)} of {of}"
    values: dict[str, Value] = {"possible counts": len(counts)}
    if counts:
        values |= {"count": counts[0]} if len(counts) == 1 else {"least count": counts[0], "largest count": counts[-1]}
        only = "Only this count is" if len(counts) == 1 else f"{len(counts)} counts are"
        return Finding(Verdict.FITS, printed, f"{_listed(counts)} of {of}", f"{only} printed so.", values=values)
    below = int(claim.percent.value * of / 100)
    near = ", ".join(f"{k}/{of} = {readable(100 * k / of)} %" for k in (below, below + 1))
    return Finding(
        Verdict.DOES_NOT_FIT,
        printed,
        near,
        f"No count of {of} is printed so; possible reasons: {_REASONS}.",
        values=values,
    )


def _denominator_missing(claim: PercentClaim) -> Finding:
    assert claim.count is not None
    sizes = sorted(_denominators(claim.percent.accepted, claim.count, claim.count))
    printed = f"{claim.count} = {percent_text(claim.percent)}"
    values: dict[str, Value] = {"nearest denominators": ", ".join(map(str, sizes))}
    if not sizes:
        verdict = Verdict.CANNOT_BE_CHECKED if claim.count == 0 else Verdict.DOES_NOT_FIT
        said = f"No denominator up to {max(_LARGEST_DENOMINATOR, 2 * claim.count)} gives this percentage."
        return Finding(verdict, printed, "-", said, values=values)
    return Finding(Verdict.FITS, printed, f"of {_listed(sizes)}", "These denominators are printed so.", values=values)
