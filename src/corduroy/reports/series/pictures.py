"""All figures of a series report: drawn, written as SVG and PNG, and described in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from corduroy.reports.series.blocks import Picture
from corduroy.reports.series.draw_agreement import draw_agreement
from corduroy.reports.series.draw_changes import LINES_AT_MOST, draw_pairs, draw_trajectories
from corduroy.reports.series.draw_flow import draw_flow
from corduroy.reports.series.draw_grades import draw_grades
from corduroy.reports.series.draw_survival import draw_survival
from corduroy.reports.series.draw_timelines import draw_timelines
from corduroy.reports.series.numbers import share, share_limits
from corduroy.reports.style import DPI, figure_style
from corduroy.study.results import SeriesResult

Drawn = tuple[Picture, Figure]

# A curve that never falls says the same for every event; its numbers are in the table of events.
_CURVES_WITHOUT_EVENTS = 1


def write_pictures(result: SeriesResult, folder: Path) -> dict[str, Picture]:
    """Draw what there are data for, each as ``KEY.svg`` and ``KEY.png``.

    Parameters
    ----------
    result : SeriesResult
    folder : Path
        An existing folder.
    """
    written = {}
    for picture, figure in _drawn(result):
        if result.notice:
            # The notice goes with a figure that is copied out of the report.
            figure.text(0.995, 0.995, "synthetic data", ha="right", va="top", fontsize=7, color="#8A1C00")
        with figure_style():
            figure.savefig(folder / f"{picture.key}.svg", transparent=True, metadata={"Date": None})
            figure.savefig(folder / f"{picture.key}.png", dpi=DPI, metadata={"Software": None})
        written[picture.key] = picture
    return written


def _drawn(result: SeriesResult) -> Iterator[Drawn]:
    flow = result.flow
    yield (
        Picture("flow", "Selection of the cases.", f"Of {flow.registry_cases} cases {len(flow.cases)} were analysed."),
        draw_flow(flow),
    )
    if not flow.cases:
        return
    timelines = draw_timelines(result.timelines)
    if timelines is not None:
        caption = (
            "Course of each patient, the longest observed at the top. Left: days before surgery (earlier marks at the "
            "edge); right: months after it. An arrow marks the end of observation."
        )
        yield (
            Picture("timelines", caption, f"{len(result.timelines)} patients, operation, visits and events."),
            timelines,
        )
    trajectories = draw_trajectories(result.trajectories)
    if trajectories is not None:
        names = ", ".join(t.label for t in result.trajectories if t.lines)
        caption = "Each line is a patient; the broken vertical line is surgery."
        yield Picture("trajectories", caption, f"Values in time of {names}."), trajectories
    pairs = draw_pairs(result.paired)
    if pairs is not None:
        yield Picture("pairs", _pair_caption(result), "; ".join(_pair_words(result))), pairs
    yield from _grades(result)
    yield from _curves(result)
    for reader in result.readers:
        agreement = draw_agreement(reader)
        if agreement is not None:
            caption = f"{reader.label}: difference of two readers against their mean, with bias and 95 % limits."
            yield Picture(f"agreement-{reader.key}", caption, caption), agreement


def _grades(result: SeriesResult) -> Iterator[Drawn]:
    for outcome in result.ordinal:
        figure = draw_grades(outcome)
        if figure is not None:
            caption = f"{outcome.label} of each patient; the best grade at the top, numbers in brackets."
            alt = f"{outcome.label}: improved in {share(outcome.improved)}, {share_limits(outcome.improved)}."
            yield Picture(f"grades-{outcome.key}", caption, alt), figure


def _curves(result: SeriesResult) -> Iterator[Drawn]:
    empty = 0
    for event in result.events:
        if event.curve is None or len(event.curve.risk) == 0:
            continue
        if not event.occurrences:
            empty += 1
            if empty > _CURVES_WITHOUT_EVENTS:
                continue
        limits = "; the band is the 95 % interval" if event.curve.banded else ", and the limits that hold at each time"
        caption = f"Free of {event.curve.name}. Ticks: patients last seen; below the axis those at risk{limits}."
        alt = f"Kaplan-Meier curve of {event.label.lower()}: {share(event.proportion)} had it."
        if event.absence and event.absence.silent:
            caption, alt = f"{caption} {event.absence.sentence}", f"{alt} {event.absence.sentence}"
        yield Picture(f"survival-{event.key}", caption, alt), draw_survival(event.curve)


def _pair_caption(result: SeriesResult) -> str:
    if all(len(outcome.pairs) <= LINES_AT_MOST for outcome in result.paired):
        return "Before and after; each line is a patient, the black bars are medians."
    return (
        f"Before and after; the black bars are medians. Each line is a patient; of more than {LINES_AT_MOST} patients "
        "boxes show the quartiles, whiskers reach from 5 to 95 %."
    )


def _pair_words(result: SeriesResult) -> Iterator[str]:
    for outcome in result.paired:
        if outcome.before.n:
            yield f"{outcome.label}: median {outcome.before.median:g} before and {outcome.after.median:g} after"
