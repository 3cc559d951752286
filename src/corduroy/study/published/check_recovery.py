"""Check a recovery rate that was computed from two means."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from corduroy.study.published.claims import RecoveryClaim
from corduroy.study.published.finding import Finding, Value, Verdict, percent_text, readable


def check_recovery(claim: RecoveryClaim) -> Finding:
    """(after - before) / (full - before) x 100, of the means.

    Notes
    -----
    Attributed to Hirabayashi; not verified against a primary source. When this number misleads: it is not the mean of
    the patients' own rates, which needs their values, and it is undefined for a patient who starts at the full score.
    """
    printed = f"{claim.before} -> {claim.after} of {claim.full}"
    full = claim.full.value
    if full <= claim.before.accepted.high:
        said = "The mean before is the full score within its rounding: no rate is defined."
        return Finding(Verdict.CANNOT_BE_CHECKED, printed, "-", said)
    rate = _rate(claim.before.value, claim.after.value, full)
    ends = [
        float(_rate(before, after, full))
        for before, after in product(
            (claim.before.accepted.low, claim.before.accepted.high),
            (claim.after.accepted.low, claim.after.accepted.high),
        )
    ]
    values: dict[str, Value] = {"rate": float(rate), "lowest": min(ends), "highest": max(ends)}
    recomputed = f"{readable(float(rate))} % ({min(ends):.1f} to {max(ends):.1f} over the rounding of the means)"
    said = "Rate of the means, not the mean of the patients' rates."
    if claim.percent is None:
        return Finding(Verdict.COMPUTED, printed, recomputed, said, values=values)
    printed += f" = {percent_text(claim.percent)}"
    if claim.percent.readings(rate):
        return Finding(Verdict.FITS, printed, recomputed, said, values=values)
    if claim.percent.admits(min(ends), max(ends)):
        only = "the rate of unrounded means"
        return Finding(Verdict.FITS_ONLY_AS, printed, recomputed, said, only, values)
    said += " The printed rate is another; it may be the mean of the patients' rates, or a misprint."
    return Finding(Verdict.DOES_NOT_FIT, printed, recomputed, said, values=values)


def _rate(before: Fraction, after: Fraction, full: Fraction) -> Fraction:
    return 100 * (after - before) / (full - before)
