"""Live: what happens is on its way while the run goes on, not when it ends."""

import pytest

from tests.patience import in_time
from warpmetrics_otel import Warpmetrics

SOON = 2.0
"""Seconds within which a run appears: what the product promises, so the one time that is asserted."""


def soon(attempt):
    return in_time(attempt, TimeoutError)


def appears(api, kind, handle):
    """Its row, as soon as that has arrived."""
    api.wait_for(lambda: any(row["id"] == handle.id for row in api.entities(kind)), SOON)
    return api.row(handle.id)


@pytest.fixture
def wm(api, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    one = Warpmetrics(api_key=api.key, api_url=api.url)
    yield one
    one.shutdown(5)


def test_a_run_appears_soon_after_its_start(api, wm):
    def attempt():
        with wm.run("Code review", {"pr": 42}) as first:
            row = appears(api, "runs", first)
            assert (row["label"], row["opts"]) == ("Code review", {"pr": 42})

    soon(attempt)


def test_everything_in_a_run_appears_before_its_end(api, wm):
    def attempt():
        with wm.run("Code review") as first, wm.group(first, "Drafting") as drafting:
            call = wm.record_call(drafting, provider="openai", model="gpt-4o", messages="draft", response="Hello!")
            retry = wm.act(wm.outcome(first, "Failed"), "retry")
            appears(api, "acts", retry)
            appears(api, "calls", call)
            assert api.incomplete() == []
            with wm.run("Code review", follows=retry) as second:
                assert appears(api, "runs", second)["refId"] == retry.id

    soon(attempt)


def test_a_run_appears_soon_after_a_long_rest(api, wm):
    def attempt():
        wm.run("first")
        assert not wm.flush(60).pending
        appears(api, "runs", wm.run("second"))

    soon(attempt)
