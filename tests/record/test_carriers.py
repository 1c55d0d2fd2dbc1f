"""Carriers: outcomes and acts whose target has ended, or is known by its id only."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanContext, format_span_id, format_trace_id

from tests.record.memory import Memory, attributes, events, links, remembered
from warpmetrics_otel import ids, semconv


def assert_carrier(carrier: ReadableSpan, event: str, target: SpanContext, target_id: str) -> None:
    """It is zero long, a child of the target with one link to it, and carries one event."""
    assert carrier.name == event
    assert carrier.start_time == carrier.end_time
    assert carrier.context.trace_id == carrier.parent.trace_id == target.trace_id
    assert carrier.parent.span_id == target.span_id
    [link] = carrier.links
    assert (link.context.trace_id, link.context.span_id) == (target.trace_id, target.span_id)
    assert attributes(link) == {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_TARGET}
    values = attributes(carrier)
    assert values[semconv.WARPMETRICS_ENTITY_TYPE] == semconv.ENTITY_TYPE_CARRIER
    assert values[semconv.WARPMETRICS_TARGET_ID] == target_id
    [(name, _)] = events(carrier)
    assert name == event


def test_a_late_outcome_and_its_act(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()
    outcome = memory.wm.outcome(run, "Failed", {"n": 1})
    act = memory.wm.act(outcome, "retry", {"n": 2})

    carrier = memory.of(outcome)
    assert_carrier(carrier, semconv.EVENT_OUTCOME, memory.of(run).context, run.id)
    assert attributes(carrier)[semconv.WARPMETRICS_OUTCOME_ID] == outcome.id
    assert events(carrier)[0][1][semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] == "failure"
    assert_carrier(memory.of(act), semconv.EVENT_ACT, carrier.context, outcome.id)
    assert attributes(memory.of(act))[semconv.WARPMETRICS_ACT_ID] == act.id
    assert attributes(memory.of(act))[semconv.WARPMETRICS_OUTCOME_ID] == outcome.id


def test_a_late_act_on_an_outcome_that_was_in_time(memory: Memory) -> None:
    run = memory.wm.run("review")
    outcome = memory.wm.outcome(run, "Failed")
    run.end()
    act = memory.wm.act(outcome, "retry")

    assert_carrier(memory.of(act), semconv.EVENT_ACT, memory.of(run).context, outcome.id)


def test_late_outcomes_on_groups_and_calls(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    call = memory.wm.record_call(group, provider="google", model="m")
    group.end()
    for target in (group, call):
        outcome = memory.wm.outcome(target, "Failed")
        assert_carrier(memory.of(outcome), semconv.EVENT_OUTCOME, memory.of(target).context, target.id)


def test_a_follow_up_links_to_the_carrier_of_its_act(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()
    act = memory.wm.act(memory.wm.outcome(run, "Failed"), "retry")
    follow_up = memory.wm.run(act, "again")
    follow_up.end()

    [link] = links(memory.of(follow_up), semconv.LINK_TYPE_FOLLOW_UP)
    assert link.context == memory.of(act).context
    assert attributes(memory.of(follow_up))[semconv.WARPMETRICS_CHAIN_ID] == run.id


def test_by_the_bare_id_of_a_run_of_another_process(memory: Memory) -> None:
    with remembered() as elsewhere:
        run = elsewhere.wm.run("review")
    outcome = memory.wm.outcome(run.id, "Merged")

    root = elsewhere.of(run).context
    assert_carrier(memory.of(outcome), semconv.EVENT_OUTCOME, root, run.id)


def test_by_the_bare_id_of_what_gives_no_trace(memory: Memory) -> None:
    with remembered() as elsewhere:
        run = elsewhere.wm.run("review")
        group = elsewhere.wm.group(run, "draft")
        call = elsewhere.wm.record_call(run, provider="google", model="m")
        known = elsewhere.wm.outcome(run, "Failed")
    for target in (group, call):
        carrier = memory.of(memory.wm.outcome(target.id, "Failed"))
        assert carrier.links == ()
        assert carrier.parent is None
        assert attributes(carrier)[semconv.WARPMETRICS_TARGET_ID] == target.id
        assert events(carrier)[0][0] == semconv.EVENT_OUTCOME
    act = memory.wm.act(known.id, "retry")
    values = attributes(memory.of(act))
    assert values[semconv.WARPMETRICS_TARGET_ID] == values[semconv.WARPMETRICS_OUTCOME_ID] == known.id
    assert values[semconv.WARPMETRICS_ACT_ID] == act.id
    follow_up = memory.wm.run(act.id, "again")
    follow_up.end()
    assert memory.of(follow_up).links[0].context == memory.of(act).context
    assert attributes(memory.of(follow_up))[semconv.WARPMETRICS_ACT_ID] == act.id


def test_by_the_portable_ref_of_anything(memory: Memory) -> None:
    with remembered() as elsewhere:
        run = elsewhere.wm.run("review")
        group = elsewhere.wm.group(run, "draft")
        call = elsewhere.wm.record_call(group, provider="google", model="m")
        outcome = elsewhere.wm.outcome(group, "Failed")
        refs = {handle.id: handle.ref for handle in (run, group, call)}
        outcome_ref = outcome.ref
    for native_id, ref in refs.items():
        carrier = memory.of(memory.wm.outcome(ref, "Late"))
        assert_carrier(carrier, semconv.EVENT_OUTCOME, elsewhere.of(native_id).context, native_id)
    act = memory.wm.act(outcome_ref, "retry")
    assert_carrier(memory.of(act), semconv.EVENT_ACT, elsewhere.of(group).context, outcome.id)


@pytest.mark.parametrize("as_what", ["span", "context", "traceparent"])
def test_by_a_span_of_ours_or_of_others(memory: Memory, as_what: str) -> None:
    foreign = memory.provider.get_tracer("others").start_span("http")
    run = memory.wm.run("review")
    run.end()
    for context in (memory.of(run).context, foreign.get_span_context()):
        traceparent = f"00-{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}-01"
        span = run.span if context.span_id == ids.span_id_of(run.id) else foreign
        target = {"span": span, "context": context, "traceparent": traceparent}[as_what]
        carrier = memory.of(memory.wm.outcome(target, "Late"))
        assert_carrier(carrier, semconv.EVENT_OUTCOME, context, ids.run_id_of_trace(context.trace_id))
    foreign.end()


def test_an_open_run_takes_outcomes_by_its_id_itself(memory: Memory) -> None:
    run = memory.wm.run("review")
    for target in (run.id, run.ref, run.span, run.span.get_span_context()):
        memory.wm.outcome(target, "Merged")
    run.end()

    assert len(memory.of(run).events) == 4
    assert memory.carriers() == []


def test_a_run_that_joined_a_trace_is_named_on_carriers(memory: Memory) -> None:
    with memory.provider.get_tracer("others").start_as_current_span("http"):
        run = memory.wm.run("review", parent="current")
    run.end()
    carrier = memory.of(memory.wm.outcome(run, "Late"))

    assert_carrier(carrier, semconv.EVENT_OUTCOME, memory.of(run).context, run.id)
    assert attributes(carrier)[semconv.WARPMETRICS_RUN_ID] == run.id


def test_no_span_id_is_exported_twice(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()
    outcome = memory.wm.outcome(run, "Failed")
    for _ in range(3):
        memory.wm.outcome(run, "Failed")
        memory.wm.outcome(run.id, "Failed")
        memory.wm.act(outcome, "retry")
        memory.wm.act(outcome.id, "retry")
    spans = [span.context.span_id for span in memory.spans]

    assert len(spans) == len(set(spans)) == 14


def test_a_late_carrier_by_bare_id_is_kept_exactly_when_its_run_was() -> None:
    # Flags taken for granted as 01 would give carriers without a run, or runs that are there without their outcomes.
    def provider() -> TracerProvider:
        return TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.5)), shutdown_on_exit=False)

    with remembered(provider()) as process, remembered(provider()) as later:
        runs = [process.wm.run("review") for _ in range(200)]
        process.wm.flush(end_open=True)
        for run in runs:
            later.wm.outcome(run.id, "Merged")
        kept = {span.context.trace_id for span in process.spans}

        assert 0 < len(kept) < 200
        assert {span.context.trace_id for span in later.spans} == kept
