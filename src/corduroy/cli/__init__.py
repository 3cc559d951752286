"""The command `corduroy`: one file per command, each importing what is heavy only when it runs."""

from corduroy.cli.app import app, main

__all__ = ["app", "main"]
