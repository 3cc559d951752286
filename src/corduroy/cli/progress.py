"""The progress bar on standard error; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

STEPS = ("read", "anatomy", "measure", "report")


class StepBar:
    """Counts the steps of one or more cases."""

    def __init__(self, progress: Progress, cases: int) -> None:
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
    """Show a bar that goes away at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<8}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield StepBar(progress, cases)


@contextmanager
def count_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many things are done; yields the function to tell it with."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class WorkBar:
    """Names the step that runs, and counts where a step has parts that can be counted."""

    def __init__(self, progress: Progress) -> None:
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
    """Show a bar for one long task; it goes away at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield WorkBar(progress)
