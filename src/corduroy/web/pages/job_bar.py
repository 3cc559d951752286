"""`JobBar`: one job with its progress and the button that stops it."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from inspect import isawaitable

from nicegui import ui

from corduroy.web.accounts import Role
from corduroy.web.jobs import Job, State
from corduroy.web.pages.frame import telling
from corduroy.web.pages.session import Session
from corduroy.web.texts import text

_REFRESH_S = 1.0
_CLASSES = {State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "quiet"}


class JobBar:
    """Follows a job until it is over.

    Parameters
    ----------
    session : Session
    number : int
    on_over : callable
        Called with the job once it is over; may be a coroutine function.
    """

    def __init__(self, session: Session, number: int, on_over: Callable[[Job], object]) -> None:
        self._session = session
        self._number = number
        self._on_over = on_over
        with ui.row().classes("items-center gap-3 w-full").props("role=status"):
            self._words = ui.label()
            self._bar = ui.linear_progress(0, show_value=False).style("max-width: 260px")
            self._bar.props(f'aria-label="{text("jobs.progress")}"')
            cancel = text("jobs.cancel", number=number)
            self._cancel = ui.button(text("jobs.cancel_short"), on_click=self._stop)
            self._cancel.props(f'flat dense aria-label="{cancel}"').set_visibility(session.may(Role.EDITOR))
            ui.link(text("jobs.log_short"), f"/jobs?watch={number}")
        self._timer = ui.timer(_REFRESH_S, self._refresh)

    async def _refresh(self) -> None:
        job = await to_thread(self._session.workbench.jobs.job, self._number)
        if job is None:
            self._timer.cancel()
            return
        told = f", {job.step}" if job.state is State.RUNNING else (f": {job.told}" if job.told else "")
        self._words.set_text(
            f"{text('jobs.one', number=job.number, kind=job.kind)} {text(f'jobs.state_{job.state}')}{told}"
        )
        self._bar.set_value(job.done_percent / 100)
        if job.state.is_over:
            self._timer.cancel()
            self._words.classes(_CLASSES[job.state])
            self._bar.set_visibility(False)
            self._cancel.set_visibility(False)
            answer = self._on_over(job)
            if isawaitable(answer):
                await answer

    async def _stop(self) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            await to_thread(self._session.workbench.jobs.cancel, self._number, user.name)
