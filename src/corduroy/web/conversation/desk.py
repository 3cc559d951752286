"""`Desk`: the process in which plans lie open; started when it is first needed."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from corduroy.errors import CorduroyError, PlanError
from corduroy.web.workbench import Workbench

P = ParamSpec("P")
T = TypeVar("T")

_DESKS: WeakKeyDictionary[Workbench, Desk] = WeakKeyDictionary()


class Desk:
    """One process; questions are answered one after the other, so that two people never double the memory."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have a function of `corduroy.web.conversation` called where the plans lie.

        Raises
        ------
        PlanError
            If the process was ended, by a lack of memory for example (the next question starts another one), or failed
            by a fault of the program, which the server's log then has.
        CorduroyError
            As the question raises it.
        """
        pool = self._running()
        try:
            return await asyncio.wrap_future(pool.submit(question, *args, **kwargs))
        except BrokenProcessPool:
            self._forget(pool)
            raise PlanError("the process that computes has ended", do="open the plan again") from None
        except CorduroyError:
            raise
        except Exception as error:
            # Else the page would wait for an answer that never comes.
            logging.getLogger(__name__).exception("%s failed", question.__name__)
            failed = f"the computation failed by a fault of the program ({type(error).__name__})"
            raise PlanError(failed, do="report it with what the server's log says") from error

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _running(self) -> ProcessPoolExecutor:
        with self._guard:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        with self._guard:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False)


def desk_of(workbench: Workbench) -> Desk:
    """The desk of a workbench; its process ends with the server."""
    if workbench not in _DESKS:
        from nicegui import app

        _DESKS[workbench] = desk = Desk()
        app.on_shutdown(desk.close)
    return _DESKS[workbench]
