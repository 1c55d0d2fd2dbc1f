"""Spans carry the ids that follow from native ids, on our own tracer only, whoever else uses the provider meanwhile."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Tracer

from tests.patience import PATIENCE_S
from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import Warpmetrics, ids, semconv

THREADS = 8
RUNS = 50
LOW_64 = (1 << 64) - 1


def start_one(wm: Warpmetrics, user: Tracer, number: int) -> None:
    """One agent, with a span of the user's inside."""
    with wm.run(f"Run {number}") as run, wm.group(run, f"Group {number}") as group:
        with user.start_as_current_span(f"user {number}"):
            wm.record_call(group, provider="p", model=f"m{number}")
        act = wm.act(wm.outcome(group, f"Outcome {number}"), f"Act {number}")
    wm.outcome(run, f"Late {number}")
    wm.run(f"Follow-up {number}", follows=act).end()


def assert_every_id_is_its_own(memory: Memory, agents: int) -> None:
    spans = {span.context.span_id: span for span in memory.spans}
    assert len(spans) == len(memory.spans) == agents * 6
    for span in memory.spans:
        found = attributes(span)
        if not span.instrumentation_scope.name.startswith("warpmetrics"):
            group = spans[span.parent.span_id]
            assert group.name == f"Group {span.name.split()[-1]}"
            assert span.context.trace_id == group.context.trace_id
            continue
        match found[semconv.WARPMETRICS_ENTITY_TYPE]:
            case semconv.ENTITY_TYPE_RUN:
                native_id = found[semconv.WARPMETRICS_RUN_ID]
                assert span.parent is None
                assert span.context.trace_id == ids.trace_id_of(native_id)
            case semconv.ENTITY_TYPE_GROUP:
                native_id = found[semconv.WARPMETRICS_GROUP_ID]
                assert spans[span.parent.span_id].name == f"invoke_workflow Run {span.name.split()[-1]}"
            case semconv.ENTITY_TYPE_CALL:
                native_id = found[semconv.WARPMETRICS_CALL_ID]
                assert spans[span.parent.span_id].name == f"Group {span.name.removeprefix('chat m')}"
            case _:
                native_id = found[semconv.WARPMETRICS_OUTCOME_ID]
                number = found[semconv.WARPMETRICS_OUTCOME_NAME].split()[-1]
                assert spans[span.parent.span_id].name == f"invoke_workflow Run {number}"
        assert span.context.span_id == ids.span_id_of(native_id)
        if span.parent is not None:
            assert span.context.trace_id == spans[span.parent.span_id].context.trace_id


def test_threads_and_tasks_at_once_never_swap_ids(memory: Memory):
    user = memory.provider.get_tracer("user")
    together = Barrier(THREADS + 1)

    def work(thread: int) -> None:
        together.wait()
        for number in range(RUNS):
            start_one(memory.wm, user, thread * RUNS + number)

    async def agent(number: int) -> None:
        wm = memory.wm
        async with wm.run(f"Run {number}") as run:
            await asyncio.sleep(0)
            async with wm.group(run, f"Group {number}") as group:
                await asyncio.sleep(0)
                with user.start_as_current_span(f"user {number}"):
                    await asyncio.sleep(0)
                    wm.record_call(group, provider="p", model=f"m{number}")
                await asyncio.sleep(0)
                act = wm.act(wm.outcome(group, f"Outcome {number}"), f"Act {number}")
        await asyncio.sleep(0)
        wm.outcome(run, f"Late {number}")
        wm.run(f"Follow-up {number}", follows=act).end()

    async def agents() -> None:
        together.wait()
        await asyncio.gather(*(agent(THREADS * RUNS + number) for number in range(RUNS)))

    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(work, thread) for thread in range(THREADS)]
        asyncio.run(agents())
        for each in running:
            each.result()
    assert_every_id_is_its_own(memory, (THREADS + 1) * RUNS)


class Meeting(Sampler):
    """Lets spans start only together: each waits in its sampler until all the others are in theirs."""

    def __init__(self, parties: int) -> None:
        self._all = Barrier(parties, timeout=PATIENCE_S)

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None):
        self._all.wait()
        return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)

    def get_description(self) -> str:
        return "meeting"


