"""A PostgreSQL server of one's own, for tests and benchmarks: on loopback, in a temporary folder, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "corduroy"
_PATIENCE_S = 60.0


class NoServerError(RuntimeError):
    """There is no PostgreSQL here, or it does not start; the text says which."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Parameters
    ----------
    port : int
    password : str
        Of the only user, made anew for each server.
    """

    port: int
    password: str

    def url(self, database: str) -> str:
        """How to reach a database of this server."""
        return f"postgresql://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server and end it afterwards.

    Parameters
    ----------
    durable : bool
        Whether commits wait for the disk. Where only processes are killed, not the machine, they need not.

    Raises
    ------
    NoServerError
    """
    programs, account = _programs(), _account()
    folder = Path(tempfile.mkdtemp(prefix="corduroy-pg-"))
    try:
        password = secrets.token_urlsafe(12)
        _make_cluster(programs, account, folder, password)
        process = _start(programs, account, folder, port := _free_port(), durable)
        try:
            server = Server(port, password)
            _wait(server, process, folder)
            yield server
        finally:
            # PostgreSQL's "immediate shutdown": nothing is put in order that is thrown away the next moment.
            process.send_signal(signal.SIGQUIT)
            process.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of `initdb` and `postgres`; Debian keeps them off the PATH."""
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    raise NoServerError("no PostgreSQL server here: install Debian's package `postgresql`")


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to be run by root: an account without rights, then."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            group = pwd.getpwnam(name).pw_gid
        except KeyError:
            continue
        return {"user": name, "group": group, "extra_groups": []}
    raise NoServerError("PostgreSQL refuses to be run by root, and there is neither 'postgres' nor 'nobody' here")


def _make_cluster(programs: Path, account: dict[str, Any], folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if account:
        for path in (folder, secret):
            shutil.chown(path, account["user"], account["group"])
    command = [
        programs / "initdb", "--pgdata", folder / "data", "--username", _USER, "--pwfile", secret,
        "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **account)
    if done.returncode:
        raise NoServerError(f"initdb failed: {done.stderr.strip()}")


def _start(programs: Path, account: dict[str, Any], folder: Path, port: int, durable: bool) -> subprocess.Popen[bytes]:
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    if not durable:
        settings |= {"fsync": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-p", str(port), *options],
            cwd=folder, stdout=log, stderr=log, **account,
        )  # fmt: skip


def _wait(server: Server, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until it answers."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NoServerError(f"PostgreSQL ended at once: {(folder / 'log').read_text().strip()}")
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServerError(f"PostgreSQL does not answer after {_PATIENCE_S:g} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
