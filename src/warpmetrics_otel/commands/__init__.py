"""The commands of `warpmetrics-otel`, with typer and rich.

Results go to standard output, everything about them to standard error. Exit codes: 0 found, 1 nothing found,
2 could not look, 3 found but not all; what they mean for `doctor` its own module says.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from warpmetrics_otel.commands.acts import acts
from warpmetrics_otel.commands.chain import chain
from warpmetrics_otel.commands.convert import convert
from warpmetrics_otel.commands.doctor import doctor
from warpmetrics_otel.commands.options import with_source
from warpmetrics_otel.commands.runs import runs
from warpmetrics_otel.commands.spool import spool

__all__ = ["app"]

app = typer.Typer(
    name="warpmetrics-otel",
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
    """Agent runs, outcomes, acts and follow-up runs: read back from traces; where they go, and what waits."""


app.command()(with_source(chain))
app.command()(with_source(acts))
app.command()(with_source(runs))
app.command()(convert)
app.command()(doctor)
app.add_typer(spool)
