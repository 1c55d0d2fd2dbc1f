"""Span limits of the user's provider: the SDK evicts the oldest; nothing that identifies or happened may be lost."""

from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider

from tests.record.memory import Memory, attributes, events, links, remembered
from warpmetrics_otel import semconv
from warpmetrics_otel.read import assemble, read_spans

IDENTITY = {
    semconv.ENTITY_TYPE_RUN: semconv.WARPMETRICS_RUN_ID,
    semconv.ENTITY_TYPE_GROUP: semconv.WARPMETRICS_GROUP_ID,
    semconv.ENTITY_TYPE_CALL: semconv.WARPMETRICS_CALL_ID,
    semconv.ENTITY_TYPE_CARRIER: semconv.WARPMETRICS_TARGET_ID,
}


def limited(**limits: int) -> TracerProvider:
    return TracerProvider(shutdown_on_exit=False, span_limits=SpanLimits(**limits))


def ids_of_events(spans: list[ReadableSpan]) -> list[str]:
    """The id of every outcome and act that the spans carry as events."""
    return [
        found[semconv.WARPMETRICS_ACT_ID if name == semconv.EVENT_ACT else semconv.WARPMETRICS_OUTCOME_ID]
        for span in spans
        for name, found in events(span)
        if name in (semconv.EVENT_OUTCOME, semconv.EVENT_ACT)
    ]


def assert_each_once(memory: Memory, expected: list[str]) -> None:
    assert sorted(ids_of_events(memory.spans)) == sorted(expected)
    span_ids = [span.context.span_id for span in memory.spans]
    assert len(span_ids) == len(set(span_ids))


@pytest.mark.parametrize("most", [1, 2])
def test_evicted_outcomes_and_acts_go_on_carriers(most):
    with remembered(limited(max_events=most)) as memory:
        wm = memory.wm
        run = wm.run("Evicted")
        outcomes = [wm.outcome(run, f"o{number}", {"number": number}) for number in range(3)]
        acts = [wm.act(outcome, "retry") for outcome in outcomes]
        run.end()
        assert_each_once(memory, [mark.id for mark in outcomes + acts])
        span = memory.of(run)
        assert len(span.events) == most
        assert attributes(span)[semconv.WARPMETRICS_OUTCOME_NAME] == "o2"
        for carrier in memory.carriers():
            [link] = links(carrier, semconv.LINK_TYPE_TARGET)
            assert link.context.span_id == carrier.parent.span_id == span.context.span_id
            assert carrier.context.trace_id == span.context.trace_id
            assert attributes(carrier)[semconv.WARPMETRICS_TARGET_ID] == run.id
            assert span.start_time <= carrier.start_time == carrier.end_time
        evicted = outcomes[0]
        [(_, event)] = events(memory.of(evicted))
        assert event[semconv.WARPMETRICS_OPTS] == '{"number":0}'
        # What is hung on it afterwards hangs where it went.
        assert (
            wm.ref(evicted, portable=True).split("@")[1].split("-")[2] == f"{memory.of(evicted).context.span_id:016x}"
        )


def test_the_users_own_events_and_an_exception_evict_ours():
    with remembered(limited(max_events=1)) as memory:
        wm = memory.wm
        with suppress(LookupError), wm.run("Raising") as run:
            outcome = wm.outcome(run, "Started")
            run.span.add_event("mine")
            raise LookupError("x")
        with wm.run("Group") as run, wm.group(run, "g") as group:
            inner = wm.outcome(group, "Started")
            group.span.add_event("mine")
        live = wm.start_call(run, provider="p", model="m")
        called = wm.outcome(live.call, "Good")
        live.call.span.add_event("mine")
        live.end()
        assert_each_once(memory, [outcome.id, inner.id, called.id])
        assert len(memory.carriers()) == 3


def test_nothing_is_rehomed_without_eviction(memory: Memory):
    wm = memory.wm
    with wm.run("Whole") as run:
        outcome = wm.outcome(run, "o")
    assert_each_once(memory, [outcome.id])
    assert memory.carriers() == []


@pytest.mark.parametrize("most", [2, 8])
def test_identity_survives_a_limit_of_attributes(most):
    with remembered(limited(max_span_attributes=most)) as memory:
        wm = memory.wm
        bag = {f"key{number}": number for number in range(20)}
        first = wm.run("Crowded", bag, conversation_id="c", user_id="u")
        act = wm.act(wm.outcome(first, "Failed", bag), "retry", bag)
        with wm.run("Crowded", bag, follows=act) as run, wm.group(run, "g", bag) as group:
            for number in range(10):
                group.span.set_attribute(f"mine{number}", number)
            wm.record_call(group, provider="p", model="m", tokens={"prompt": 1, "cacheWrite": 1}, opts=bag)
            with wm.start_call(group, provider="p", model="m", opts=bag) as live:
                live.tokens = {"prompt": 1, "completion": 1, "cacheRead": 1, "cacheWrite": 1}
                live.finish_reasons, live.response_id, live.response_model, live.cost = ["stop"], "r", "m", 0.1
        wm.outcome(run, "Late")
        kinds = [attributes(span)[semconv.WARPMETRICS_ENTITY_TYPE] for span in memory.spans]
        assert sorted(kinds) == ["call", "call", "carrier", "group", "run", "run"]
        for span, kind in zip(memory.spans, kinds, strict=True):
            assert len(span.attributes) <= most
            assert attributes(span)[IDENTITY[kind]]
        if most == 8:
            assert attributes(memory.of(run))[semconv.WARPMETRICS_CHAIN_ID] == first.id
            assert attributes(memory.of(run))[semconv.WARPMETRICS_ACT_ID] == act.id


