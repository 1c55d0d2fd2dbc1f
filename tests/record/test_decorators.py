"""`as_run` and `as_group` on functions, coroutines, generators and async generators."""

import asyncio
import functools
import gc

import pytest
from opentelemetry.trace import StatusCode, get_current_span

from tests.record.memory import Memory, attributes
from warpmetrics_otel import ids, semconv


class BrokenError(Exception):
    pass


@pytest.fixture
def tracer(memory: Memory):
    return memory.provider.get_tracer("others")


def test_each_call_of_a_function_is_a_run_of_its_own(memory: Memory) -> None:
    @memory.wm.as_run("review", {"tier": 1})
    def review(number: int, *, more: int) -> int:
        """What it does."""
        return number + more + (memory.wm.current_run() is not None)

    assert review(1, more=1) == 3
    assert review(2, more=2) == 5
    assert (review.__name__, review.__doc__) == ("review", "What it does.")
    first, second = memory.spans
    assert first.context.trace_id != second.context.trace_id
    assert first.name == second.name == "invoke_workflow review"
    assert attributes(first)["warpmetrics.opts"] == '{"tier":1}'


def test_without_a_label_the_function_is_the_label(memory: Memory) -> None:
    @memory.wm.as_run()
    def review() -> None:
        pass

    review()
    memory.wm.as_run()(functools.partial(review))()
    assert {span.name for span in memory.spans} == {"invoke_workflow review", "invoke_workflow partial"}


def test_groups_go_beneath_what_is_current_else_are_runs(memory: Memory) -> None:
    @memory.wm.as_group("outer")
    def outer() -> None:
        inner()

    @memory.wm.as_group("inner")
    def inner() -> None:
        pass

    outer()
    assert memory.named("inner").parent == memory.named("invoke_workflow outer").context


def test_an_exception_goes_through_and_onto_the_span(memory: Memory) -> None:
    @memory.wm.as_run("review")
    def review() -> None:
        raise BrokenError

    with pytest.raises(BrokenError):
        review()
    assert memory.named("invoke_workflow review").status.status_code is StatusCode.ERROR


async def test_coroutines_run_inside_theirs(memory: Memory) -> None:
    together = asyncio.Barrier(2)

    @memory.wm.as_run("review")
    async def review() -> str:
        await together.wait()
        run = memory.wm.current_run()
        await together.wait()
        assert memory.wm.current_run() is run
        return run.id

    assert asyncio.iscoroutinefunction(review)
    first, second = await asyncio.gather(review(), review())
    assert first != second
    assert memory.reason(first) is memory.reason(second) is None


def test_a_generator_is_current_only_while_it_runs(memory: Memory, tracer) -> None:
    seen = []

    @memory.wm.as_run("stream")
    def stream():
        for number in range(2):
            seen.append(memory.wm.current_run())
            tracer.start_span(f"inside {number}").end()
            yield number
        return "done"

    def consume():
        returned = yield from stream()
        assert returned == "done"

    for number in consume():
        assert memory.wm.current() is None
        assert get_current_span().get_span_context().is_valid is False
        tracer.start_span(f"outside {number}").end()

    assert len(set(seen)) == 1
    for number in range(2):
        assert memory.named(f"inside {number}").parent.span_id == ids.span_id_of(seen[0].id)
        assert memory.named(f"outside {number}").parent is None
    assert memory.reason(seen[0]) is None


async def test_an_async_generator_is_current_only_while_it_runs(memory: Memory, tracer) -> None:
    seen = []

    @memory.wm.as_run("stream")
    async def stream():
        for number in range(2):
            seen.append(memory.wm.current_run())
            await asyncio.sleep(0)
            tracer.start_span(f"inside {number}").end()
            yield number

    async for number in stream():
        assert memory.wm.current() is None
        tracer.start_span(f"outside {number}").end()

    for number in range(2):
        assert memory.named(f"inside {number}").parent.span_id == ids.span_id_of(seen[0].id)
        assert memory.named(f"outside {number}").parent is None
    assert memory.reason(seen[0]) is None


def test_what_a_generator_makes_current_stays_so_for_it_alone(memory: Memory, tracer) -> None:
    @memory.wm.as_run("stream")
    def stream():
        with memory.wm.group(memory.wm.current(), "draft") as group, tracer.start_as_current_span("user's"):
            yield 1
            assert memory.wm.current() is group
            tracer.start_span("inside").end()
            yield 2
        assert isinstance(memory.wm.current(), type(memory.wm.current_run()))

    for _ in stream():
        assert memory.wm.current() is None
    assert memory.named("inside").parent == memory.named("user's").context
    assert memory.named("user's").parent == memory.named("draft").context
    assert memory.named("draft").parent == memory.named("invoke_workflow stream").context


