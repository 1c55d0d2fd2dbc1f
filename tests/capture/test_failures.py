"""Errors, retries, cancellation, streams that break: the agent sees what it would have seen, and one call is told."""

import asyncio

import pytest

from tests.capture.ways import MESSAGES, REQUESTS, close, read_text, resource, ways
from warpmetrics_otel import capture
from warpmetrics_otel.testing import Answer, Hold

DIRECT = ways("plain", "stream", "helper", "raw", "streaming response")


@pytest.mark.parametrize("way", DIRECT, ids=str)
@pytest.mark.parametrize(
    ("status", "name"), [(400, "BadRequestError"), (429, "RateLimitError"), (500, "InternalServerError")]
)
async def test_an_error_is_captured_and_raised(way, status, name, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(status=status, message="out of luck"))
    with pytest.raises(Exception, match="out of luck") as raised:
        await way(client)
    data = sink.only
    assert data.error == str(raised.value)
    assert data.error_type == f"{type(raised.value).__module__}.{name}"
    assert data.failed
    assert data.response is data.tokens is data.finish_reasons is None
    assert sink.keys == [raised.value]
    assert sink.steps == ["started", "returned", "finished"]
    assert data.started_ns <= data.ended_ns
    await close(client)


@pytest.mark.parametrize("way", ways("plain", "stream", "helper"), ids=str)
async def test_retries_inside_the_client_are_one_call(way, server, sink):
    client = capture.warp(way.client(server, max_retries=2), sink)
    server.answer(Answer(status=429), Answer(status=503), "at last")
    await way(client)
    assert len(server.requests) == 3
    assert sink.only.response == "at last"
    assert not sink.only.failed
    await close(client)


@pytest.mark.parametrize("way", ways("stream", "helper"), ids=str)
@pytest.mark.parametrize("midway", ["error", "cut"])
async def test_a_stream_that_breaks_keeps_what_came(way, midway, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains", midway=midway, message="overloaded"))
    expected = "server_error"
    # A response that failed is an event of its stream, not an exception.
    if way.api == "openai.responses" and midway == "error":
        await way(client)
    else:
        with pytest.raises(Exception, match=r"overloaded|peer closed|Connection error") as raised:
            await way(client)
        assert sink.keys[-1] is raised.value
        expected = f"{type(raised.value).__module__}.{type(raised.value).__name__}"
    data = sink.only
    assert data.failed
    assert data.error_type == expected
    assert data.response == "It "
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain") if way.is_async], ids=str)
async def test_cancelled_request(way, server, sink):
    client = capture.warp(way.client(server), sink)
    hold = Hold()
    server.answer(Answer(text="late", hold=hold))
    task = asyncio.create_task(way(client))
    await asyncio.to_thread(hold.reached.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hold.release()
    assert sink.only.error_type == "asyncio.exceptions.CancelledError"
    assert sink.only.error is None
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("stream") if way.is_async], ids=str)
async def test_cancelled_stream_keeps_what_came(way, server, sink):
    client = capture.warp(way.client(server), sink)
    hold = Hold()
    server.answer(Answer(text="It rains", hold=hold))
    stream = await resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    await read_text(stream)
    task = asyncio.create_task(anext(stream))
    await asyncio.to_thread(hold.reached.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hold.release()
    assert sink.only.error_type == "asyncio.exceptions.CancelledError"
    assert sink.only.response == "It "
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("plain") if way.is_async], ids=str)
async def test_closing_a_coroutine_tells_nothing_until_drained(way, server, sink):
    client = capture.warp(way.client(server), sink)
    coroutine = resource(client, way.api).create(**REQUESTS[way.api])
    coroutine.send(None)
    assert sink.steps == ["started"]
    coroutine.close()
    assert sink.steps == ["started"], "a coroutine is closed by the garbage collector too: nothing may be called there"
    capture.drain()
    assert sink.steps == ["started", "finished"]
    assert sink.only.error_type == "GeneratorExit"
    await close(client)


@pytest.mark.parametrize("way", ways("plain"), ids=str)
async def test_arguments_the_client_refuses(way, server, sink):
    client = capture.warp(way.client(server), sink)
    with pytest.raises(TypeError):
        await way(client, no_such_argument=1)
    assert server.requests == []
    assert sink.only.error_type == "TypeError"
    await close(client)


class Unreadable(dict):
    """A message whose reading fails in us but not in the client, which copies it."""

    def items(self):
        items = super().items()
        if self.pop("trap", None):
            raise RuntimeError("not for you")
        return items


async def test_what_cannot_be_read_does_not_stop_the_request(server, sink, caplog):
    (way,) = [way for way in ways("plain") if way.api == "openai.chat" and not way.is_async]
    client = capture.warp(way.client(server), sink)
    for _ in range(2):
        await way(client, messages=[Unreadable(MESSAGES[0], trap=True)])
    assert [request.prompt for request in server.requests] == [MESSAGES[0]["content"]] * 2
    assert [data.response for data in sink.finished_data] == [MESSAGES[0]["content"]] * 2
    (record,) = [record for record in caplog.records if record.name == "warpmetrics_otel"]
    assert "openai.chat" in record.getMessage()
    await close(client)
