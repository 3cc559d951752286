"""Check whether counts agree with each other: subtypes with their total, one count in two versions of a paper."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from corduroy.study.published.claims import SumClaim, VersionsClaim
from corduroy.study.published.finding import Finding, Value, Verdict, percent_text, readable
from corduroy.study.published.printed import Printed


def check_sum(claim: SumClaim) -> Finding:
    """Whether the parts add up to the total, and which of both the percentage belongs to."""
    added = sum(claim.parts)
    printed = f"{' + '.join(map(str, claim.parts))} = {claim.total}"
    values: dict[str, Value] = {"total": claim.total, "sum of the parts": added}
    if added == claim.total:
        said, fits = "The parts add up to the total.", True
    else:
        said, fits = (
            f"The parts add up to {added}, not {claim.total}; parts may overlap, or one number is a misprint.",
            False,
        )
    if claim.of and claim.percent:
        printed += f" ({percent_text(claim.percent)} of {claim.of})"
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
    return Finding(Verdict.FITS if fits else Verdict.DOES_NOT_FIT, printed, str(added), said, values=values)


def check_versions(claim: VersionsClaim) -> Finding:
    """Whether one number is the same everywhere, within its printed digits."""
    printed = "; ".join(f"{version.value} ({version.source})" for version in claim.versions)
    agree = all(_agree(first.value, second.value) for first, second in combinations(claim.versions, 2))
    numbers = list(dict.fromkeys(version.value.text for version in claim.versions))
    values: dict[str, Value] = {f"version {i}": float(v.value.value) for i, v in enumerate(claim.versions, start=1)}
    if agree:
        return Finding(
            Verdict.FITS, printed, " / ".join(numbers), "The versions agree in their printed digits.", "", values
        )
    said = (
        "The versions differ. Possible reasons: another date of the data, another definition, a correction, a "
        "misprint; nothing in the numbers says which of them is right."
    )
    return Finding(Verdict.DOES_NOT_FIT, printed, " / ".join(numbers), said, values=values)


def _agree(first: Printed, second: Printed) -> bool:
    """Whether two printed numbers can be one: the same digits, or the finer one rounds to the coarser."""
    coarse, fine = sorted((first, second), key=lambda number: number.decimals)
    return coarse.value == fine.value if coarse.decimals == fine.decimals else fine.value in coarse.accepted
