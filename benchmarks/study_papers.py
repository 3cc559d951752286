"""How right and how fast the checks of published numbers are: the derived checks, and enumeration of all samples.

Included by the benchmark of the study; alone: ``python -m benchmarks.study --only papers``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations_with_replacement

from benchmarks.figures import Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.study.published import check_paper, example_text, parse_paper
from corduroy.study.published.grim import Grains, possible_totals
from corduroy.study.published.grimmer import Bounds, check_spread
from corduroy.study.published.printed import Printed

# The digits of reference/derived_checks.csv, by check; its prose says the same.
DERIVED: dict[str, str] = {
    "GRIM-index-age": "314 52.333",
    "GRIM-index-op": "1093 182.167",
    "GRIM-index-EBL": "5450 908.333",
    "GRIM-index-FU": "299 49.833",
    "Xu-EBL-t": "0.00048",
    "Xu-EBL-MWU": "0.00270 0.00341 0.00117",
    "Xu-op-t": "0.0227 0.0203",
    "Xu-op-MWU": "0.02227 0.02214",
    "Xu-EBL-CI": "290.4 159.6 421.2 2.53",
    "Xu-op-CI": "60 10.1 109.9 1.37",
    "Singh-sign": "0.00195 2.2",
    "Shamhoot-GRIM": "25 8 7",
    "Shabib-n": "6 7",
    "XuD-drain": "0.00075 0.00139",
    "Oh-RCT": "0.812 0.640",
    "Ahn-canal": "0.091 0.151 0.046",
    "Ahn-all": "0.782 0.927",
    "IVC-B": "0.0409",
    "MSCC-bleed": "0.0099 0.0105",
    "Bhatia": "26.2 22.4 41.7",
    "Kato-RR": "78.9",
    "biopsy-index series": "83.3 35.9 99.6",
    "biopsy-Jiang": "20 0.5 71.6 0.080 54.5 23.4 83.3",
    "zero-6": "0 45.9 39.3 50",
    "zero-rate": "0.148 0.120",
}
# n, items, highest value, decimals printed of mean and SD
_SAMPLES = [
    *[(2, 1, 7, 2, 2), (3, 1, 7, 2, 2), (4, 1, 5, 2, 2), (5, 1, 4, 2, 2), (6, 1, 4, 2, 2), (8, 1, 3, 2, 2)],
    *[(4, 2, 3, 2, 2), (5, 3, 2, 2, 2), (25, 1, 3, 1, 2), (40, 1, 2, 1, 3)],
]
_QUICK_SAMPLES = [(3, 1, 4, 2, 2), (15, 1, 2, 1, 2)]
_COUNTED = ("grim", "grim cases", "grimmer", "grimmer cases", "alarms", "nearest only")
_WAYS = (ROUND_HALF_UP, ROUND_HALF_EVEN)
_LARGE = 100
_CHECKS_TIMED = 300

ROWS = [
    Row("derived", "derived checks reproduced to every printed digit, of 25", "checks", at_least(25)),
    Row("grim", "GRIM: printed means judged unlike enumeration", "disagreements", at_most(0)),
    Row("grim cases", "GRIM: printed means compared with enumeration", "means"),
    Row("grimmer", "GRIMMER: printed (mean, SD) judged unlike enumeration", "disagreements", at_most(0)),
    Row("grimmer cases", "GRIMMER: printed (mean, SD) compared with enumeration", "pairs"),
    Row(
        "alarms",
        "GRIMMER: possible (mean, SD) called impossible; peer: only the total nearest to mean x n",
        "pairs",
        at_most(0),
    ),
    Row("example s", "time to check the 35 claims of the example", "s", at_most(2.0)),
    Row("grimmer ms", "time of one GRIMMER at n = 100, two decimals", "ms", at_most(5.0)),
]


def measure(quick: bool, tick: Tick) -> Report:
    """All figures of the checks of published numbers; their targets are the author's choice, but for the first."""
    samples = _QUICK_SAMPLES if quick else _SAMPLES
    values: dict[str, float | None] = dict.fromkeys(_COUNTED, 0)
    for done, sample in enumerate(samples):
        tick(done, len(samples))
        for key, number in _compare(*sample).items():
            values[key] = (values[key] or 0) + number
    peers = {"alarms": values.pop("nearest only")}
    started = time.perf_counter()
    values["derived"] = _derived()
    values["example s"] = time.perf_counter() - started
    values["grimmer ms"] = _grimmer_ms()
    return Report(fill(ROWS, values, peers=peers))


