"""`warpmetrics-otel runs`: how the runs of each label end, and how many attempts it takes."""

from __future__ import annotations

import json
import sys

import typer

from warpmetrics_otel.commands.judging import AsJson, Html, Success, write_page
from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import NOTHING_FOUND, encodable, fail
from warpmetrics_otel.read.render import terminal
from warpmetrics_otel.read.statistics import Judge, run_statistics, runs_as_json
from warpmetrics_otel.read.statistics.tables import outcomes_table, runs_table
from warpmetrics_otel.read.words import many


def runs(reading: Reading, success: Success = None, html: Html = None, as_json_: AsJson = False) -> None:
    """Show runs by label: how they end, attempts per chain, success on first try and after retries, what a run takes.

    Shares are of the chains read from their first run on whose outcome is classified; what a run takes is a median.
    """
    chains = reading.chains(quiet=as_json_)
    statistics = run_statistics(chains, Judge(success or ()))
    wanted = reading.selection.label
    if wanted is not None:
        # The chains of a label are read whole, with runs of other labels in them.
        statistics = [of for of in statistics if of.label == wanted]
    if not statistics:
        fail(NOTHING_FOUND, f"No run was read of the {many(len(chains.chains), 'chain')} in {reading.where}.")
    if html is not None:
        from warpmetrics_otel.read.html import runs_page

        write_page(html, runs_page(statistics, reading.where))
    encodable(sys.stdout)
    if as_json_:
        typer.echo(json.dumps({**runs_as_json(statistics), "incomplete": reading.incomplete}, indent=2))
    else:
        console = terminal()
        console.print(runs_table(statistics))
        console.print()
        console.print(outcomes_table(statistics))
    reading.finish()
