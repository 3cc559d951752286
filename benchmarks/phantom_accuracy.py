"""Group ``phantoms``: errors, stated intervals and grades against known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from benchmarks.figures import Figure, Row, Target, at_most, fill
from benchmarks.groups import Report
from benchmarks.phantom_sample import IMAGES, REGIMES, Examined, Images, Outcome, examine_phantoms
from benchmarks.pool import Tick

_HEIGHTS = ("anterior height", "middle height", "posterior height")
_CANAL = "canal area"
_HEIGHT_TARGETS_MM = {"1 mm": at_most(0.3), "2 mm": at_most(0.6)}
_ANGLE_TARGET_DEG = at_most(1.0)
_CANAL_TARGET_PERCENT = at_most(4.0)
_COVERAGE_TARGET_PERCENT = Target(90.0, 99.0)
_PLACES = (*REGIMES, "all spacings")
_ANGLES = ("wedge angle", "regional Cobb angle")
_INTERVALS = {
    "heights": _HEIGHTS,
    "wedge angle": ("wedge angle",),
    "regional Cobb angle": ("regional Cobb angle",),
    "canal area": (_CANAL,),
    "canal AP": ("canal AP",),
    "canal transverse": ("canal transverse",),
    "body depth": ("body depth",),
    "body width": ("body width",),
    "body volume": ("body volume",),
}
_OF_ENDPLATES = ("heights", "wedge angle", "regional Cobb angle")


def measure(quick: bool, tick: Tick) -> Report:
    """Measure the sample of phantoms and compare it with its truth."""
    examined = examine_phantoms(quick, tick)
    figures = [figure for images in IMAGES for figure in _figures([e for e in examined if e.images == images], images)]
    return Report(figures)


def _figures(examined: list[Examined], images: Images) -> list[Figure]:
    """All figures of the label maps alone; with the CT those that it changes."""
    outcomes = [outcome for one in examined for outcome in one.outcomes]
    figures = [*_height_rows(outcomes), *_angle_rows(outcomes)]
    if images == "label map":
        figures += [*_canal_rows(outcomes), *_coverage_rows(outcomes, _INTERVALS), *_completeness_rows(examined)]
    else:
        figures += _coverage_rows(outcomes, {name: _INTERVALS[name] for name in _OF_ENDPLATES})
    figures += _grade_rows(examined)
    return [replace(figure, name=f"phantoms, {images}: {figure.name}") for figure in figures]


def _height_rows(outcomes: list[Outcome]) -> list[Figure]:
    rows, values = [], {}
    heights = _of(outcomes, _HEIGHTS)
    for place in _PLACES:
        here = _at(heights, place)
        name = f"95th percentile of |height error|, {place}"
        rows.append(Row(place, name, "mm", _HEIGHT_TARGETS_MM.get(place)))
        values[place] = _percentile(here, 95)
        for state, fractured in (("intact", False), ("fractured", True)):
            key = f"{place}, {state}"
            rows.append(Row(key, f"95th percentile of |height error|, {key}", "mm"))
            values[key] = _percentile([o for o in here if o.fractured == fractured], 95)
    return fill(rows, values, "no such phantom in this sample")


def _angle_rows(outcomes: list[Outcome]) -> list[Figure]:
    rows, values = [], {}
    for angle in _ANGLES:
        for place in _PLACES:
            target = None if place == "random spacing" else _ANGLE_TARGET_DEG
            key = f"{angle}, {place}"
            rows.append(Row(key, f"95th percentile of |{angle} error|, {place}", "deg", target))
            values[key] = _percentile(_at(_of(outcomes, (angle,)), place), 95)
    return fill(rows, values, "no such angle was measured")


def _canal_rows(outcomes: list[Outcome]) -> list[Figure]:
    rows, values = [], {}
    for place in _PLACES:
        here = _at(_of(outcomes, (_CANAL,)), place)
        target = None if place == "random spacing" else _CANAL_TARGET_PERCENT
        rows.append(Row(place, f"95th percentile of |canal area error|, {place}", "%", target))
        rows.append(Row(f"{place} median", f"median |canal area error|, {place}", "%"))
        values[place] = _percentile(here, 95, _percent_of_truth)
        values[f"{place} median"] = _percentile(here, 50, _percent_of_truth)
    return fill(rows, values, "no canal was measured")


def _coverage_rows(outcomes: list[Outcome], intervals: Mapping[str, tuple[str, ...]]) -> list[Figure]:
    rows, values = [], {}
    for name, quantities in intervals.items():
        rows.append(Row(name, f"truth in the stated 95 % interval, {name}", "%", _COVERAGE_TARGET_PERCENT))
        values[name] = _percent(outcome.covered for outcome in _of(outcomes, quantities))
    return fill(rows, values, "never measured")


def _completeness_rows(examined: list[Examined]) -> list[Figure]:
    vertebrae = sum(one.vertebrae for one in examined)
    rows = [
        Row("spines", "spines", ""),
        Row("vertebrae", "vertebrae", ""),
        Row("height", "vertebrae that came back without a height", "%"),
        Row("canal", "vertebrae that came back without the canal they have", "%"),
    ]
    values = {
        "spines": len(examined),
        "vertebrae": vertebrae,
        "height": 100.0 * sum(one.without_height for one in examined) / vertebrae,
        "canal": 100.0 * sum(one.without_canal for one in examined) / vertebrae,
    }
    return fill(rows, values)


def _grade_rows(examined: list[Examined]) -> list[Figure]:
    """Grades of every vertebra; one that was not graded counts as not met."""
    grades = [pair for one in examined for pair in one.grades]
    rows = [
        Row("exact", "Genant grade as the truth's", "%"),
        Row("near", "Genant grade at most one from the truth's", "%"),
        Row("false", "grade 0 called >= 2", ""),
        Row("lost", "grade >= 2 called 0 or not graded", ""),
    ]
    values = {
        "exact": _percent(true == found for true, found in grades),
        "near": _percent(found is not None and abs(true - found) <= 1 for true, found in grades),
        "false": sum(true == 0 and found is not None and found >= 2 for true, found in grades),
        "lost": sum(true >= 2 and not found for true, found in grades),
    }
    return fill(rows, values)


def _of(outcomes: Iterable[Outcome], quantities: tuple[str, ...]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.quantity in quantities]


def _at(outcomes: Iterable[Outcome], place: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if place in (outcome.regime, "all spacings")]


def _percent_of_truth(outcome: Outcome) -> float:
    return 100.0 * outcome.error / outcome.truth


def _percentile(
    outcomes: list[Outcome], percent: float, of: Callable[[Outcome], float] = lambda outcome: outcome.error
) -> float | None:
    return float(np.percentile([of(outcome) for outcome in outcomes], percent)) if outcomes else None


def _percent(met: Iterable[bool]) -> float | None:
    share = list(met)
    return 100.0 * sum(share) / len(share) if share else None
