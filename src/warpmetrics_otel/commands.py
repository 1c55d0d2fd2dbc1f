"""The commands of `warpmetrics-otel`, with typer and rich.

Results go to standard output, everything about them to standard error. Exit codes: 0 found, 1 nothing found,
2 could not look.
"""

from __future__ import annotations

import io
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from warpmetrics_otel.read import Chains, as_json, assemble, read_spans
from warpmetrics_otel.read.render import show_chain, terminal
from warpmetrics_otel.read.words import printable

_NOTHING_FOUND = 1
_COULD_NOT_LOOK = 2

app = typer.Typer(
    name="warpmetrics-otel",
    help="Agent runs, outcomes, acts and follow-up runs, read back from OpenTelemetry traces.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"warpmetrics-otel {version('warpmetrics-otel')}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Agent runs, outcomes, acts and follow-up runs, read back from OpenTelemetry traces."""


@app.command()
def chain(
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="An id (wm_run_…, or of anything in the run), a portable ref, or a trace id. Without one, all chains.",
            show_default=False,
        ),
    ] = None,
    otlp_file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            envvar="WARPMETRICS_OTLP_FILE",
            help="A file of OTLP JSON lines. May be given more than once.",
            show_default=False,
        ),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a tree.")] = False,
) -> None:
    """Show whole chains: runs, what happened in them, what was done about it, and the runs that followed."""
    if not otlp_file:
        _fail(_COULD_NOT_LOOK, "Where to read from? Give --otlp-file FILE, or set WARPMETRICS_OTLP_FILE.")
    chains = _read(otlp_file)
    files = ", ".join(map(str, otlp_file))
    if not chains.chains:
        _fail(_NOTHING_FOUND, f"No runs found in {files}. Has the recording process flushed or ended?")
    selected = chains.chains
    if wanted is not None:
        found = chains.find(wanted)
        if found is None:
            _fail(
                _NOTHING_FOUND,
                f"{wanted} is in none of the {len(selected)} chains of {files}. "
                "Give an id (wm_run_…), a portable ref or a trace id of 32 hex digits.",
            )
        selected = [found]
    _encodable(sys.stdout)
    if as_json_:
        unattached = chains.unattached if wanted is None else ()
        typer.echo(json.dumps(as_json(selected, unattached), indent=2))
        return
    console = terminal()
    for number, each in enumerate(selected):
        if number:
            console.print()
        show_chain(console, each)
    if chains.unattached and wanted is None:
        _warn(f"{len(chains.unattached)} outcomes or acts are about something that is not among these spans.")


def _read(files: list[Path]) -> Chains:
    try:
        return assemble(read_spans(*files, on_malformed=lambda malformed: _warn(f"Skipped {malformed}")))
    except FileNotFoundError as error:
        _fail(_COULD_NOT_LOOK, f"There is no file {error.filename}.")
    except OSError as error:
        _fail(_COULD_NOT_LOOK, f"Cannot read {error.filename}: {error.strerror}.")


def _warn(message: str) -> None:
    _encodable(sys.stderr)
    typer.echo(f"warpmetrics-otel: {printable(message, 400)}", err=True)


def _fail(code: int, message: str) -> NoReturn:
    _warn(message)
    raise typer.Exit(code)


def _encodable(stream: object) -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
