"""What a `with` block says when it ends: normally, with an error, and with what only looks like one."""

import asyncio
import re

import pytest
from opentelemetry.trace import StatusCode

from tests.record.memory import Memory, attributes, events
from warpmetrics_otel import semconv


class BrokenError(Exception):
    pass


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise BrokenError


def test_a_block_ends_without_a_reason_and_without_an_invented_outcome(memory: Memory) -> None:
    with memory.wm.run("review") as run, memory.wm.group(run, "draft") as group:
        pass

    for handle in (run, group):
        span = memory.of(handle)
        assert semconv.WARPMETRICS_END_REASON not in attributes(span)
        assert semconv.WARPMETRICS_OUTCOME_NAME not in attributes(span)
        assert span.status.status_code is StatusCode.UNSET
        assert span.events == ()
    assert memory.of(group).end_time <= memory.of(run).end_time


async def test_async_blocks_end_alike(memory: Memory) -> None:
    async with memory.wm.run("review") as run, memory.wm.group(run, "draft") as group:
        assert memory.wm.current() == group

    assert memory.reason(run) is None
    assert memory.reason(group) is None


def test_an_exception_is_recorded_and_raised_again(memory: Memory) -> None:
    error = BrokenError("no \ud800 luck")
    with pytest.raises(BrokenError) as raised, memory.wm.run("review") as run:
        raise error

    assert raised.value is error
    span = memory.of(run)
    kind = f"{__name__}.BrokenError"
    assert span.status.status_code is StatusCode.ERROR
    assert re.fullmatch(f"{re.escape(kind)}: no \ufffd+ luck", span.status.description)
    assert attributes(span)[semconv.ERROR_TYPE] == kind
    [(name, event)] = events(span)
    assert name == semconv.EVENT_EXCEPTION
    assert event[semconv.EXCEPTION_TYPE] == kind
    assert "BrokenError" in event[semconv.EXCEPTION_STACKTRACE]
    for text in (span.status.description, *event.values()):
        str(text).encode()


def test_an_exception_with_a_broken_text_is_still_the_one_that_is_raised(memory: Memory) -> None:
    with pytest.raises(UnspeakableError), memory.wm.run("review") as run:
        raise UnspeakableError

    assert memory.of(run).status.status_code is StatusCode.ERROR


def test_an_exception_outweighs_the_outcomes_of_its_block(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Failed")
    with pytest.raises(BrokenError), run:
        raise BrokenError("why")

    assert memory.of(run).status.description.endswith("BrokenError: why")
    assert attributes(memory.of(run))[semconv.WARPMETRICS_OUTCOME_NAME] == "Failed"


@pytest.mark.parametrize(
    "error",
    [
        asyncio.CancelledError(),
        GeneratorExit(),
        KeyboardInterrupt(),
        SystemExit(),
        SystemExit(0),
        SystemExit(None),
    ],
    ids=repr,
)
def test_being_stopped_is_no_error(memory: Memory, error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, memory.wm.run("review") as run:
        raise error
    memory.wm.flush()

    assert raised.value is error
    span = memory.of(run)
    assert span.status.status_code is StatusCode.UNSET
    assert span.events == ()
    assert semconv.ERROR_TYPE not in attributes(span)
    assert semconv.WARPMETRICS_END_REASON not in attributes(span)


@pytest.mark.parametrize("error", [SystemExit(1), SystemExit("disk full")], ids=repr)
def test_an_exit_with_a_status_is_an_error(memory: Memory, error: SystemExit) -> None:
    with pytest.raises(SystemExit), memory.wm.run("review") as run:
        raise error

    assert attributes(memory.of(run))[semconv.ERROR_TYPE] == "SystemExit"
    assert memory.of(run).status.status_code is StatusCode.ERROR


async def test_a_cancelled_task_ends_its_run_without_an_error(memory: Memory) -> None:
    inside = asyncio.Event()
    runs = []

    async def agent() -> None:
        async with memory.wm.run("review") as run:
            runs.append(run)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(agent())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert memory.of(runs[0]).status.status_code is StatusCode.UNSET


def test_only_the_outermost_block_of_a_handle_ends_it(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        with run:
            pass
        assert not memory.ended(run)
        with pytest.raises(BrokenError), run:
            raise BrokenError
        assert memory.wm.current() == run

    assert memory.of(run).status.status_code is StatusCode.UNSET


def test_a_block_ends_at_its_own_end_not_at_the_last_activity(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        memory.wm.record_call(run, provider="google", model="m", started_at=1_000, ended_at=1_001)
        memory.wm.outcome(run, "Completed")
        last = memory.of(memory.wm.record_call(run, provider="google", model="m")).end_time

    assert memory.of(run).end_time >= last
