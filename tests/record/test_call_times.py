"""When a call began and ended, and how long it took: on its span, and as the native API is told."""

import time
from datetime import datetime

import pytest

from tests.record.memory import remembered
from warpmetrics_otel.testing import NativeApi

MS = 1_000_000


@pytest.fixture
def api():
    with NativeApi() as running:
        yield running
    running.check()


@pytest.fixture
def memory(api):
    with remembered(api_key=api.key, api_url=api.url) as one:
        yield one


def told(api, memory, call):
    assert memory.wm.flush(60).pending == 0
    span = memory.of(call)
    return api.row(call.id), span.start_time, span.end_time


def ms_of(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_a_live_call_took_as_long_as_its_span(api, memory):
    with memory.wm.run("review") as run:
        began = time.time_ns()
        with memory.wm.start_call(run, provider="google", model="m") as live:
            inside = time.time_ns()
            while time.time_ns() < inside + 5 * MS:
                live.response = "Hello"
        ended = time.time_ns()
        row, started_ns, ended_ns = told(api, memory, live)

    assert began <= started_ns <= inside < inside + 5 * MS <= ended_ns <= ended
    assert (row["duration"], type(row["duration"])) == (ended_ns // MS - started_ns // MS, int)
    assert (ms_of(row["startedAt"]), ms_of(row["endedAt"])) == (started_ns // MS, ended_ns // MS)


def test_with_a_start_alone_a_call_has_lasted_until_now(api, memory):
    with memory.wm.run("review") as run:
        before = time.time_ns()
        call = memory.wm.record_call(run, provider="google", model="m", started_at=before / 1e9 - 2)
        row, started_ns, ended_ns = told(api, memory, call)

    assert before <= ended_ns <= time.time_ns()
    assert row["duration"] == ended_ns // MS - started_ns // MS >= 2000


@pytest.mark.parametrize(
    ("given", "duration"),
    [
        ({"duration_ms": 230}, 230),
        ({"duration_ms": 230.5}, 230.5),
        ({"started_at": "2026-02-01T10:00:00Z", "duration_ms": 3}, 3),
        ({"started_at": "2026-02-01T10:00:00Z", "ended_at": "2026-02-01T10:00:00.0015Z"}, 1.5),
        ({}, 0),
    ],
    ids=["duration", "fraction", "start and duration", "start and end", "nothing"],
)
def test_what_is_given_is_told_as_it_was_given(api, memory, given, duration):
    # A fraction is not what the vendor's SDK sends, but it is what the user has said.
    api.allow.add("odd")
    with memory.wm.run("review") as run:
        call = memory.wm.record_call(run, provider="google", model="m", **given)
        row, started_ns, ended_ns = told(api, memory, call)

    assert (row["duration"], ended_ns - started_ns) == (duration, duration * MS)
