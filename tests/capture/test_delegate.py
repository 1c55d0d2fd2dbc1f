"""Streams whose class cannot be changed are watched through a proxy that passes for them."""

from types import SimpleNamespace

import pytest

from warpmetrics_otel.capture import CallData
from warpmetrics_otel.capture.openai_chat import SHAPE
from warpmetrics_otel.capture.recording import Recording
from warpmetrics_otel.capture.stream import watch


class Tight:
    """A stream with no room for another attribute."""

    __slots__ = ("items", "label")

    def __init__(self, *items):
        self.items = iter(items)
        self.label = "tight"

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.items)

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()

    def close(self):
        self.label = "closed"


def chunk(text):
    choice = SimpleNamespace(index=0, finish_reason=None, delta=SimpleNamespace(content=text))
    return SimpleNamespace(model="m", id="1", usage=None, choices=[choice])


@pytest.fixture
def watched(sink):
    stream = Tight(chunk("one "), chunk("two"))
    return stream, watch(stream, Recording(sink, SHAPE, CallData(provider="any")))


def test_it_passes_for_the_stream(watched, sink):
    stream, proxy = watched
    assert proxy is not stream
    assert isinstance(proxy, Tight)
    assert proxy.label == "tight"
    proxy.label = "renamed"
    assert stream.label == "renamed"
    assert not hasattr(proxy, "no_such_thing")
    assert sink.keys == [proxy]


def test_it_is_watched_to_the_end(watched, sink):
    assert len(list(watched[1])) == 2
    assert sink.only.response == "one two"


def test_leaving_its_block_closes_the_stream(watched, sink):
    stream, proxy = watched
    with proxy as entered:
        assert entered is proxy
        next(entered)
    assert stream.label == "closed"
    assert sink.only.response == "one "
