"""What a check found: a verdict, what was printed, what was recomputed, and why, in words that accuse nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from corduroy.study.published.printed import Printed, Rounding

REASONS = "possible reasons: a misprint, another n than stated (missing values), values not recorded in whole units"
"""What may lie behind a number that does not fit; none of it is about intent."""

Value = float | int | str | bool | None


class Verdict(StrEnum):
    """How the printed number and the recomputed one stand to each other."""

    FITS = "fits"
    FITS_ONLY_AS = "fits only as"
    DOES_NOT_FIT = "does not fit"
    CANNOT_BE_CHECKED = "cannot be checked"
    COMPUTED = "nothing printed to compare"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Parameters
    ----------
    verdict : Verdict
    printed, recomputed : str
        Side by side, for people.
    explanation : str
        One or two plain sentences.
    only_as : str
        Completes "fits only as".
    values : mapping
        The recomputed numbers, unrounded, by name; for programs.
    """

    verdict: Verdict
    printed: str
    recomputed: str
    explanation: str
    only_as: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The verdict as it is printed in a table."""
        return f"{self.verdict} {self.only_as}".rstrip()


def by_rounding(readings: tuple[Rounding, ...]) -> tuple[Verdict, str]:
    """Verdict and its completion for a value that is printed so by these ways of rounding."""
    if not readings:
        return Verdict.DOES_NOT_FIT, ""
    first = readings[0]
    if first in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        return Verdict.FITS, ""
    return Verdict.FITS_ONLY_AS, str(first)


def readable(value: float) -> str:
    """A recomputed value: up to four decimals more than whole, no trailing zeros."""
    if value and abs(value) < 0.001:
        return f"{value:.3g}"
    text = f"{value:.4f}" if abs(value) < 10 else f"{value:.3f}"
    return text.rstrip("0").rstrip(".")


def percent_text(number: Printed) -> str:
    """A printed percentage with one percent sign."""
    return f"{number.text.removesuffix('%').strip()} %"


def printed_p(number: Printed) -> str:
    """A printed p value with its relation: ``p = 0.022``, ``p < 0.01``."""
    relation = {"<=": "≤", ">=": "≥"}.get(number.relation, number.relation)
    return f"p {relation} {number.text.lstrip('pP<>=≤≥ ')}"


def p_text(p: float) -> str:
    """A p value with three significant digits, never as 0."""
    if p < 1e-6:
        return "<0.000001"
    if p < 1e-4:
        return f"{p:.2g}"
    return f"{p:.{3 if p >= 0.0995 else 4 if p >= 0.00995 else 5}f}"
