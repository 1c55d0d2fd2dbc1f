"""What is current, where: blocks, `use`, threads, tasks, and other people's spans beneath."""

import asyncio
import contextvars
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from opentelemetry import trace

from tests.record.memory import Memory, attributes, links, remembered
from warpmetrics_otel import Run, ids, semconv


def test_a_plain_handle_is_not_current(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.group(run, "draft")

    assert memory.wm.current() is None
    assert memory.wm.current_run() is None


def test_the_innermost_block_is_current(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        assert memory.wm.current() is run
        with memory.wm.group(run, "draft") as group, memory.wm.group(group, "first") as inner:
            assert memory.wm.current() is inner
            assert memory.wm.current_run() is run
        assert memory.wm.current() is run
    assert memory.wm.current() is None
    assert memory.wm.current_run() is None


def test_what_has_ended_is_not_current(memory: Memory) -> None:
    with memory.wm.run("review") as run, memory.wm.group(run, "draft") as group:
        group.end()
        assert memory.wm.current() is run
        run.end()
        assert memory.wm.current() is None


def test_nothing_is_current_before_the_first_verb() -> None:
    with remembered() as memory:
        assert memory.wm.current() is None


def test_spans_of_others_nest_only_under_what_is_current(memory: Memory) -> None:
    tracer = memory.provider.get_tracer("others")
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    tracer.start_span("beside").end()
    with group, tracer.start_as_current_span("beneath"):
        memory.wm.record_call(group, provider="google", model="m")
    tracer.start_span("after").end()

    assert memory.named("beside").parent is None
    assert memory.named("after").parent is None
    assert memory.named("beneath").parent.span_id == ids.span_id_of(group.id)
    assert memory.named("chat m").parent.span_id == ids.span_id_of(group.id)


def test_a_live_call_is_current_for_others_and_leaves_the_run_current_for_us(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        with memory.wm.start_call(run, provider="google", model="m") as live:
            memory.provider.get_tracer("others").start_span("http").end()
            assert memory.wm.current() is run
        assert memory.named("http").parent.span_id == ids.span_id_of(live.id)


def test_use_makes_current_and_does_not_end(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.use(run):
        assert memory.wm.current() is run
        memory.provider.get_tracer("others").start_span("beneath").end()
    assert memory.wm.current() is None
    assert not memory.ended(run)
    assert memory.named("beneath").parent.span_id == ids.span_id_of(run.id)


def test_use_by_id_finds_the_open_run_of_this_process(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.use(run.id):
        assert memory.wm.current() == run
        group = memory.wm.group(memory.wm.current(), "draft")
    run.end()

    assert memory.reason(group) == semconv.END_REASON_PARENT


def test_use_by_id_or_ref_continues_what_another_process_began(memory: Memory) -> None:
    with remembered() as other:
        run = other.wm.run("review")
        group = other.wm.group(run, "draft")
        for target, parent in ((run.id, run), (run.ref, run), (group.ref, group)):
            with memory.wm.use(target):
                assert memory.wm.current().id == parent.id
                child = memory.wm.group(memory.wm.current(), "continued")
                memory.provider.get_tracer("others").start_span("http").end()
            child.end()
            for span in (memory.of(child), memory.named("http")):
                assert span.context.trace_id == run.span.get_span_context().trace_id
                assert span.parent.span_id == parent.span.get_span_context().span_id
            memory.clear()


def test_use_of_nothing_warns_and_makes_nothing_current(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    outcome = memory.wm.outcome(memory.wm.run("review"), "Completed")
    with memory.wm.run("outer") as run:
        for target in (outcome, outcome.id, "nonsense", None, 7):
            with memory.wm.use(target):
                assert memory.wm.current() is run
    assert caplog.text.count("use():") == 1


def test_threads_see_what_was_current_only_with_its_context(memory: Memory) -> None:
    with ThreadPoolExecutor(1) as pool, memory.wm.run("review") as run:
        assert pool.submit(memory.wm.current).result() is None
        assert pool.submit(contextvars.copy_context().run, memory.wm.current).result() is run


async def test_tasks_inherit_and_do_not_disturb_each_other(memory: Memory) -> None:
    both = asyncio.Barrier(2)

    async def agent(name: str) -> Run:
        async with memory.wm.run(name) as run:
            await both.wait()
            async with memory.wm.group(run, f"{name} draft") as group:
                await both.wait()
                assert memory.wm.current() is group
                assert memory.wm.current_run() is run
                memory.provider.get_tracer("others").start_span(f"{name} http").end()
                await both.wait()
        return run

    async with memory.wm.run("outer") as outer:
        runs = await asyncio.gather(agent("a"), agent("b"))
        assert memory.wm.current() is outer

    for name, run in zip("ab", runs, strict=True):
        assert memory.named(f"{name} http").context.trace_id == ids.trace_id_of(run.id)
        assert links(memory.of(run), semconv.LINK_TYPE_CALLER)[0].context.span_id == ids.span_id_of(outer.id)


async def test_one_handle_in_two_tasks_ends_with_the_last(memory: Memory) -> None:
    run = memory.wm.run("review")
    entered, left = asyncio.Barrier(2), asyncio.Event()

    async def first() -> None:
        async with run:
            await entered.wait()
        assert memory.wm.current() is None
        assert trace.get_current_span() is trace.INVALID_SPAN
        left.set()

    async def second() -> None:
        async with run:
            await entered.wait()
            await left.wait()
            assert not memory.ended(run)
            assert memory.wm.current() is run

    await asyncio.gather(first(), second())
    assert memory.reason(run) is None


async def test_leaving_in_another_task_ends_and_says_nothing(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    stack = ExitStack()

    async def enter() -> None:
        run = stack.enter_context(memory.wm.run("review"))
        stack.enter_context(memory.wm.use(run))
        group = stack.enter_context(memory.wm.group(run, "draft"))
        stack.enter_context(memory.wm.start_call(group, provider="google", model="m"))

    async def leave() -> None:
        stack.close()

    with caplog.at_level(logging.DEBUG):
        await asyncio.create_task(enter())
        await asyncio.create_task(leave())

    assert caplog.records == []
    assert {span.name for span in memory.spans} == {"invoke_workflow review", "draft", "chat m"}
    assert memory.wm.current() is None


def test_leaving_in_another_thread_ends_and_says_nothing(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    run = memory.wm.run("review")
    with caplog.at_level(logging.DEBUG):
        run.__enter__()
        thread = threading.Thread(target=run.__exit__, args=(None, None, None))
        thread.start()
        thread.join()

        assert memory.reason(run) is None
        assert memory.wm.current() is None
    assert caplog.records == []


async def test_an_async_generator_closed_by_another_task_ends_its_block(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    async def stream():
        async with memory.wm.run("stream"):
            yield 1
            yield 2

    generator = stream()

    async def read() -> None:
        await anext(generator)

    async def close() -> None:
        await generator.aclose()

    with caplog.at_level(logging.DEBUG):
        await asyncio.create_task(read())
        await asyncio.create_task(close())
        memory.wm.flush()

    assert [record for record in caplog.records if record.name != "asyncio"] == []
    assert semconv.WARPMETRICS_END_REASON not in attributes(memory.named("invoke_workflow stream"))


def test_what_is_current_for_one_tenant_is_not_for_another(memory: Memory) -> None:
    with remembered() as other, memory.wm.run("ours") as run:
        assert other.wm.current() is None
        with other.wm.run("theirs") as theirs:
            assert memory.wm.current() is run
            assert other.wm.current_run() is theirs
            assert memory.wm.current_run() is run