def _derived() -> int:
    """How many of the derived checks come out with all their digits."""
    found: dict[str, list[float]] = {}
    for checked in check_paper(parse_paper(example_text())).claims:
        numbers = [v for v in checked.finding.values.values() if isinstance(v, int | float)]
        found.setdefault(checked.claim.id or "", []).extend(map(float, numbers))
    return sum(all(_printed(d, found[check]) for d in digits.split()) for check, digits in DERIVED.items())


def _printed(digits: str, numbers: list[float]) -> bool:
    decimals = len(digits.partition(".")[2])
    return any(f"{number:.{decimals}f}" == digits for number in numbers)


def _compare(n: int, items: int, highest: int, of_mean: int, of_sd: int) -> dict[str, int]:
    """Every mean and SD that could be printed for such data: judged, and looked up among all samples."""
    means, pairs = _enumerate(n, items, highest, of_mean, of_sd)
    grains, bounds = Grains(n, Fraction(1), items), Bounds(Fraction(0), Fraction(highest))
    counts = dict.fromkeys(_COUNTED, 0)
    for mean in _texts(highest, of_mean):
        totals = possible_totals(Printed.read(mean), grains)
        counts["grim"] += totals.is_accepted != (mean in means)
        counts["grim cases"] += 1
        if not totals.is_accepted:
            continue
        for sd in _texts(0.75 * highest, of_sd):
            fits = check_spread(totals.totals, Printed.read(sd).accepted, grains, bounds).possible
            counts["grimmer"] += fits is not ((mean, sd) in pairs)
            counts["grimmer cases"] += 1
            if (mean, sd) in pairs:
                counts["alarms"] += not fits
                counts["nearest only"] += not _fits_nearest_total(mean, sd, grains)
    return counts


def _fits_nearest_total(mean: str, sd: str, grains: Grains) -> bool:
    """GRIMMER as published by Allard 2018 and in aGrimmer(): the one total nearest to mean x n, no attainability."""
    nearest = round(Printed.read(mean).value * grains.n / grains.size)
    return bool(check_spread(range(nearest, nearest + 1), Printed.read(sd).accepted, grains).possible)


def _texts(highest: float, decimals: int) -> Iterator[str]:
    return (f"{step / 10**decimals:.{decimals}f}" for step in range(int(highest * 10**decimals) + 1))


def _enumerate(n: int, items: int, highest: int, of_mean: int, of_sd: int) -> tuple[set[str], set[tuple[str, str]]]:
    """Mean, and mean with SD, as printed half up and half to even, of every sample of whole numbers."""
    mean_unit, sd_unit = Decimal(1).scaleb(-of_mean), Decimal(1).scaleb(-of_sd)
    sums = {(sum(s), sum(x * x for x in s)) for s in combinations_with_replacement(range(highest * items + 1), n)}
    pairs: set[tuple[str, str]] = set()
    for total, squares in sums:
        mean = Decimal(total) / Decimal(n * items)
        sd = (Decimal(n * squares - total * total) / Decimal(n * (n - 1) * items * items)).sqrt()
        pairs |= {(str(mean.quantize(mean_unit, a)), str(sd.quantize(sd_unit, b))) for a in _WAYS for b in _WAYS}
    return {mean for mean, _ in pairs}, pairs


def _grimmer_ms() -> float:
    grains = Grains(_LARGE)
    started = time.perf_counter()
    for step in range(_CHECKS_TIMED):
        totals = possible_totals(Printed.read(f"{3 + step / 100:.2f}"), grains).totals
        check_spread(
            totals, Printed.read(f"{0.5 + step / 100:.2f}").accepted, grains, Bounds(Fraction(0), Fraction(10))
        )
    return 1000 * (time.perf_counter() - started) / _CHECKS_TIMED
