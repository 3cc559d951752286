"""The application: the interface for programs, and the pages on top of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from corduroy import __version__
from corduroy.web.api import add_api
from corduroy.web.gate import API, Gate
from corduroy.web.jobs.supervisor import Supervisor
from corduroy.web.login import login_pages
from corduroy.web.not_found import add_not_found
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

# NiceGUI waits so long for a browser whose connection was cut before it forgets the page: a tablet that slept.
_RECONNECT_S = 30.0

# Author's choice, in place of 40: reading takes processor time, and threads of one interpreter delay each other.
_READERS = 12


def api_app(workbench: Workbench) -> FastAPI:
    """The interface alone, without pages; any number of them may live in one process.

    Parameters
    ----------
    workbench : Workbench
        Stays open for as long as the application is used; whoever opened it closes it.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = _READERS
        with Supervisor(workbench.jobs, workbench.worker_place, workbench.settings.workers):
            yield

    app = FastAPI(
        title="Corduroy",
        version=__version__,
        description=text("app.notice"),
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    add_api(app, workbench)
    app.include_router(login_pages(workbench))
    app.add_middleware(
        Gate, accounts=workbench.accounts, hosts=workbench.settings.hosts, local_name=workbench.local_name
    )
    return app


def web_app(workbench: Workbench) -> FastAPI:
    """The interface with the pages; one in a process, as NiceGUI has one application for all.

    Raises
    ------
    MissingPartError
        If the browser's parts are not beside the code.
    """
    from nicegui import app as pages_app
    from nicegui import ui

    from corduroy.web.pages import PAGES
    from corduroy.web.viewer import require_niivue

    require_niivue()
    app = api_app(workbench)
    type(pages_app.storage).path = workbench.folder.sessions
    for add_page in PAGES:
        add_page(workbench)
    add_not_found(pages_app)
    ui.run_with(
        app,
        title=text("app.name"),
        language="en-US",
        reconnect_timeout=_RECONNECT_S,
        storage_secret=workbench.storage_secret(),
        show_welcome_message=False,
        dark=None,
    )
    return app