def test_identity_survives_a_limit_of_event_and_link_attributes():
    with remembered(limited(max_event_attributes=2, max_link_attributes=2)) as memory:
        wm = memory.wm
        run = wm.run("Crowded")
        outcome = wm.outcome(run, "Failed", {"score": 1, "reason": "r"})
        act = wm.act(outcome, "retry", {"a": 1})
        follow_up = wm.run("Crowded", follows=act)
        follow_up.end()
        [(_, happened), (_, done)] = events(memory.of(run))
        assert happened[semconv.WARPMETRICS_OUTCOME_ID] == outcome.id
        assert done[semconv.WARPMETRICS_ACT_ID] == act.id
        [link] = memory.of(follow_up).links
        assert attributes(link) == {semconv.WARPMETRICS_LINK_TYPE: "follow_up", semconv.WARPMETRICS_ACT_ID: act.id}


@pytest.mark.parametrize("most", [0, 1])
def test_without_its_link_a_follow_up_still_says_what_it_follows(most):
    with remembered(limited(max_links=most)) as memory:
        wm = memory.wm
        with memory.provider.get_tracer("app").start_as_current_span("request"):
            run = wm.run("First")
            act = wm.act(wm.outcome(run, "Failed"), "retry")
            follow_up = wm.run("Second", follows=act)
        wm.outcome(follow_up, "Completed")
        follow_up.end()
        span = memory.of(follow_up)
        assert len(span.links) == most
        found = attributes(span)
        assert found[semconv.WARPMETRICS_ACT_ID] == act.id
        assert found[semconv.WARPMETRICS_FOLLOWS_RUN_ID] == found[semconv.WARPMETRICS_CHAIN_ID] == run.id
        assert found[semconv.WARPMETRICS_CHAIN_POSITION] == 2
        if most == 1:
            assert len(links(span, semconv.LINK_TYPE_FOLLOW_UP)) == 1


def test_a_limit_of_64_characters_leaves_every_id_whole():
    with remembered(limited(max_attribute_length=64)) as memory:
        wm = memory.wm
        run = wm.run("x" * 100, {"text": "y" * 100})
        act = wm.act(wm.outcome(run, "Failed " + "z" * 100, {"text": "y" * 100}), "retry")
        follow_up = wm.run("Second", follows=act)
        follow_up.end()
        wm.outcome(follow_up, "Late", {"text": "y" * 100})
        for span in memory.spans:
            for found in (attributes(span), *(attributes(event) for event in span.events)):
                for key, value in found.items():
                    if key.endswith(".id"):
                        assert wm.ref(value) == value
        cut = attributes(memory.of(run))
        assert cut[semconv.WARPMETRICS_OPTS] == '{"text":"' + "y" * 55
        assert cut[semconv.GEN_AI_WORKFLOW_NAME] == "x" * 64
        assert attributes(memory.of(follow_up))[semconv.WARPMETRICS_CHAIN_ID] == run.id


def test_where_no_events_are_kept_carriers_say_what_happened():
    with remembered(limited(max_events=0)) as memory:
        wm = memory.wm
        run = wm.run("Eventless")
        outcome = wm.outcome(run, "Failed", {"score": 0.5})
        act = wm.act(outcome, "retry", {"attempt": 2})
        run.end()
        late = wm.outcome(run, "Late")
        assert len(memory.spans) == 4
        happened, done = attributes(memory.of(outcome)), attributes(memory.of(act))
        assert happened[semconv.WARPMETRICS_OPTS] == '{"score":0.5}'
        assert happened[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] == "failure"
        assert done[semconv.WARPMETRICS_OPTS] == '{"attempt":2}'
        assert done[semconv.WARPMETRICS_OUTCOME_ID] == outcome.id
        assert attributes(memory.of(late))[semconv.WARPMETRICS_TARGET_ID] == run.id


@pytest.mark.otlp_file
def test_where_no_events_are_kept_the_chain_is_read_back_all_the_same(tmp_path):
    path = tmp_path / "spans.jsonl"
    with remembered(limited(max_events=0), otlp_file=path) as memory:
        wm = memory.wm
        run = wm.run("Eventless")
        act = wm.act(wm.outcome(run, "Failed", {"score": 0.5}), "retry")
        wm.outcome(wm.run("Eventless", follows=act), "Completed")
    [chain] = assemble(read_spans(path)).chains
    first, second = chain.runs
    assert [(outcome.name, outcome.classification) for outcome in first.outcomes] == [("Failed", "failure")]
    assert [act.name for act in first.outcomes[0].acts] == ["retry"]
    assert [outcome.name for outcome in second.outcomes] == ["Completed"]
