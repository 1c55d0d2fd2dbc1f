"""Runs started inside a span: a trace of their own with links both ways, or part of that trace when asked."""

import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import format_span_id, format_trace_id

from tests.record.memory import Memory, attributes, links, remembered
from warpmetrics_otel import ids, semconv


def test_a_run_inside_a_span_is_a_trace_of_its_own_with_links_both_ways(memory: Memory) -> None:
    with memory.provider.get_tracer("app").start_as_current_span("request"), memory.wm.run("review") as run:
        pass

    span, request = memory.of(run), memory.named("request")
    assert span.parent is None
    assert span.context.trace_id == ids.trace_id_of(run.id) != request.context.trace_id
    assert attributes(span)[semconv.WARPMETRICS_CALLER_TRACE_ID] == format_trace_id(request.context.trace_id)
    assert attributes(span)[semconv.WARPMETRICS_CALLER_SPAN_ID] == format_span_id(request.context.span_id)
    [link] = span.links
    assert link.context == request.context
    assert attributes(link) == {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_CALLER}
    [back] = request.links
    assert back.context == span.context
    assert attributes(back) == {
        semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_RUN,
        semconv.WARPMETRICS_RUN_ID: run.id,
    }
    assert attributes(request) == {}


def test_the_link_back_can_be_switched_off() -> None:
    with remembered(caller_link=False) as memory:
        with memory.provider.get_tracer("app").start_as_current_span("request"):
            run = memory.wm.run("review")
        run.end()

        assert memory.named("request").links == ()
        assert len(links(memory.of(run), semconv.LINK_TYPE_CALLER)) == 1


def test_outside_of_any_span_there_is_no_caller(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()

    assert memory.of(run).links == ()
    assert semconv.WARPMETRICS_CALLER_TRACE_ID not in attributes(memory.of(run))


def parents(memory: Memory, request: trace.Span) -> dict:
    """What joins the trace of a request, as each form of `parent=`."""
    return {
        "current": "current",
        "context": trace.set_span_in_context(request),
        "span context": request.get_span_context(),
        "span": request,
    }


@pytest.mark.parametrize("form", ["current", "context", "span context", "span"])
def test_a_run_joins_a_trace_when_asked(memory: Memory, form: str) -> None:
    with memory.provider.get_tracer("app").start_as_current_span("request") as request:
        run = memory.wm.run("review", parent=parents(memory, request)[form])
        group = memory.wm.group(run, "draft")
    run.end()

    span = memory.of(run)
    assert span.parent.span_id == request.get_span_context().span_id
    assert span.context.trace_id == request.get_span_context().trace_id
    assert span.context.span_id == ids.span_id_of(run.id)
    assert memory.of(group).context.trace_id == span.context.trace_id
    assert span.links == memory.named("request").links == ()
    assert ids.parse_ref(run.ref).trace_id == span.context.trace_id


def test_joining_where_nothing_is_current_is_a_trace_of_its_own(memory: Memory) -> None:
    for parent in ("current", context.Context()):
        run = memory.wm.run("review", parent=parent)
        run.end()
        assert memory.of(run).context.trace_id == ids.trace_id_of(run.id)


def test_a_parent_that_is_none_is_said_and_ignored(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    with memory.provider.get_tracer("app").start_as_current_span("request"):
        run = memory.wm.run("review", parent=7)
    run.end()

    assert memory.of(run).context.trace_id == ids.trace_id_of(run.id)
    assert "parent is a int" in caplog.text


def test_all_runs_join_when_configured() -> None:
    with remembered(run_parent="current") as memory, memory.provider.get_tracer("app").start_as_current_span("request"):
        run = memory.wm.run("review")
        run.end()
        request = trace.get_current_span().get_span_context()
        assert memory.of(run).parent.span_id == request.span_id


def test_a_follow_up_in_a_joined_trace_keeps_its_chain(memory: Memory) -> None:
    with memory.provider.get_tracer("app").start_as_current_span("request"):
        run = memory.wm.run("review", parent="current")
        act = memory.wm.act(memory.wm.outcome(run, "Failed"), "retry")
    with remembered() as elsewhere:
        follow_up = elsewhere.wm.run(act.ref, "again")
        follow_up.end()
        values = attributes(elsewhere.of(follow_up))
        assert values[semconv.WARPMETRICS_CHAIN_ID] == values[semconv.WARPMETRICS_FOLLOWS_RUN_ID] == run.id
        assert elsewhere.of(follow_up).links[0].context.trace_id == run.span.get_span_context().trace_id


def test_baggage_reaches_span_processors() -> None:
    seen = {}

    class Baggage(SpanProcessor):
        def on_start(self, span, parent_context=None) -> None:
            seen[span.name] = baggage.get_all(parent_context)

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Baggage())
    with remembered(provider) as memory:
        token = context.attach(baggage.set_baggage("tenant", "a"))
        try:
            with provider.get_tracer("app").start_as_current_span("request"), memory.wm.run("review") as run:
                memory.wm.group(run, "draft")
                memory.wm.record_call(run, provider="google", model="m")
        finally:
            context.detach(token)
    assert all(bag == {"tenant": "a"} for bag in seen.values())
    assert seen.keys() == {"request", "invoke_workflow review", "draft", "chat m"}


def test_conversation_and_user(memory: Memory) -> None:
    run = memory.wm.run("review", conversation_id="thread-7", user_id=42)
    group = memory.wm.group(run, "draft")
    call = memory.wm.record_call(group, provider="google", model="m")
    with memory.wm.start_call(group, provider="google", model="m") as live:
        pass
    run.end()

    assert attributes(memory.of(run))[semconv.GEN_AI_CONVERSATION_ID] == "thread-7"
    assert attributes(memory.of(run))[semconv.USER_ID] == "42"
    for handle in (call, live):
        assert attributes(memory.of(handle))[semconv.GEN_AI_CONVERSATION_ID] == "thread-7"
    assert semconv.GEN_AI_CONVERSATION_ID not in attributes(memory.of(group))