def test_spans_that_start_at_the_very_same_time_get_their_own_ids():
    with remembered(TracerProvider(shutdown_on_exit=False, sampler=Meeting(THREADS))) as memory:
        with ThreadPoolExecutor(THREADS) as pool:
            runs = list(pool.map(memory.wm.run, ["Run"] * THREADS))
        for run in runs:
            context = run.span.get_span_context()
            assert (context.trace_id, context.span_id) == (ids.trace_id_of(run.id), ids.span_id_of(run.id))


def test_another_tracer_of_the_provider_keeps_its_generator():
    with remembered() as memory:
        before = memory.provider.get_tracer("before")
        generator = before.id_generator
        memory.wm.run("Ours").end()
        after = memory.provider.get_tracer("after")
        assert before.id_generator is after.id_generator is generator is memory.provider.id_generator
        assert type(generator) is RandomIdGenerator
        random.seed(7)
        expected = [RandomIdGenerator().generate_span_id() for _ in range(2)]
        random.seed(7)
        found = []
        for tracer in (before, after):
            with memory.wm.run("Around") as run:
                span = tracer.start_span("user")
                span.end()
            found.append(span.get_span_context().span_id)
            assert span.get_span_context().trace_id == ids.trace_id_of(run.id)
        assert found == expected


class Counted(IdGenerator):
    """A user's own generator, with ids that are told at a glance."""

    def __init__(self) -> None:
        self.given = 0

    def generate_span_id(self) -> int:
        self.given += 1
        return self.given

    def generate_trace_id(self) -> int:
        self.given += 1
        return self.given << 64 | self.given


def test_a_generator_of_the_users_stays_in_use_for_the_users_spans():
    generator = Counted()
    with remembered(TracerProvider(shutdown_on_exit=False, id_generator=generator)) as memory:
        user = memory.provider.get_tracer("user")
        first = user.start_span("first").get_span_context()
        run = memory.wm.run("Ours")
        second = user.start_span("second").get_span_context()
        assert (first.trace_id & LOW_64, first.span_id) == (1, 2)
        assert (second.trace_id & LOW_64, second.span_id) == (3, 4)
        assert run.trace_id == f"{ids.trace_id_of(run.id):032x}"


class Nested(SpanProcessor):
    """Starts a span of the user's whenever one of ours starts."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self.contexts: list[trace.SpanContext] = []

    def on_start(self, span, parent_context=None) -> None:
        if span.instrumentation_scope.name != "nested":
            with self._tracer.start_as_current_span("nested", context=otel_context.Context()) as nested:
                self.contexts.append(nested.get_span_context())


def test_ids_are_handed_to_the_span_they_were_made_for():
    with remembered() as memory:
        nested = Nested(memory.provider.get_tracer("nested"))
        memory.provider.add_span_processor(nested)
        run = memory.wm.run("Ours")
        group = memory.wm.group(run, "g")
        assert run.span.get_span_context().span_id == ids.span_id_of(run.id)
        assert group.span.get_span_context().span_id == ids.span_id_of(group.id)
        own = {ids.span_id_of(run.id), ids.span_id_of(group.id)}
        assert not own & {context.span_id for context in nested.contexts}
        assert ids.trace_id_of(run.id) not in {context.trace_id for context in nested.contexts}


def test_two_recorders_on_one_provider_share_our_tracer(memory: Memory):
    other = Warpmetrics(tracer_provider=memory.provider)
    runs = [memory.wm.run("One"), other.run("Two"), memory.wm.run("Three")]
    for run in runs:
        assert run.trace_id == f"{ids.trace_id_of(run.id):032x}"
    other.shutdown()


@pytest.mark.parametrize("parent", ["current", "context", "span context"])
def test_a_run_that_joins_a_trace_has_its_span_id_and_says_so_in_its_ref(memory: Memory, parent):
    wm = memory.wm
    with memory.provider.get_tracer("app").start_as_current_span("request") as request:
        given = {
            "current": "current",
            "context": otel_context.get_current(),
            "span context": request.get_span_context(),
        }[parent]
        run = wm.run("Joined", parent=given)
    ref = ids.parse_ref(run.ref)
    assert ref.trace_id == request.get_span_context().trace_id != ids.trace_id_of(run.id)
    assert ref.span_id == ids.span_id_of(run.id)
    run.end()
    carrier = memory.of(wm.outcome(run, "Late"))
    assert carrier.context.trace_id == ref.trace_id
    assert attributes(carrier)[semconv.WARPMETRICS_RUN_ID] == run.id
