"""Running the server until it is told to end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from corduroy.errors import InputError
from corduroy.web.app import web_app
from corduroy.web.settings import ServerSettings
from corduroy.web.workbench import Workbench


def serve(settings: ServerSettings, on_address: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    settings : ServerSettings
    on_address : callable
        Called with the address when the server listens.

    Raises
    ------
    InputError
        If the port is taken, or the workbench cannot be opened.
    """
    with Workbench(settings) as workbench, _listening(settings) as listener:
        app = web_app(workbench)
        config = uvicorn.Config(app, log_level="warning", server_header=False, lifespan="on")
        host, port = listener.getsockname()[:2]
        on_address(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        with _ending_in_peace():
            uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _ending_in_peace() -> Iterator[None]:
    """The server raises the signal that ended it once more when it has ended; to be told to end is no failure."""
    kept = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _listening(settings: ServerSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise InputError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror})",
            "a free port",
            "name another one with --port; 0 takes any that is free",
        ) from error
    return listener
