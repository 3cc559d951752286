"""Check what a count or a number of events leaves possible: exact binomial intervals and Poisson rates."""

from __future__ import annotations

from fractions import Fraction

from corduroy.study.proportions import clopper_pearson
from corduroy.study.published.claims import ProportionClaim, RateClaim
from corduroy.study.published.finding import Finding, Value, Verdict
from corduroy.study.published.printed import Printed
from corduroy.study.rates import poisson_rate

_RULE_OF_THREE = 3


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
        return Finding(Verdict.COMPUTED, printed, recomputed, said, values=values)
    if all(number.admits(value) for number, value in present):
        return Finding(Verdict.FITS, printed, recomputed, said, values=values)
    said += " The printed numbers are others; approximate intervals (Wald, Wilson) differ from exact ones."
    return Finding(Verdict.DOES_NOT_FIT, printed, recomputed, said, values=values)
