"""How far the work is, told without a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from corduroy.cli.progress import LogLines, WorkBar


def _lines_of(seconds: list[float], counts: list[tuple[int, int]]) -> list[str]:
    """What a log holds when the counts come at these times after the start."""
    log = io.StringIO()
    clock = iter([0.0, *seconds])
    bar = WorkBar(LogLines(Console(file=log, width=80), clock=lambda: next(clock)))
    for done, total in counts:
        bar.on_count(done, total)
    return log.getvalue().splitlines()


def test_short_work_says_nothing() -> None:
    assert _lines_of([1.0, 14.9], [(1, 2), (2, 2)]) == []


def test_long_work_says_now_and_then_how_far_it_is() -> None:
    lines = _lines_of([10.0, 20.0, 30.0, 40.0], [(1, 64), (2, 64), (3, 64), (4, 64)])
    assert lines == ["starting, 2 of 64, after 20 s", "starting, 4 of 64, after 40 s"]


def test_a_step_is_named_with_the_next_line() -> None:
    log = io.StringIO()
    clock = iter([0.0, 16.0, 40.0])
    bar = WorkBar(LogLines(Console(file=log, width=80), clock=lambda: next(clock)))
    bar.on_step("inject")
    bar.on_count(5, 9)
    assert log.getvalue().splitlines() == ["inject, after 16 s", "inject, 5 of 9, after 40 s"]
