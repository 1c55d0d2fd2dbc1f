"""Live: what happens is on its way while the run goes on, not when it ends."""

import pytest

from warpmetrics_otel import Warpmetrics

SOON = 2.0
"""Seconds within which a run appears: what the product promises, so the one time that is asserted."""


@pytest.fixture
def wm(api, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    one = Warpmetrics(api_key=api.key, api_url=api.url)
    yield one
    one.shutdown(5)


def test_a_run_appears_soon_after_its_start(api, wm):
    with wm.run("Code review", {"pr": 42}) as first:
        [row] = api.wait_for(lambda: api.entities("runs"), SOON)
        assert (row["id"], row["label"], row["opts"]) == (first.id, "Code review", {"pr": 42})


def test_everything_in_a_run_appears_before_its_end(api, wm):
    with wm.run("Code review") as first, wm.group(first, "Drafting") as drafting:
        wm.record_call(drafting, provider="openai", model="gpt-4o", messages="draft", response="Hello!")
        failed = wm.outcome(first, "Failed")
        retry = wm.act(failed, "retry")
        api.wait_for(lambda: api.entities("acts") and api.entities("calls"), SOON)
        assert api.incomplete() == []
        with wm.run("Code review", follows=retry) as second:
            api.wait_for(lambda: len(api.entities("runs")) == 2, SOON)
            assert api.row(second.id)["refId"] == retry.id


def test_a_run_appears_soon_after_a_long_rest(api, wm):
    wm.run("first")
    assert wm.flush(5).delivered == 1
    wm.run("second")
    api.wait_for(lambda: len(api.entities("runs")) == 2, SOON)
