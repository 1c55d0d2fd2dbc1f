"""`warpmetrics-otel runs`: how the runs of each label end, and how many attempts it takes."""

from __future__ import annotations

from warpmetrics_otel.commands.reading import Reading
from warpmetrics_otel.commands.speech import NOTHING_FOUND, fail
from warpmetrics_otel.read.html import runs_page
from warpmetrics_otel.read.statistics import run_statistics, runs_as_json
from warpmetrics_otel.read.statistics.tables import outcomes_table, runs_table
from warpmetrics_otel.read.words import many


def runs(reading: Reading) -> None:
    """Show runs by label: how they end, attempts per chain, success on first try and after retries, what a run takes.

    Shares are of the chains read from their first run on whose outcome is classified; what a run takes is a median.
    """
    chains = reading.chains()
    statistics = run_statistics(chains, reading.judge)
    wanted = reading.selection.label
    if wanted is not None:
        # The chains of a label are read whole, with runs of other labels in them.
        statistics = [of for of in statistics if of.label == wanted]
    if not statistics:
        fail(NOTHING_FOUND, f"No run was read of the {many(len(chains.chains), 'chain')} in {reading.where}.")
    reading.present(
        page=lambda: runs_page(statistics, reading.where),
        document=lambda: runs_as_json(statistics),
        text=lambda console: console.print(runs_table(statistics), "", outcomes_table(statistics)),
    )
