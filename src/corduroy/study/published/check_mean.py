"""Check a claim of a mean, with or without SD: GRIM, GRIMMER, and what the bounds of the scale allow."""

from __future__ import annotations

from corduroy.study.published.claims import MeanClaim
from corduroy.study.published.finding import REASONS, Finding, Value, Verdict, by_rounding, readable
from corduroy.study.published.grim import Grains, PossibleTotals, possible_totals
from corduroy.study.published.grimmer import Bounds, SpreadCheck, SpreadRange, check_spread, spread_range
from corduroy.study.published.printed import Rounding, size

_LISTED = 4
_SAMPLE, _POPULATION = 1, 0


def check_mean(claim: MeanClaim) -> Finding:
    """GRIM for the mean; where it fits, GRIMMER for the SD."""
    grains = Grains(claim.n, claim.unit, claim.items)
    totals = possible_totals(claim.mean, grains)
    values: dict[str, Value] = {"n": claim.n, "possible totals": size(totals.totals)}
    if totals.totals:
        middle = totals.totals[size(totals.totals) // 2]
        values |= {"total": float(middle * grains.size), "mean of this total": float(grains.mean(middle))}
    if not totals.totals:
        return Finding(
            Verdict.DOES_NOT_FIT, _printed(claim), _nearest(claim, grains), _no_total(claim, grains), "", values
        )
    if claim.sd is None or not totals.is_accepted:
        return _mean_alone(claim, grains, totals, values)
    return _with_spread(claim, grains, totals, values)


def _printed(claim: MeanClaim) -> str:
    spread = f", SD {claim.sd}" if claim.sd else ""
    return f"mean {claim.mean}{spread}, n = {claim.n}"


def _mean_alone(claim: MeanClaim, grains: Grains, totals: PossibleTotals, values: dict[str, Value]) -> Finding:
    verdict, only_as = by_rounding(totals.rounding)
    return Finding(verdict, _printed(claim), _totals(grains, totals), _power(claim, grains, totals), only_as, values)


def _totals(grains: Grains, totals: PossibleTotals) -> str:
    listed = [f"{grains.text(t)} ({readable(float(grains.mean(t)))})" for t in totals.totals[:_LISTED]]
    more = size(totals.totals) - _LISTED
    if more > 0:
        return f"totals {grains.text(totals.totals[0])} to {grains.text(totals.totals[-1])}"
    return ("total " if len(listed) == 1 else "totals ") + ", ".join(listed)


def _power(claim: MeanClaim, grains: Grains, totals: PossibleTotals) -> str:
    step = grains.size / claim.n
    if step <= claim.mean.unit_in_last_place:
        return (
            f"With n = {claim.n} and {claim.mean.decimals} decimals nearly every mean fits, so this says little: "
            f"{size(totals.totals)} totals are possible."
        )
    text = f"{_whole_units(claim)} n = {claim.n} gives means in steps of {readable(float(step))}; "
    if size(totals.totals) == 1:
        return text + f"only the total {grains.text(totals.totals[0])} is printed so{_way(totals)}."
    return text + f"{size(totals.totals)} totals are printed so{_way(totals)}."


def _way(totals: PossibleTotals) -> str:
    if Rounding.HALF_UP in totals.rounding:
        return ""
    return f", {totals.rounding[0]}"


def _whole_units(claim: MeanClaim) -> str:
    items = f" on {claim.items} items" if claim.items > 1 else ""
    return f"For whole numbers{items}" if claim.unit == 1 else f"For steps of {float(claim.unit):g}{items}"


def _nearest(claim: MeanClaim, grains: Grains) -> str:
    below = claim.mean.value * claim.n // grains.size
    means = [f"{grains.text(int(t))} ({readable(float(grains.mean(int(t))))})" for t in (below, below + 1)]
    return f"nearest totals {', '.join(means)}"


def _no_total(claim: MeanClaim, grains: Grains) -> str:
    return (
        f"{_whole_units(claim)} no total of n = {claim.n} has this mean, however it is rounded"
        f"{_fitting_sizes(claim, grains)}; {REASONS}."
    )


def _fitting_sizes(claim: MeanClaim, grains: Grains) -> str:
    """Which slightly smaller groups would have it: patients are often missing from an average."""
    sizes = [
        n
        for n in range(claim.n - 1, max(claim.n - 6, 0), -1)
        if possible_totals(claim.mean, Grains(n, grains.unit, grains.items)).is_accepted
    ]
    return f" (n = {' or '.join(map(str, sizes))} would)" if sizes else ""


def _with_spread(claim: MeanClaim, grains: Grains, totals: PossibleTotals, values: dict[str, Value]) -> Finding:
    assert claim.sd is not None
    bounds = Bounds(*(None if bound is None else bound.value for bound in (claim.low, claim.high)))
    limits = spread_range(totals.totals[size(totals.totals) // 2], grains, bounds)
    if limits:
        values |= {"smallest SD": limits.smallest, "largest SD": limits.largest}
    if claim.n == 1:
        return Finding(
            Verdict.CANNOT_BE_CHECKED, _printed(claim), _totals(grains, totals), "One subject has no SD.", "", values
        )
    found = check_spread(totals.totals, claim.sd.accepted, grains, bounds)
    values |= {"SD possible": found.possible}
    recomputed = _totals(grains, totals) + _limits_text(limits)
    if found.possible is not False:
        return Finding(Verdict.FITS, _printed(claim), recomputed, _possible(claim, grains, found), values=values)
    only_as, why = _other_reading(claim, grains, totals, bounds)
    verdict = Verdict.FITS_ONLY_AS if only_as else Verdict.DOES_NOT_FIT
    return Finding(
        verdict,
        _printed(claim),
        recomputed,
        f"The mean fits; the SD does not: {found.obstacle}. {why}",
        only_as,
        values,
    )


def _limits_text(limits: SpreadRange | None) -> str:
    return f"; SD {readable(limits.smallest)} to {readable(limits.largest)} within the bounds" if limits else ""


def _possible(claim: MeanClaim, grains: Grains, found: SpreadCheck) -> str:
    if found.possible is None or found.total is None:
        return "The mean fits; the SD is not excluded, but there are too many samples to be sure."
    return (
        f"{_whole_units(claim)} samples with the total {grains.text(found.total)} exist that have this mean and SD; "
        "this does not say that the data were such."
    )


def _other_reading(claim: MeanClaim, grains: Grains, totals: PossibleTotals, bounds: Bounds) -> tuple[str, str]:
    """Whether the SD fits when divided by n instead of n - 1, or cut off."""
    assert claim.sd is not None
    if check_spread(totals.totals, claim.sd.accepted, grains, bounds, _POPULATION).possible:
        return "SD divided by n", "It fits if it was divided by n instead of n - 1."
    for way in (Rounding.HALF_DOWN, Rounding.TWICE, Rounding.TRUNCATED):
        if check_spread(totals.totals, claim.sd.interval(way), grains, bounds, _SAMPLE).possible:
            return f"SD {way}", f"It fits if it was {way}."
    return "", f"{REASONS[0].upper()}{REASONS[1:]}, or a standard error in place of the SD."
