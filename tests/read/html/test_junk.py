"""Pages and statistics of whatever was read: they are made, and nothing on them is in the wrong place."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.read.html.reading import Page
from tests.read.html.test_pages import ALLOWED
from tests.read.junk import junk_spans
from warpmetrics_otel.read import as_json, assemble
from warpmetrics_otel.read.html import acts_page, chains_page, runs_page
from warpmetrics_otel.read.statistics import Judge, act_statistics, acts_as_json, run_statistics, runs_as_json


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(spans=st.lists(junk_spans(), max_size=6), success=st.lists(st.text(max_size=3), max_size=2))
def test_any_values_make_pages_and_statistics(spans, success):
    chains, judge = assemble(spans), Judge(success)
    acts, runs = act_statistics(chains, judge), run_statistics(chains, judge)

    pages = [acts_page(acts, "x"), runs_page(runs, "x")]
    if chains.chains:
        pages.append(chains_page(chains.chains, judge, "x", chains.unattached))

    for page in pages:
        page.encode("utf-8")
        assert Page(page).tags <= ALLOWED
    for document in (acts_as_json(acts), runs_as_json(runs), as_json(chains.chains, chains.unattached, judge)):
        json.dumps(document, allow_nan=False)
    read = {run.id for chain in chains.chains for run in chain.runs if not run.missing}
    assert sum(of.runs for of in runs) == len(read)
