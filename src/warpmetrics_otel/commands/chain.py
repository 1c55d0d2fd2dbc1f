"""`warpmetrics-otel chain`: chains of runs, read back from spans."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from warpmetrics_otel.commands.judging import AsJson, Html, Success, write_page
from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import encodable, warn
from warpmetrics_otel.read import as_json
from warpmetrics_otel.read.render import show_chain, terminal
from warpmetrics_otel.read.statistics import Judge


def chain(
    reading: Reading,
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="An id (wm_run_…, or of anything in the run), a portable ref, a traceparent or a trace id. "
            "Without one, all chains.",
            show_default=False,
        ),
    ] = None,
    success: Success = None,
    html: Html = None,
    as_json_: AsJson = False,
) -> None:
    """Show whole chains: runs, what happened in them, what was done about it, and the runs that followed."""
    chains = reading.chains(wanted, quiet=as_json_)
    judge = Judge(success or ())
    if html is not None:
        from warpmetrics_otel.read.html import chains_page

        write_page(html, chains_page(chains.chains, judge, reading.where, chains.unattached))
    encodable(sys.stdout)
    if as_json_:
        document = as_json(chains.chains, chains.unattached, judge)
        typer.echo(json.dumps({**document, "incomplete": reading.incomplete}, indent=2))
        reading.finish()
        return
    console = terminal()
    for number, each in enumerate(chains.chains):
        if number:
            console.print()
        show_chain(console, each, judge)
    if chains.unattached:
        warn(f"{len(chains.unattached)} outcomes or acts are about something that is not among these spans.")
    reading.finish()
