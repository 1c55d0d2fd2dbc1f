"""`warpmetrics-otel acts`: how often each act happens, and what comes of it."""

from __future__ import annotations

from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import NOTHING_FOUND, fail
from warpmetrics_otel.read.html import acts_page
from warpmetrics_otel.read.statistics import act_statistics, acts_as_json
from warpmetrics_otel.read.statistics.tables import acts_table
from warpmetrics_otel.read.words import many


def acts(reading: Reading) -> None:
    """Show acts by name: how often each happens, how often it leads to success, whether it helped, what it took.

    Success is a share of the follow-up runs whose outcome is classified; what these took is a median.
    """
    chains = reading.chains()
    statistics = act_statistics(chains, reading.judge)
    if not statistics:
        fail(NOTHING_FOUND, f"There are no acts in the {many(len(chains.chains), 'chain')} of {reading.where}.")
    reading.present(
        page=lambda: acts_page(statistics, reading.where),
        document=lambda: acts_as_json(statistics),
        text=lambda console: console.print(acts_table(statistics)),
    )
