"""Promise 6: a flush tells the truth, and keeps to its deadline whatever hangs."""

import logging
import threading
import time

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

from tests.deliver.entities import program, run
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.deliver import pipeline as pipelines
from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.testing import Reply

GENEROUS = 25.0
"""Seconds within which a flush of one second has returned on a busy machine; what hangs does so for longer."""


@pytest.fixture(autouse=True)
def no_exporter_in_the_environment(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")


@pytest.fixture
def recorder(api):
    made = []

    def make(**options):
        one = Warpmetrics(api_key=api.key, api_url=api.url, **options)
        made.append(one)
        return one

    yield make
    api.behave()
    for one in made:
        one.shutdown(1)


class Hanging(SpanProcessor):
    """A processor of a user's that does not keep to the time it is given."""

    def __init__(self):
        self.go_on = threading.Event()

    def force_flush(self, timeout_millis=30_000):
        self.go_on.wait(60)
        return True


class Asked(SpanProcessor):
    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def force_flush(self, timeout_millis=30_000):
        self.asked += 1
        return self.answer


def within(function):
    began = time.monotonic()
    result = function()
    assert time.monotonic() - began < GENEROUS
    return result


def record(wm):
    with wm.run("Code review") as first, wm.group(first, "Drafting") as drafting:
        wm.record_call(drafting, provider="openai", model="gpt-4o", messages="draft", response="Hello!")
        wm.act(wm.outcome(first, "Failed"), "retry")


def test_everything_is_delivered(api, recorder):
    wm = recorder()
    record(wm)
    result = wm.flush(GENEROUS)

    assert (result.delivered, result.pending, result.spooled, result.dropped) == (7, 0, 0, {})
    assert (result.open_runs, result.refusal) == (0, None)
    assert result
    assert api.incomplete() == []


def test_what_is_open_is_counted(api, recorder):
    wm = recorder()
    with wm.run("Code review"):
        result = wm.flush(GENEROUS)
        assert (result.delivered, result.open_runs) == (1, 1)
        assert not result
    assert wm.flush(GENEROUS)


@pytest.mark.parametrize(
    "reply",
    [Reply.hanging(), Reply.refused(503), *(Reply.refused(status, retry_after=3600) for status in (429, 503))],
    ids=["hangs", "503", "429, later", "503, later"],
)
def test_an_api_that_does_not_answer_costs_its_deadline(api, recorder, reply):
    api.answer_always(reply)
    wm = recorder()
    record(wm)
    result = within(lambda: wm.flush(1))

    assert (result.delivered, result.pending) == (0, 7)
    assert not result


def test_a_dead_api_costs_its_deadline(api, recorder):
    wm = recorder()
    with api.down():
        record(wm)
        result = within(lambda: wm.flush(1))
        assert (result.delivered, result.pending) == (0, 7)
        assert not result

    assert wm.flush(GENEROUS).delivered == 7


async def test_aflush_costs_its_deadline(api, recorder):
    api.answer_always(Reply.hanging())
    wm = recorder()
    record(wm)
    began = time.monotonic()
    result = await wm.aflush(1)

    assert time.monotonic() - began < GENEROUS
    assert (result.delivered, result.pending) == (0, 7)


def test_a_refusal_does_not_cost_the_deadline(api, recorder):
    api.answer_always(Reply.refused(401))
    wm = recorder()
    record(wm)
    result = within(lambda: wm.flush(60))

    assert result.refusal.startswith("401")
    assert (result.pending, result.dropped) == (0, {"refused": 7})
    assert not result


def test_a_hanging_processor_of_the_users_costs_the_deadline_and_no_delivery(api, recorder):
    provider, hanging = TracerProvider(shutdown_on_exit=False), Hanging()
    provider.add_span_processor(hanging)
    wm = recorder(tracer_provider=provider)
    record(wm)
    # Enough for what does not hang, however busy the machine is.
    result = within(lambda: wm.flush(4))
    hanging.go_on.set()

    # What hangs is asked at the same time, so it takes nothing from what does not.
    assert (result.delivered, result.pending) == (7, 0)
    assert result.exported != "flushed"
    provider.shutdown()


@pytest.mark.parametrize("answer", [True, False])
def test_processors_of_the_users_are_asked_and_not_believed(api, recorder, answer):
    provider, asked = TracerProvider(shutdown_on_exit=False), Asked(answer)
    provider.add_span_processor(asked)
    wm = recorder(tracer_provider=provider)
    record(wm)
    result = wm.flush(GENEROUS)

    assert asked.asked >= 1
    assert result.exported == "unknown"
    assert result.delivered == 7
    provider.shutdown()


def test_what_others_go_on_to_record_is_not_waited_for(api, pipeline):
    # Something new waits by the time of every answer: a flush that waited for that too would never end.
    busy = threading.Event()
    busy.set()

    def key():
        if busy.is_set():
            pipe.take([run()])
        return api.key

    pipe = pipeline(key=key)
    mine = program()
    pipe.take(mine)
    within(lambda: pipe.flush(60))
    assert [api.row(entity.key) for entity in mine] == [entity.to_json() for entity in mine]
    assert pipe.counts().pending
    busy.clear()
    # The request that was under way may have brought one more.
    pipe.flush(GENEROUS)
    assert pipe.flush(GENEROUS).pending == 0


def test_shutdown_says_what_is_left(api, recorder, said):
    api.answer_always(Reply.refused(503))
    wm = recorder()
    record(wm)
    result = within(lambda: wm.shutdown(1))

    assert (result.delivered, result.pending) == (0, 7)
    assert not result
    assert ["7 were in memory and are lost" in line for line in said(logging.WARNING) if "has stopped" in line] == [
        True
    ]


def test_shutdown_tries_to_the_end(api, recorder):
    wm = recorder()
    record(wm)
    assert wm.shutdown(GENEROUS).delivered == 7
    assert api.incomplete() == []


def test_recorders_with_one_destination_share_a_pipeline(api, recorder):
    one, another = recorder(), recorder()
    record(one)
    record(another)
    assert one.shutdown(GENEROUS).delivered == 14
    # Which goes on for who still uses it.
    record(another)
    assert another.flush(GENEROUS).delivered == 21


def test_an_error_of_ours_is_said_and_survived(api, pipeline, said, monkeypatch):
    class Broken(MemoryBacklog):
        broken = True

        def next(self, most, most_bytes):
            if self.broken:
                self.broken = False
                raise RuntimeError("a bug")
            return super().next(most, most_bytes)

    monkeypatch.setattr(pipelines, "REST_SECONDS", 0.01)
    pipe = pipeline(backlog=Broken(100, 10**6))
    pipe.take(program())
    api.wait_for(lambda: api.entities("acts"))

    assert pipe.flush(GENEROUS).delivered == 7
    assert ["an error of ours" in line for line in said(logging.ERROR)] == [True]
