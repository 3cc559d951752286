"""How far the work is, on standard error: a bar at a terminal, now and then a line in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeElapsedColumn

STEPS = ("read", "anatomy", "measure", "report")

_SECONDS_BETWEEN_LINES = 15.0


class LogLines:
    """Stands in for a bar where no terminal is: a line every quarter of a minute, none from short work."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._begun = self._told = clock()
        self._what = ""

    def add_task(self, description: str, **_total: float | None) -> TaskID:
        """Begin; there is one task at a time."""
        self._what = description
        return TaskID(0)

    def update(
        self,
        _task: TaskID,
        *,
        description: str | None = None,
        completed: float | None = None,
        total: float | None = None,
    ) -> None:
        """Tell how far it is, if it was not told just now."""
        self._what = description or self._what
        now = self._clock()
        if now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        far = f", {completed:g} of {total:g}" if completed and total else ""
        self._console.print(f"{self._what}{far}, after {now - self._begun:.0f} s", highlight=False)


@contextmanager
def _shown(*columns: ProgressColumn) -> Iterator[Progress | LogLines]:
    """A bar that goes away at the end, or lines where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LogLines(console)
        return
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


class StepBar:
    """Counts the steps of one or more cases."""

    def __init__(self, progress: Progress | LogLines, cases: int) -> None:
        self._progress = progress
        self._finished = 0
        self._task = progress.add_task("starting", total=cases * len(STEPS))

    def on_step(self, step: str) -> None:
        """A step has started."""
        done = self._finished + (STEPS.index(step) if step in STEPS else 0)
        self._progress.update(self._task, description=step, completed=done)

    def finish_case(self) -> None:
        """A case has ended, well or not."""
        self._finished += len(STEPS)
        self._progress.update(self._task, completed=self._finished)


@contextmanager
def step_bar(cases: int) -> Iterator[StepBar]:
    """Show the steps of one or more cases."""
    with _shown(TextColumn("{task.description:<8}"), BarColumn(), TimeElapsedColumn()) as progress:
        yield StepBar(progress, cases)


@contextmanager
def count_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many things are done; yields the function to tell it with."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _shown(*columns) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class WorkBar:
    """Names the step that runs, and counts where a step has parts that can be counted."""

    def __init__(self, progress: Progress | LogLines) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def on_step(self, step: str) -> None:
        """A step has started."""
        self._progress.update(self._task, description=step, total=None, completed=0)

    def on_count(self, done: int, total: int) -> None:
        """So many parts of the step are done."""
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def work_bar() -> Iterator[WorkBar]:
    """Show one long task."""
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _shown(*columns) as progress:
        yield WorkBar(progress)