def test_two_generators_side_by_side_do_not_mix(memory: Memory) -> None:
    @memory.wm.as_run()
    def stream():
        run = memory.wm.current_run()
        while memory.wm.current_run() is run:
            yield run

    first, second = stream(), stream()
    runs = {next(first), next(second), next(first), next(second)}
    first.close()
    assert next(second) in runs
    second.close()
    memory.wm.flush()
    assert len(runs) == len(memory.spans) == 2


def test_send_throw_and_close_reach_the_generator(memory: Memory) -> None:
    steps = []

    @memory.wm.as_run("stream")
    def stream():
        try:
            steps.append((yield "first"))
            try:
                yield "second"
            except BrokenError:
                steps.append("thrown")
            yield "third"
        finally:
            steps.append(("closed", memory.wm.current_run() is not None))

    generator = stream()
    assert next(generator) == "first"
    assert generator.send("sent") == "second"
    assert generator.throw(BrokenError()) == "third"
    generator.close()
    memory.wm.flush()

    assert steps == ["sent", "thrown", ("closed", True)]
    assert memory.named("invoke_workflow stream").status.status_code is StatusCode.UNSET


async def test_asend_athrow_and_aclose_reach_the_async_generator(memory: Memory) -> None:
    steps = []

    @memory.wm.as_run("stream")
    async def stream():
        try:
            steps.append((yield "first"))
            try:
                yield "second"
            except BrokenError:
                steps.append("thrown")
            yield "third"
        finally:
            await asyncio.sleep(0)
            steps.append(("closed", memory.wm.current_run() is not None))

    generator = stream()
    assert await anext(generator) == "first"
    assert await generator.asend("sent") == "second"
    assert await generator.athrow(BrokenError()) == "third"
    await generator.aclose()
    memory.wm.flush()

    assert steps == ["sent", "thrown", ("closed", True)]
    assert memory.named("invoke_workflow stream").status.status_code is StatusCode.UNSET


def test_an_exception_out_of_a_generator_goes_through_and_onto_the_span(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    def stream():
        yield 1
        raise BrokenError

    with pytest.raises(BrokenError):
        list(stream())
    assert memory.named("invoke_workflow stream").status.status_code is StatusCode.ERROR


async def test_an_exception_thrown_into_an_async_generator_comes_out_of_it(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    async def stream():
        yield 1

    generator = stream()
    await anext(generator)
    with pytest.raises(BrokenError):
        await generator.athrow(BrokenError())
    assert memory.named("invoke_workflow stream").status.status_code is StatusCode.ERROR


def test_an_abandoned_generator_ends_its_span(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    def stream():
        yield memory.wm.current_run().id
        yield None

    generator = stream()
    run_id = next(generator)
    del generator
    gc.collect()
    memory.wait_for_end(run_id)
    assert semconv.WARPMETRICS_END_REASON not in attributes(memory.of(run_id))


async def test_an_abandoned_async_generator_ends_its_span(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    async def stream():
        yield memory.wm.current_run().id
        yield None

    generator = stream()
    run_id = await anext(generator)
    del generator
    gc.collect()
    # The event loop closes it in a task of its own; that it has, only the span tells.
    await asyncio.to_thread(memory.wait_for_end, run_id)
    assert semconv.WARPMETRICS_END_REASON not in attributes(memory.of(run_id))


def test_a_generator_that_is_never_started_records_nothing(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    def stream():
        yield 1

    stream()
    memory.wm.flush(end_open=True)
    assert memory.spans == []


def test_a_generator_is_in_a_block_of_its_own_between_its_steps(memory: Memory) -> None:
    @memory.wm.as_run("stream")
    def stream():
        memory.wm.outcome(memory.wm.current(), "Completed")
        yield memory.wm.current_run()
        memory.wm.outcome(memory.wm.current(), "Failed")

    generator = stream()
    run = next(generator)
    memory.wm.flush(end_open=True)
    assert not memory.ended(run)
    assert list(generator) == []
    assert attributes(memory.of(run))[semconv.WARPMETRICS_OUTCOME_NAME] == "Failed"
    assert memory.reason(run) is None
