"""How commands speak of what is not their result, and end."""

from __future__ import annotations

import io
import sys
from typing import NoReturn

import typer

from warpmetrics_otel.read.words import printable

NOTHING_FOUND = 1
COULD_NOT_LOOK = 2
INCOMPLETE = 3


def warn(message: str) -> None:
    """Say something on standard error."""
    encodable(sys.stderr)
    typer.echo(f"warpmetrics-otel: {printable(message, 400)}", err=True)


def fail(code: int, message: str) -> NoReturn:
    """Say why, and end the command with a code."""
    warn(message)
    raise typer.Exit(code)


def encodable(stream: object) -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
