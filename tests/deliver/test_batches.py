"""Promise 2: batches grow with what waits, and requests stay under the rate limit by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.deliver.entities import run
from warpmetrics_otel.deliver.pace import Pace
from warpmetrics_otel.deliver.sender import MOST_ENTITIES
from warpmetrics_otel.testing import Reply


def test_a_burst_needs_few_requests(api, pipeline):
    pipe = pipeline()
    for number in range(5000):
        pipe.take([run(str(number))])

    assert pipe.flush(60).delivered == 5000
    assert len(api.batches) <= 1 + 5000 / MOST_ENTITIES * 3


def test_what_comes_during_a_request_goes_together_with_the_next(api, pipeline):
    api.answer(Reply.hanging())
    pipe = pipeline()
    pipe.take([run("first")])
    api.wait_for(lambda: api.requests)
    for number in range(100):
        pipe.take([run(str(number))])
    api.behave()

    assert pipe.flush(60).delivered == 101
    assert [len(batch["runs"]) for batch in api.batches] == [1, 100]


def test_many_flushes_stay_under_the_limit(pipeline, api):
    # An agent that flushes after every run: more often than the API lets us.
    pipe = pipeline()
    for number in range(300):
        pipe.take([run(str(number))])
        pipe.flush(0.01)
    pipe.flush(60)

    assert len(api.entities("runs")) == 300
    times = [request.arrived for request in api.requests]
    assert len(times) <= 120 + (times[-1] - times[0]) * 13 + 2


class Minute:
    """Sends whenever it may."""

    def __init__(self):
        self.pace, self.now, self.times = Pace(), 1000.0, []

    def send(self):
        self.now += self.pace.wait(self.now)
        self.pace.sent(self.now)
        self.times.append(self.now)


@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 40)), max_size=20), st.integers(1, 60))
def test_no_minute_sees_more_than_its_requests(pauses, burst):
    minute = Minute()
    for pause in [*pauses, 0.0]:
        minute.now += pause
        for _ in range(burst):
            minute.send()

    for index, time in enumerate(minute.times):
        assert len([one for one in minute.times[index:] if one < time + 60]) <= 900


def test_a_full_minute_is_used():
    minute = Minute()
    while minute.now < 1059.9:
        minute.send()
    assert 890 <= len(minute.times) <= 901


def test_who_comes_after_a_burst_waits_for_a_moment_only():
    minute = Minute()
    for _ in range(900):
        minute.send()
    assert minute.pace.wait(minute.now) < 0.1


@pytest.mark.parametrize("back", [1.0, 1e6])
def test_a_clock_that_goes_back_gives_nothing_away(back):
    minute = Minute()
    for _ in range(120):
        minute.send()
    assert minute.pace.wait(minute.now - back) >= minute.pace.wait(minute.now) > 0
