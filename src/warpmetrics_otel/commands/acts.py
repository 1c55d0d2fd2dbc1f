"""`warpmetrics-otel acts`: how often each act happens, and what comes of it."""

from __future__ import annotations

import json
import sys

import typer

from warpmetrics_otel.commands.judging import AsJson, Html, Success, write_page
from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import NOTHING_FOUND, encodable, fail
from warpmetrics_otel.read.render import terminal
from warpmetrics_otel.read.statistics import Judge, act_statistics, acts_as_json
from warpmetrics_otel.read.statistics.tables import acts_table
from warpmetrics_otel.read.words import many


def acts(reading: Reading, success: Success = None, html: Html = None, as_json_: AsJson = False) -> None:
    """Show acts by name: how often each happens, how often it leads to success, whether it helped, what it took.

    Success is a share of the follow-up runs whose outcome is classified; what these took is a median.
    """
    chains = reading.chains(quiet=as_json_)
    statistics = act_statistics(chains, Judge(success or ()))
    if not statistics:
        fail(NOTHING_FOUND, f"There are no acts in the {many(len(chains.chains), 'chain')} of {reading.where}.")
    if html is not None:
        from warpmetrics_otel.read.html import acts_page

        write_page(html, acts_page(statistics, reading.where))
    encodable(sys.stdout)
    if as_json_:
        typer.echo(json.dumps({**acts_as_json(statistics), "incomplete": reading.incomplete}, indent=2))
    else:
        terminal().print(acts_table(statistics))
    reading.finish()
