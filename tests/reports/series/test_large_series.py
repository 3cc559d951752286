"""Pictures of many patients: what is drawn does not grow with their number, and still says the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from corduroy.reports.series.draw_changes import LINES_AT_MOST, draw_pairs
from corduroy.reports.series.draw_grades import draw_grades
from corduroy.study.results import OrdinalOutcome, PairedOutcome, SeriesResult

TIMES = 100


@pytest.fixture
def many_graded(series: SeriesResult) -> OrdinalOutcome:
    six = series.ordinal[0]
    return dataclasses.replace(six, pairs=six.pairs * TIMES)


def ribbon_heights(figure: Figure) -> list[float]:
    """Of each ribbon at its left end, in patients."""
    outlines = [ribbon.get_paths()[0].vertices for ribbon in figure.axes[0].collections]
    return sorted(float(np.ptp(points[points[:, 0] == points[:, 0].min(), 1])) for points in outlines)


def test_ribbons_are_shared_and_keep_their_width(series: SeriesResult, many_graded: OrdinalOutcome) -> None:
    changes = {(pair.before, pair.after) for pair in many_graded.pairs}
    figure = draw_grades(many_graded)
    few = draw_grades(series.ordinal[0])
    assert figure is not None
    assert few is not None
    assert len(few.axes[0].collections) == len(series.ordinal[0].pairs)
    heights = ribbon_heights(figure)
    assert len(heights) == len(changes)
    assert sum(heights) == pytest.approx(len(many_graded.pairs) - 0.12 * len(changes))


def test_many_pairs_become_boxes_with_the_same_median(series: SeriesResult) -> None:
    six: PairedOutcome = series.paired[0]
    many = dataclasses.replace(six, pairs=six.pairs * TIMES)
    assert len(many.pairs) > LINES_AT_MOST
    lines = {}
    for outcome in (six, many):
        figure = draw_pairs((outcome,))
        assert figure is not None
        lines[len(outcome.pairs)] = [line.get_ydata() for line in figure.axes[0].get_lines()]
    assert len(lines[len(many.pairs)]) < 20
    for few, boxed in zip(lines[len(six.pairs)][-2:], lines[len(many.pairs)][-2:], strict=True):
        assert list(few) == list(boxed)
