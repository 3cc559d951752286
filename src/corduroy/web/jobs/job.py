"""What is known about a job."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class Job(BaseModel):
    """One piece of work.

    Parameters
    ----------
    number : int
    kind : str
        What is done: ``"measure"``, ``"plan"``, ``"study"``, …
    scan_id : str or None
        The scan it works on.
    request : dict
        What was asked for, as its kind understands it.
    state : State
    who : str
        Who asked for it.
    made_at, started_at, ended_at : str or None
        ISO 8601, UTC.
    attempt : int
        How many workers have taken it; more than one if workers were killed.
    deaths : int
        How many of these workers ended by themselves.
    step : str
        What is being done.
    done_percent : int
    told : str
        The last thing that it said: why it failed, or what came out.
    cancel : bool
        Whether somebody wants it to stop.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    kind: str
    scan_id: str | None
    request: dict[str, Any]
    state: State
    who: str
    made_at: str
    started_at: str | None
    ended_at: str | None
    attempt: int
    deaths: int
    step: str
    done_percent: int
    told: str
    cancel: bool
