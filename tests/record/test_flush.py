"""What a flush ends: what was decided in the same thread or task, and everything only when asked."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.record.memory import Memory, remembered
from warpmetrics_otel import Run, semconv


def test_flush_ends_what_got_its_outcome_in_this_thread(memory: Memory) -> None:
    decided, undecided = memory.wm.run("decided"), memory.wm.run("undecided")
    memory.wm.outcome(decided, "Completed")
    result = memory.wm.flush()

    assert memory.reason(decided) == semconv.END_REASON_FLUSH
    assert not memory.ended(undecided)
    assert result.open_runs == 1
    assert not result
    assert memory.of(decided).end_time == memory.of(decided).events[0].timestamp


def test_flush_leaves_blocks_alone(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        memory.wm.outcome(run, "Completed")
        memory.wm.flush()
        memory.wm.flush(end_open=True)
        assert not memory.ended(run)

    assert memory.reason(run) is None


def test_flush_leaves_to_another_thread_what_was_decided_there(memory: Memory) -> None:
    run = memory.wm.run("review")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(memory.wm.outcome, run, "Completed").result()
        memory.wm.flush()
        assert not memory.ended(run)
        pool.submit(memory.wm.flush).result()

    assert memory.reason(run) == semconv.END_REASON_FLUSH


def test_a_thread_is_not_taken_for_one_that_is_gone(memory: Memory) -> None:
    # The operating system gives the number of a thread that is gone to the next one.
    run = memory.wm.run("review")
    gone = threading.Thread(target=memory.wm.outcome, args=(run, "Completed"))
    gone.start()
    gone.join()
    for _ in range(10):
        another = threading.Thread(target=memory.wm.flush)
        another.start()
        another.join()

    assert not memory.ended(run)


async def test_flush_leaves_to_another_task_what_was_decided_there(memory: Memory) -> None:
    decided, flushed = asyncio.Event(), asyncio.Event()

    async def agent(run: Run) -> None:
        memory.wm.outcome(run, "Completed")
        decided.set()
        await flushed.wait()
        await memory.wm.aflush()

    run = memory.wm.run("review")
    task = asyncio.create_task(agent(run))
    await decided.wait()
    memory.wm.flush()
    await memory.wm.aflush()
    assert not memory.ended(run)
    flushed.set()
    await task

    assert memory.reason(run) == semconv.END_REASON_FLUSH


async def test_a_task_is_not_taken_for_one_that_is_gone(memory: Memory) -> None:
    # The memory of a task that is gone, and with it its identity, goes to the next one.
    run = memory.wm.run("review")

    async def decide() -> None:
        memory.wm.outcome(run, "Completed")

    async def flush() -> None:
        memory.wm.flush()

    await asyncio.create_task(decide())
    for _ in range(10):
        await asyncio.create_task(flush())

    assert not memory.ended(run)


async def test_aflush_leaves_alone_what_a_worker_thread_decided(memory: Memory) -> None:
    # The thread that flushes for a task may be the one in which something else was decided.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    run = memory.wm.run("review")
    await asyncio.to_thread(memory.wm.outcome, run, "Completed")
    await memory.wm.aflush()

    assert not memory.ended(run)


async def test_aflush_ends_all_when_asked(memory: Memory) -> None:
    run = memory.wm.run("review")
    result = await memory.wm.aflush(end_open=True)

    assert memory.reason(run) == semconv.END_REASON_FLUSH
    assert result.open_runs == 0
    assert result.exported == "unknown"


def test_flush_before_anything_was_recorded_has_nothing_outstanding() -> None:
    with remembered() as memory:
        assert memory.wm.flush()
    assert memory.wm.flush()
