"""Check claims made of counts: percentages, sums of subtypes, two versions of one count, exact intervals and rates."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice

from corduroy.study.proportions import clopper_pearson
from corduroy.study.published.claims import PercentClaim, ProportionClaim, RateClaim, SumClaim, VersionsClaim
from corduroy.study.published.finding import REASONS, Finding, Value, Verdict, by_rounding, readable
from corduroy.study.published.printed import Interval, Printed, Rounding
from corduroy.study.rates import poisson_rate

_LISTED = 6
_LARGEST_DENOMINATOR = 200
"""How far denominators are looked for where none is printed; author's choice."""
_RULE_OF_THREE = 3


def check_percent(claim: PercentClaim) -> Finding:
    """Whether count, denominator and percentage fit; else which would."""
    if claim.of is None:
        return _denominator_missing(claim)
    if claim.count is None:
        return _count_missing(claim, claim.of)
    share = Fraction(100 * claim.count, claim.of)
    readings = claim.percent.readings(share)
    verdict, only_as = by_rounding(readings)
    printed = f"{claim.count}/{claim.of} = {_percent(claim.percent)}"
    values: dict[str, Value] = {"percent": float(share)}
    return Finding(verdict, printed, f"{readable(float(share))} %", _explained(claim, share, readings), only_as, values)


def _percent(number: Printed) -> str:
    return f"{number.text.removesuffix('%').strip()} %"


def _explained(claim: PercentClaim, share: Fraction, readings: tuple[Rounding, ...]) -> str:
    digits = f"{claim.count} of {claim.of} is {readable(float(share))} %"
    if not readings:
        return f"{digits}, which is not printed so. {_what_would_fit(claim)} {REASONS[0].upper()}{REASONS[1:]}."
    if readings[0] == Rounding.TWICE:
        once = round(float(share), claim.percent.decimals + 1)
        return f"{digits}; it becomes {claim.percent} only by way of {once:.{claim.percent.decimals + 1}f}."
    if readings[0] in (Rounding.TRUNCATED, Rounding.HALF_DOWN):
        return f"{digits}; it was {readings[0]}."
    tie = "" if Rounding.HALF_UP in readings and Rounding.HALF_EVEN in readings else f" (a tie, {readings[0]})"
    return f"{digits}{tie}."


def _what_would_fit(claim: PercentClaim) -> str:
    assert claim.of is not None and claim.count is not None
    counts = _counts(claim.percent.accepted, claim.of)
    sizes = _denominators(claim.percent.accepted, claim.count, claim.of)
    said = [f"{_listed(counts)} of {claim.of}"] if counts else []
    said += [f"{claim.count} of {_listed(sizes)}"] if sizes else []
    return f"It would be right for {' or '.join(said)}." if said else f"No count of {claim.of} is printed so."


def _counts(percent: Interval, of: int) -> range:
    found = percent.whole_multiples(Fraction(100, of))
    return range(max(found.start, 0), min(found.stop, of + 1))


def _denominators(percent: Interval, count: int, near: int) -> list[int]:
    """Denominators up to twice the printed one (at least 200), the nearest first."""
    most = max(_LARGEST_DENOMINATOR, 2 * near)
    if percent.high <= 0 or count == 0:
        return []
    first = max(count, int(100 * count / percent.high) - 1, 1)
    last = most if percent.low <= 0 else min(most, int(100 * count / percent.low) + 1)
    fitting = (n for n in range(first, last + 1) if Fraction(100 * count, n) in percent)
    return sorted(fitting, key=lambda n: (abs(n - near), n))


def _listed(numbers: Iterable[int]) -> str:
    shown = list(islice(numbers, _LISTED + 1))
    text = ", ".join(str(n) for n in shown[:_LISTED])
    return f"{text} ..." if len(shown) > _LISTED else text


def _count_missing(claim: PercentClaim, of: int) -> Finding:
    counts = _counts(claim.percent.accepted, of)
    printed = f"{_percent(claim.percent)} of {of}"
    values: dict[str, Value] = {"possible counts": len(counts)}
    if counts:
        values |= {"count": counts[0]} if len(counts) == 1 else {"least count": counts[0], "largest count": counts[-1]}
        only = "Only this count is" if len(counts) == 1 else f"{len(counts)} counts are"
        return Finding(Verdict.FITS, printed, f"{_listed(counts)} of {of}", f"{only} printed so.", "", values)
    below = int(claim.percent.value * of / 100)
    near = ", ".join(f"{k}/{of} = {readable(100 * k / of)} %" for k in (below, below + 1))
    return Finding(
        Verdict.DOES_NOT_FIT,
        printed,
        near,
        f"No count of {of} is printed so; {REASONS.replace('another n than stated', 'another denominator')}.",
        "",
        values,
    )


def _denominator_missing(claim: PercentClaim) -> Finding:
    assert claim.count is not None
    sizes = sorted(_denominators(claim.percent.accepted, claim.count, claim.count))
    printed = f"{claim.count} = {_percent(claim.percent)}"
    values: dict[str, Value] = {"possible denominators": len(sizes)}
    if not sizes:
        verdict = Verdict.CANNOT_BE_CHECKED if claim.count == 0 else Verdict.DOES_NOT_FIT
        said = f"No denominator up to {max(_LARGEST_DENOMINATOR, 2 * claim.count)} gives this percentage."
        return Finding(verdict, printed, "-", said, "", values)
    return Finding(Verdict.FITS, printed, f"of {_listed(sizes)}", "These denominators are printed so.", "", values)


