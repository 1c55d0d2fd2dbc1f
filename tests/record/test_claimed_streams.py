"""Streams of `warp()`-ed clients: recorded once they were read, whoever they were passed to, and whenever."""

import asyncio
import gc

import pytest

from tests.capture.ways import WAYS, close
from tests.record.agents import MESSAGES, asking, async_openai, calls, parents
from tests.record.memory import attributes
from warpmetrics_otel import semconv
from warpmetrics_otel.testing import Answer, Hold, Usage

ANSWER = Answer("one two three", usage=Usage(prompt=9, completion=3))


@pytest.fixture
def client(wm, server):
    with asking(wm, server) as client:
        yield client


def is_whole(call):
    return attributes(call).get(semconv.GEN_AI_USAGE_OUTPUT_TOKENS) == 3


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_every_way_to_ask_gives_one_call_for_whoever_made_it(memory, wm, server, way):
    server.answer(ANSWER)
    client = wm.warp(way.client(server))
    async with wm.run("Writer") as run:
        await way(client)
    await close(client)
    assert parents(memory) == [run.id]
    (call,) = calls(memory)
    assert is_whole(call)
    assert (call.end_time - call.start_time) > 0


def test_passed_before_it_is_read_it_is_recorded_when_it_has_been(memory, wm, client):
    client.server.answer(ANSWER)
    run = wm.run("Writer")
    stream = client.stream()
    call = wm.call(run, stream, {"label": "draft"})
    assert calls(memory) == []
    for _ in stream:
        pass
    assert parents(memory) == [run.id]
    span = memory.of(call)
    assert is_whole(span)
    assert attributes(span)[f"{semconv.WARPMETRICS_OPTS_PREFIX}label"] == "draft"


def test_passed_after_it_was_read_it_is_recorded_at_once(memory, wm, client):
    client.server.answer(ANSWER)
    run = wm.run("Writer")
    stream = client.stream()
    for _ in stream:
        pass
    call = wm.call(run, stream)
    assert parents(memory) == [run.id]
    assert is_whole(memory.of(call))


def test_passed_both_before_and_after_it_is_one_call(memory, wm, client):
    run = wm.run("Writer")
    stream = client.stream()
    before = wm.call(run, stream)
    for _ in stream:
        pass
    assert wm.call(run, stream) == before
    assert len(calls(memory)) == 1


def test_passed_while_it_is_being_read_it_is_recorded_at_its_end(memory, wm, client):
    client.server.answer(ANSWER)
    run = wm.run("Writer")
    stream = client.stream()
    next(iter(stream))
    call = wm.call(run, stream)
    for _ in stream:
        pass
    assert is_whole(memory.of(call))


def test_an_outcome_on_a_call_still_streaming_finds_it(memory, wm, client):
    run = wm.run("Writer")
    stream = client.stream()
    call = wm.call(run, stream)
    wm.outcome(stream, "Interrupted")
    for _ in stream:
        pass
    (carrier,) = memory.carriers()
    assert carrier.parent.span_id == memory.of(call).context.span_id


def test_read_after_its_block_has_ended_it_is_of_that_run(memory, wm, client):
    client.server.answer(ANSWER)
    with wm.run("Writer") as run:
        stream = client.stream()
    assert calls(memory) == []
    for _ in stream:
        pass
    assert parents(memory) == [run.id]
    (call,) = calls(memory)
    assert is_whole(call)
    assert call.end_time > memory.named("invoke_workflow Writer").end_time


def test_passed_to_a_run_that_has_ended_since_it_is_of_that_run(memory, wm, client):
    client.server.answer(ANSWER)
    with wm.run("Writer") as run:
        stream = client.stream()
        call = wm.call(run, stream)
    for _ in stream:
        pass
    assert parents(memory) == [run.id]
    assert is_whole(memory.of(call))


def test_read_after_a_use_block_it_does_not_keep_its_run_open(memory, wm, client):
    run = wm.run("Writer")
    run_id = run.id
    with wm.use(run):
        stream = client.stream()
    del run
    for _ in stream:
        pass
    wm.flush()
    assert memory.ended(type("Id", (), {"id": run_id}))
    assert parents(memory) == [run_id]


@pytest.mark.parametrize("passed", [True, False], ids=["passed to call", "made inside"])
def test_abandoned_in_the_middle_it_is_recorded_as_far_as_it_was_read(memory, wm, client, passed):
    client.server.answer(ANSWER)
    with wm.run("Writer") as run:
        stream = client.stream()
        if passed:
            wm.call(run, stream)
        for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        del stream, chunk
        gc.collect()
    assert parents(memory) == [run.id]
    (call,) = calls(memory)
    assert call.status.status_code.name == "UNSET"
    assert semconv.GEN_AI_USAGE_OUTPUT_TOKENS not in attributes(call)


@pytest.mark.parametrize("stop", ["shutdown", "configure"])
def test_still_open_when_recording_stops_it_is_recorded_as_far_as_it_was_read(memory, wm, client, stop):
    run = wm.run("Writer")
    stream = client.stream()
    call = wm.call(run, stream)
    next(iter(stream))
    if stop == "shutdown":
        wm.shutdown()
    else:
        wm.configure(tracer_provider=memory.provider)
    assert memory.of(call).parent.span_id == memory.of(run).context.span_id
    for _ in stream:
        pass
    assert len(calls(memory)) == 1


def test_a_task_cancelled_while_it_reads_has_its_call_recorded_with_what_stopped_it(memory, wm, server):
    hold = Hold()
    server.answer(Answer("one two three", hold=hold))

    async def agent(client):
        with wm.run("Writer"):
            async for _ in await client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True):
                pass

    async def main():
        async with wm.warp(async_openai(server)) as client:
            task = asyncio.create_task(agent(client))
            await asyncio.to_thread(hold.reached.wait)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    (call,) = calls(memory)
    assert attributes(call)[semconv.ERROR_TYPE] == "asyncio.exceptions.CancelledError"
    assert memory.named("invoke_workflow Writer").status.status_code.name == "UNSET"
