"""Check the p value of a change within few patients: can the named test be as small, and is it one of its values?"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from scipy import stats

from corduroy.study.published.claims import PairedClaim
from corduroy.study.published.finding import Finding, Value, Verdict, p_text, printed_p
from corduroy.study.published.printed import Printed
from corduroy.study.published.rank_tests import Form, all_one_way_p, sign_test_p, signed_rank_p, smallest_paired_p

_EXACT = ", exact,"
_LARGEST_SIGN_TEST = 300
"""Beyond, nearly every p is one of the sign test's; author's choice."""
_LARGE = "some result: with so many pairs nearly every p is reached"


def check_paired(claim: PairedClaim) -> Finding:
    """Compare the printed p with everything that the exact tests, the normal approximation and the t-test can give."""
    n = claim.n - claim.unchanged
    printed = f"n = {claim.n}, {printed_p(claim.p)}"
    if n == 0:
        said = "Nobody changed; no paired test is defined."
        return Finding(Verdict.CANNOT_BE_CHECKED, printed, "-", said)
    floor = smallest_paired_p(n)
    values: dict[str, Value] = {"changed": n, "smallest exact p": floor}
    fitting = {
        "signed-rank": _signed_rank_readings(n, claim.p, values),
        "sign": _sign_readings(n, claim.p),
        "t": _t_readings(claim, values),
    }
    named = fitting if claim.test == "unknown" else {claim.test: fitting[claim.test]}
    verdict, only_as = _verdict(claim, [text for texts in named.values() for text in texts])
    recomputed = f"smallest exact p with {n} changed: {floor:.5g}"
    return Finding(verdict, printed, recomputed, _explanation(n, claim, floor), only_as, values)


def _verdict(claim: PairedClaim, readings: list[str]) -> tuple[Verdict, str]:
    if any(_EXACT in reading for reading in readings):
        return Verdict.FITS, ""
    if readings:
        return Verdict.FITS_ONLY_AS, " or ".join(readings)
    if claim.mean_change is None and claim.test == "t":
        return Verdict.CANNOT_BE_CHECKED, ""
    if claim.mean_change is None and claim.test == "unknown":
        return Verdict.FITS_ONLY_AS, "a paired t-test, which cannot be checked without mean and SD of the changes"
    return Verdict.DOES_NOT_FIT, ""


def _signed_rank_readings(n: int, p: Printed, values: dict[str, Value]) -> list[str]:
    readings = []
    for form in Form:
        one_way = all_one_way_p(n, form) if form != Form.EXACT else (smallest_paired_p(n),)
        values[f"signed-rank, {form}, all one way"] = one_way[0]
        if p.admits(one_way[-1], one_way[0]) and any(p.admits(value) for value in one_way):
            readings.append(f"signed-rank test, {form}, all changes one way ({_first_fitting(one_way, p)})")
            continue
        every = signed_rank_p(n, form)
        if every is None and p.admits(one_way[0], 1.0):
            readings.append(f"signed-rank test, {form}, {_LARGE}")
        fitting = [t for t, value in enumerate(every or ()) if p.admits(value)]
        if fitting and every:
            readings.append(f"signed-rank test, {form}, T = {fitting[0]} ({p_text(every[fitting[0]])})")
    return readings


def _first_fitting(one_way: tuple[float, ...], p: Printed) -> str:
    return p_text(next(value for value in one_way if p.admits(value)))


def _sign_readings(n: int, p: Printed) -> list[str]:
    if n > _LARGEST_SIGN_TEST:
        return [f"sign test, exact, {_LARGE}"] if p.admits(smallest_paired_p(n), 1.0) else []
    for one_way in range(n, (n - 1) // 2, -1):
        value = sign_test_p(n, one_way)
        if p.admits(value):
            return [f"sign test, exact, {one_way} of {n} one way ({p_text(value)})"]
    return []


def _t_readings(claim: PairedClaim, values: dict[str, Value]) -> list[str]:
    mean, sd = claim.mean_change, claim.sd_change
    if mean is None or sd is None or claim.n < 2 or sd.accepted.high <= 0:
        return []
    ends = [abs(mean.accepted.low), abs(mean.accepted.high)]
    nearest = 0.0 if Fraction(0) in mean.accepted else float(min(ends))
    spread = max(float(sd.accepted.low), 1e-300)

    def p_of(change: float, deviation: float) -> float:
        return float(2 * stats.t.sf(change * sqrt(claim.n) / deviation, claim.n - 1))

    low, high = p_of(float(max(ends)), spread), p_of(nearest, float(sd.accepted.high))
    values |= {"paired t, lowest": low, "paired t, highest": high}
    return [f"paired t-test, exact, {p_text(low)} to {p_text(high)}"] if claim.p.admits(low, high) else []


def _explanation(n: int, claim: PairedClaim, floor: float) -> str:
    dropped = f" ({claim.unchanged} unchanged dropped)" if claim.unchanged else ""
    said = (
        f"With {n} changed pairs{dropped} no exact sign, signed-rank or permutation test can give a two-sided p below "
        f"2/2^{n} = {floor:.5g}."
    )
    if float(claim.p.accepted.high) < floor:
        said += " The printed p is below that: a normal approximation, a t-test, a one-sided test or another n."
    if claim.mean_change is None:
        said += " A paired t-test can give any p; it needs mean and SD of the changes to be checked."
    return said
