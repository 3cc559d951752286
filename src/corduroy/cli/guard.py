"""How a command ends: every error becomes one plain line and an exit code; no traceback reaches the user."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import typer

from corduroy.errors import CorduroyError

BAD_INPUT = 2
BUG = 1
INTERRUPTED = 130


@contextmanager
def guarded() -> Iterator[None]:
    """Run a command's body.

    A `CorduroyError` ends it with exit code 2, Ctrl-C with 130, anything unexpected with 1 and the hint how to
    see the traceback (``CORDUROY_DEBUG=1``). Warnings are shown as plain lines meanwhile.
    """
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            yield
    except CorduroyError as error:
        _say(f"corduroy: {error}")
        raise typer.Exit(BAD_INPUT) from error
    except KeyboardInterrupt:
        _say("corduroy: interrupted; finished steps are kept, the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output has gone (`corduroy measure … | head`): no fault, nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("CORDUROY_DEBUG"):
            traceback.print_exc()
        _say(
            f"corduroy: unexpected {type(error).__name__}: {_one_line(str(error))}; this is a fault of the program,"
            " please report it with the output of the same command under CORDUROY_DEBUG=1"
        )
        raise typer.Exit(BUG) from error


def warn_plainly(text: str) -> None:
    """One line on standard error."""
    _say(f"warning: {_one_line(text)}")


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Python's form names a source line, which means nothing to a user."""
    del category, filename, lineno, file, line
    warn_plainly(str(message))


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())
