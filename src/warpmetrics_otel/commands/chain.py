"""`warpmetrics-otel chain`: chains of runs, read back from spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import warn
from warpmetrics_otel.read import Chains, as_json
from warpmetrics_otel.read.html import chains_page
from warpmetrics_otel.read.render import show_chain
from warpmetrics_otel.read.statistics import Judge

if TYPE_CHECKING:
    from rich.console import Console


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
) -> None:
    """Show whole chains: runs, what happened in them, what was done about it, and the runs that followed."""
    found, judge = reading.chains(wanted), reading.judge
    reading.present(
        page=lambda: chains_page(found.chains, judge, reading.where, found.unattached),
        document=lambda: as_json(found.chains, found.unattached, judge),
        text=lambda console: _show(console, found, judge),
    )


def _show(console: Console, found: Chains, judge: Judge) -> None:
    for number, each in enumerate(found.chains):
        if number:
            console.print()
        show_chain(console, each, judge)
    if found.unattached:
        warn(f"{len(found.unattached)} outcomes or acts are about something that is not among these spans.")
