"""Streams that nobody reads to the end: closed, left, collected; each is told once, with what was seen."""

import gc
import threading

import pytest

from tests.capture.ways import REQUESTS, close, is_text, read_text, resource, ways
from warpmetrics_otel import capture
from warpmetrics_otel.testing import Answer, Hold

SYNC = [way for way in ways("stream") if not way.is_async]
ASYNC = [way for way in ways("stream") if way.is_async]
SYNC_HELPERS = [way for way in ways("helper") if not way.is_async]
ASYNC_HELPERS = [way for way in ways("helper") if way.is_async]


def partial(sink):
    data = sink.only
    assert data.response == "It "
    assert data.finish_reasons is None
    assert not data.failed, "leaving a stream is no error"
    assert data.first_chunk_ns <= data.ended_ns
    return True


@pytest.mark.parametrize("way", SYNC, ids=str)
@pytest.mark.parametrize("leave", ["close", "with"])
async def test_closed_stream(way, leave, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    if leave == "with":
        with stream as entered:
            assert entered is stream
            await read_text(stream)
    else:
        await read_text(stream)
        stream.close()
    assert sink.steps[-1] == "finished"
    assert partial(sink)
    stream.close()
    assert partial(sink)
    await close(client)


@pytest.mark.parametrize("way", ASYNC, ids=str)
@pytest.mark.parametrize("leave", ["close", "with"])
async def test_closed_async_stream(way, leave, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    stream = await resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    if leave == "with":
        async with stream as entered:
            assert entered is stream
            await read_text(stream)
    else:
        await read_text(stream)
        await stream.close()
    assert sink.steps[-1] == "finished"
    assert partial(sink)
    await close(client)


@pytest.mark.parametrize("way", SYNC_HELPERS, ids=str)
async def test_left_helper(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    with resource(client, way.api).stream(**REQUESTS[way.api]) as stream:
        await read_text(stream)
        assert sink.steps[-1] == "returned"
    assert sink.steps[-1] == "finished"
    assert partial(sink)
    await close(client)


@pytest.mark.parametrize("way", ASYNC_HELPERS, ids=str)
async def test_left_async_helper(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    async with resource(client, way.api).stream(**REQUESTS[way.api]) as stream:
        await read_text(stream)
        assert sink.steps[-1] == "returned"
    assert sink.steps[-1] == "finished"
    assert partial(sink)
    await close(client)


@pytest.mark.parametrize("way", SYNC, ids=str)
async def test_collected_stream_is_told_by_drain_only(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    await read_text(stream)
    stream.response.close()
    sink.events.pop()  # the sink holds what was returned; a real one holds it weakly
    del stream
    gc.collect()
    assert sink.steps == ["started"], "a finalizer calls nothing of the sink"
    capture.drain()
    assert sink.steps == ["started", "finished"]
    assert partial(sink)
    await close(client)


@pytest.mark.parametrize("way", SYNC, ids=str)
async def test_stream_that_is_never_read(way, server, sink):
    client = capture.warp(way.client(server), sink)
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    stream.response.close()
    sink.events.pop()
    del stream
    gc.collect()
    assert (sink.only.response, sink.only.first_chunk_ns, sink.only.failed) == (None, None, False)
    await close(client)


@pytest.mark.parametrize("way", SYNC, ids=str)
async def test_broken_loop_can_be_taken_up_again(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains in Riga"))
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    await read_text(stream)
    gc.collect()
    capture.drain()
    assert "finished" not in sink.steps
    for _ in stream:
        pass
    assert sink.only.response == "It rains in Riga"
    await close(client)


@pytest.mark.parametrize("way", [way for way in SYNC if way.api != "openai.chat"], ids=str)
async def test_last_event_ends_the_call_though_nobody_asks_for_more(way, server, sink):
    client = capture.warp(way.client(server), sink)
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    for item in stream:
        if item.type in ("response.completed", "message_stop"):
            break
    assert sink.steps[-1] == "finished"
    assert sink.only.finish_reasons
    await close(client)
    stream.close()


@pytest.mark.parametrize("way", SYNC, ids=str)
async def test_settle_ends_an_open_stream_with_what_was_seen(way, server, sink):
    client = capture.warp(way.client(server), sink)
    server.answer(Answer(text="It rains"))
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    await read_text(stream)
    (captured,) = {captured for _, captured, _ in sink.events}
    captured.settle()
    assert partial(sink)
    for _ in stream:
        pass
    assert partial(sink)
    await close(client)


async def test_a_stream_closed_by_many_threads_at_once_is_told_once(server, sink):
    way = SYNC[0]
    client = capture.warp(way.client(server), sink)
    stream = resource(client, way.api).create(**REQUESTS[way.api], stream=True)
    ready = threading.Barrier(8)

    def closer():
        ready.wait()
        stream.close()

    threads = [threading.Thread(target=closer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sink.steps.count("finished") == 1
    await close(client)


@pytest.mark.parametrize("way", ASYNC, ids=str)
async def test_generator_of_a_client_that_disconnects(way, server, sink):
    client = capture.warp(way.client(server), sink)
    hold = Hold()
    server.answer(Answer(text="It rains", hold=hold))

    async def body():
        async with await resource(client, way.api).create(**REQUESTS[way.api], stream=True) as stream:
            async for item in stream:
                yield item

    pieces = body()
    async for item in pieces:
        if is_text(item):
            break
    await pieces.aclose()
    hold.release()
    assert partial(sink)
    await close(client)
