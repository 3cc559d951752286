"""Numbers as a reader of a case series wants them: no more digits than they bear, never a star."""

from __future__ import annotations

import math

from corduroy.reports.wording import NOT_MEASURED
from corduroy.study.interval import Interval, percent
from corduroy.study.results import Estimate, NumericVariable, Proportion, Rate, TestLine

_INTEGER_FROM = 100.0


def number(value: float | None, digits: int = 1) -> str:
    """``49.8``; whole numbers of their own kind stay whole, nothing gains a digit."""
    if value is None or math.isnan(value):
        return NOT_MEASURED
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}f}".replace("-", "−")
    return "0" + text[2:] if text.strip("−0.") == "" and text.startswith("−") else text


def plain(value: float | None) -> str:
    """One patient's value as it was recorded: ``7``, ``6.5``."""
    if value is None:
        return NOT_MEASURED
    return f"{value:.4g}".replace("-", "−") if abs(value) < _INTEGER_FROM else f"{value:.6g}".replace("-", "−")


def limits(interval: Interval | None, scale: float = 1.0, digits: int = 1) -> str:
    """``35.9 to 99.6``."""
    if interval is None:
        return NOT_MEASURED
    return f"{number(interval.low * scale, digits)} to {number(interval.high * scale, digits)}"


def confidence(interval: Interval) -> str:
    """The confidence that an interval attains, where that is known, else the one it claims."""
    return percent(interval.asked if interval.attained is None else interval.attained)


def share(proportion: Proportion | None) -> str:
    """``5/6 (83.3 %)``."""
    if proportion is None:
        return NOT_MEASURED
    return f"{proportion.count}/{proportion.n} ({100 * proportion.share:.1f} %)"


def share_limits(proportion: Proportion | None) -> str:
    """The interval of a share, in percent."""
    return NOT_MEASURED if proportion is None else f"{limits(proportion.interval, 100.0)} %"


def yearly(rate: Rate | None) -> str:
    """``0 in 24.9 person-years (0 to 0.148 per year)``."""
    if rate is None:
        return NOT_MEASURED
    return f"{rate.count} in {rate.person_years:.1f} person-years ({limits(rate.interval, digits=3)} per year)"


def spread(variable: NumericVariable) -> str:
    """``52.3 ± 9.1``, or the mean alone where one value has no spread."""
    if variable.sd is None:
        return number(variable.mean)
    return f"{number(variable.mean)} ± {number(variable.sd)}"


def quartiles(variable: NumericVariable) -> str:
    """``51.0 (47.0 to 58.5)``."""
    return f"{number(variable.median)} ({number(variable.q1)} to {number(variable.q3)})"


def extremes(variable: NumericVariable) -> str:
    """``41 to 66``."""
    if variable.minimum is None or variable.maximum is None:
        return NOT_MEASURED
    return f"{plain(variable.minimum)} to {plain(variable.maximum)}"


def estimate(value: Estimate | None) -> str:
    """``−4.5 (−6.0 to −3.0; 96.9 %)``."""
    if value is None:
        return NOT_MEASURED
    if value.interval is None:
        return number(value.value)
    return f"{number(value.value)} ({limits(value.interval)}; {confidence(value.interval)})"


def p_beside_smallest(test: TestLine) -> str:
    """A p value with the smallest that these data could have reached."""
    if test.smallest_p is None:
        return str(test.p)
    return f"{test.p}; smallest possible {str(test.smallest_p).removeprefix('p = ')}"
