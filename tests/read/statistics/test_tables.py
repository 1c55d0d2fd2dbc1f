"""The tables on screens of any width."""

import io

import pytest
from rich.console import Console

from tests.read.statistics import two_hundred
from warpmetrics_otel.read import assemble
from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.read.statistics import Judge, act_statistics, run_statistics
from warpmetrics_otel.read.statistics.tables import acts_table, outcomes_table, runs_table


@pytest.fixture(scope="module")
def tables():
    spans = two_hundred.Writer().write(two_hundred.CHAINS)
    chains = assemble(spans_of(two_hundred.document(spans), pytest.fail))
    acts, runs = act_statistics(chains, Judge()), run_statistics(chains, Judge())
    return {"acts": acts_table(acts), "runs": runs_table(runs), "outcomes": outcomes_table(runs)}


@pytest.mark.parametrize("width", [50, 80, 120, 1000])
@pytest.mark.parametrize("name", ["acts", "runs", "outcomes"])
def test_a_table_fits_the_screen(tables, name, width):
    console = Console(file=io.StringIO(), width=width)

    console.print(tables[name])

    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    if width >= 80:
        assert "…" not in shown


def test_nothing_known_is_an_empty_table():
    console = Console(file=io.StringIO(), width=80)

    console.print(runs_table(run_statistics(assemble([]), Judge())))

    assert console.file.getvalue().split()[:2] == ["Label", "Runs"]
