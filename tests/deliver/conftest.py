"""What tests of delivery share: a stand-in that finds no fault, and pipelines that wait only a little."""

import logging
import threading

import pytest

from tests.deliver.foreign import exporter, processor
from tests.threads import threads_left
from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.deliver.pipeline import Pipeline
from warpmetrics_otel.deliver.retry import Backoff
from warpmetrics_otel.deliver.transport import Transport
from warpmetrics_otel.testing import NativeApi

SOON = Backoff(first=0.02, longest=0.05)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert threads_left(before) == []


@pytest.fixture
def api():
    """What was sent must have broken no rule of the API."""
    with NativeApi() as running:
        yield running
    running.check()


@pytest.fixture
def pipeline(api):
    """Makes pipelines to the stand-in, and stops them."""
    made = []

    def make(
        *, url=None, key=NativeApi.key, most=100_000, most_bytes=1 << 26, backoff=SOON, seconds=30.0, backlog=None
    ):
        transport = Transport(url or api.url, key, None, "0.1.0", seconds)
        one = Pipeline(transport, backlog or MemoryBacklog(most, most_bytes), backoff)
        made.append(one)
        return one

    yield make
    api.behave()
    for one in made:
        one.shutdown(0.0)


@pytest.fixture
def said(caplog):
    """What the logger said, from INFO on."""
    caplog.set_level(logging.INFO, "warpmetrics_otel")

    def lines(level=logging.INFO):
        return [record.getMessage() for record in caplog.records if record.levelno >= level]

    return lines


@pytest.fixture(params=[processor, exporter], ids=["processor", "exporter"])
def mouth_to(request):
    """Makes a processor to a server: one that hears of starts and ends, or one around an exporter."""
    return request.param


@pytest.fixture
def mouth(api, mouth_to):
    """Likewise, to the stand-in."""
    return lambda **options: mouth_to(api, **options)