def check_sum(claim: SumClaim) -> Finding:
    """Whether the parts add up to the total, and which of both the percentage belongs to."""
    added = sum(claim.parts)
    printed = f"{' + '.join(map(str, claim.parts))} = {claim.total}"
    values: dict[str, Value] = {"sum of the parts": added}
    if added == claim.total:
        said, fits = "The parts add up to the total.", True
    else:
        said, fits = (
            f"The parts add up to {added}, not {claim.total}; parts may overlap, or one number is a misprint.",
            False,
        )
    if claim.of and claim.percent:
        printed += f" ({_percent(claim.percent)} of {claim.of})"
        for name, count in {"total": claim.total, "sum of the parts": added}.items():
            share = Fraction(100 * count, claim.of)
            values[f"percent of the {name}"] = float(share)
            agrees = bool(claim.percent.readings(share))
            fits &= agrees
            said += (
                f" {count}/{claim.of} is {readable(float(share))} %, which {'is' if agrees else 'is not'} printed so."
            )
            if added == claim.total:
                break
    return Finding(Verdict.FITS if fits else Verdict.DOES_NOT_FIT, printed, str(added), said, "", values)


def check_versions(claim: VersionsClaim) -> Finding:
    """Whether one number is the same everywhere, within its printed digits."""
    printed = "; ".join(f"{version.value} ({version.source})" for version in claim.versions)
    ranges = [version.value.accepted for version in claim.versions]
    agree = max(r.low for r in ranges) <= min(r.high for r in ranges)
    numbers = list(dict.fromkeys(version.value.text for version in claim.versions))
    values: dict[str, Value] = {f"version {i}": float(v.value.value) for i, v in enumerate(claim.versions, start=1)}
    if agree:
        return Finding(
            Verdict.FITS, printed, " / ".join(numbers), "The versions agree in their printed digits.", "", values
        )
    said = (
        "The versions differ. Possible reasons: another date of the data, another definition, a correction, a misprint; "
        "nothing in the numbers says which of them is right."
    )
    return Finding(Verdict.DOES_NOT_FIT, printed, " / ".join(numbers), said, "", values)


def check_proportion(claim: ProportionClaim) -> Finding:
    """The exact interval of a count, and whether what is printed agrees with it."""
    interval = clopper_pearson(claim.count, claim.of).interval
    share = Fraction(100 * claim.count, claim.of)
    values: dict[str, Value] = {"percent": float(share), "low": 100 * interval.low, "high": 100 * interval.high}
    recomputed = f"{float(share):.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
    said = "Clopper-Pearson, 95 %."
    if claim.count == 0:
        upper = 100 * clopper_pearson(0, claim.of, side="upper").interval.high
        three = min(100.0, 100 * _RULE_OF_THREE / claim.of)
        values |= {"one-sided high": upper, "rule of three": three}
        said += (
            f" One-sided 95 %: at most {upper:.1f} %; the rule of three ({three:.3g} %) is meant for n of 30 and more."
        )
    compared = [(claim.percent, float(share)), (claim.low, 100 * interval.low), (claim.high, 100 * interval.high)]
    printed = f"{claim.count}/{claim.of}" + _interval_text(claim.percent, claim.low, claim.high)
    return _compared(compared, printed, recomputed, said, values)


def check_rate(claim: RateClaim) -> Finding:
    """The exact Poisson interval of a rate, and whether what is printed agrees with it."""
    years = float(claim.person_years.value)
    rate = poisson_rate(claim.events, years)
    low, high = rate.interval.low, rate.interval.high
    values: dict[str, Value] = {"rate": rate.per_year, "low": low, "high": high}
    said = "Exact Poisson, 95 %."
    if claim.events == 0:
        upper = poisson_rate(0, years, side="upper").interval.high
        values["one-sided high"] = upper
        said += f" One-sided 95 %: at most {upper:.3f}."
    printed = f"{claim.events} in {claim.person_years} person-years" + _interval_text(None, claim.low, claim.high)
    recomputed = f"{rate.per_year:.3f} ({low:.3f} to {high:.3f}) per person-year"
    return _compared([(claim.low, low), (claim.high, high)], printed, recomputed, said, values)


def _interval_text(value: Printed | None, low: Printed | None, high: Printed | None) -> str:
    parts = [f", {value}" if value else "", f" ({low or '?'} to {high or '?'})" if low or high else ""]
    return "".join(parts)


def _compared(
    pairs: list[tuple[Printed | None, float]], printed: str, recomputed: str, said: str, values: dict[str, Value]
) -> Finding:
    """The verdict on recomputed floating-point numbers beside printed ones."""
    present = [(number, value) for number, value in pairs if number is not None]
    if not present:
        return Finding(Verdict.COMPUTED, printed, recomputed, said, "", values)
    if all(number.admits(value) for number, value in present):
        return Finding(Verdict.FITS, printed, recomputed, said, "", values)
    said += " The printed numbers are others; approximate intervals (Wald, Wilson) differ from exact ones."
    return Finding(Verdict.DOES_NOT_FIT, printed, recomputed, said, "", values)
