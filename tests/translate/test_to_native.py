"""Entities from spans that recording made: live and ended, with content and without, cut and foreign."""

import json
import random

import anthropic
import pytest
from opentelemetry.sdk.trace import SpanLimits, TracerProvider

from tests.record.memory import remembered
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.capture import CallData
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.testing import Answer, ProviderServer, ToolCall, Usage
from warpmetrics_otel.translate.call_rows import Content, call_from_data, content_of
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.to_native import entities_of, spans_to_native
from warpmetrics_otel.translate.views import Span, view

MESSAGES = [{"role": "user", "content": "hi"}]
SECOND = 1_000_000_000


def entities(memory, **options):
    return Batch(spans_to_native([view(span) for span in memory.spans], **options)).to_json()


def only_call(memory, **options):
    [call] = entities(memory, **options)["calls"]
    return call


def recorded_by_hand(memory, **given):
    run = memory.wm.run("r")
    call = memory.wm.record_call(run, **{"provider": "openai", "model": "m", **given})
    run.end()
    return call


def test_a_live_span_is_the_entity_already(memory):
    run = memory.wm.run("Writer", {"a": 1})
    group = memory.wm.group(run, "Drafting")
    outcome = memory.wm.outcome(run, "Failed")
    live = [*entities_of(view(run.span))]
    assert [one.key for one in live] == [run.id, outcome.id]
    assert (live[0].label, live[0].opts, live[0].ref_id) == ("Writer", {"a": 1}, None)
    assert [one.key for one in entities_of(view(group.span))] == [group.id, f"{run.id}>{group.id}"]
    started = live[0]
    memory.wm.flush(end_open=True)
    assert started in spans_to_native([view(span) for span in memory.spans])


def test_a_call_on_its_span_alone_has_all_but_its_content(memory):
    call = recorded_by_hand(
        memory,
        messages=MESSAGES,
        response="ok",
        tokens={"prompt": 3, "completion": 4, "total": 7, "cachedInput": 2},
        started_at="2026-02-01T10:00:00.000Z",
        duration_ms=1500,
        cost=0.25,
        opts={"label": "x"},
    )
    assert only_call(memory) == {
        "id": call.id,
        "provider": "openai",
        "model": "m",
        "messages": None,
        "response": None,
        "tools": None,
        "toolCalls": None,
        "tokens": {"prompt": 3, "completion": 4, "total": 7, "cachedInput": 2},
        "duration": 1500,
        "startedAt": "2026-02-01T10:00:00.000Z",
        "endedAt": "2026-02-01T10:00:01.500Z",
        "status": "success",
        "opts": {"label": "x"},
        "cost": 0.25,
    }


def test_content_on_spans_is_read_from_there():
    with remembered(span_content=True) as memory:
        calls = [{"id": "t1", "name": "search", "arguments": '{"q":"x"}'}]
        recorded_by_hand(memory, messages=MESSAGES, response="ok", tool_calls=calls)
        call = only_call(memory)
    assert (call["messages"], call["response"], call["toolCalls"]) == (MESSAGES, "ok", calls)


def test_messages_of_more_than_a_text_are_read_whole():
    parts = [{"type": "text", "text": "what is"}, {"type": "text", "text": "this?"}]
    with remembered(span_content=True) as memory:
        recorded_by_hand(memory, messages=[{"role": "user", "content": parts}], response="ok")
        call = only_call(memory)
    said = [{"type": "text", "content": "what is"}, {"type": "text", "content": "this?"}]
    assert call["messages"] == [{"role": "user", "parts": said}]


def test_content_that_is_looked_up_wins(memory):
    call = recorded_by_hand(memory, messages=MESSAGES)
    said = Content(["kept"], "answer", ["search"], None, {"prompt": 1.5}, 0.5)
    found = only_call(memory, content={call.id: said}.get)
    assert (found["messages"], found["response"], found["tools"]) == (["kept"], "answer", ["search"])
    assert (found["tokens"], found["duration"]) == ({"prompt": 1.5}, 0.5)


def test_a_failed_request_has_no_answer_and_one_by_hand_has_nulls():
    data = CallData("openai", request_model="m", messages=MESSAGES, error="no", error_type="Boom", response="par")
    sent = call_from_data("wm_call_1", data).to_json()
    assert sent["status"] == "error"
    assert sent["error"] == "no"
    assert sent["messages"] == MESSAGES
    assert not sent.keys() & {"response", "tools", "toolCalls", "tokens", "opts", "cost"}
    data.by_hand, data.response = True, None
    by_hand = call_from_data("wm_call_1", data).to_json()
    assert [by_hand[name] for name in ("response", "tools", "toolCalls", "tokens")] == [None] * 4


def test_an_error_without_words_is_called_by_its_class():
    data = CallData("openai", error_type="Boom")
    assert call_from_data("wm_call_1", data).error == "Boom"


def test_a_failed_call_is_read_from_its_span_as_one(memory):
    recorded_by_hand(memory, error=ValueError("bad"))
    call = only_call(memory)
    assert (call["status"], call["error"]) == ("error", "bad")
    assert "response" not in call


def test_an_outcome_that_failed_a_live_call_does_not_make_it_one_that_failed(memory):
    run = memory.wm.run("r")
    with memory.wm.start_call(run, provider="google", model="g") as call:
        memory.wm.outcome(call.call, "Failed")
        call.response = "ok"
    run.end()
    found = only_call(memory)
    assert found["status"] == "success"
    assert "error" not in found


@pytest.mark.parametrize(
    ("ended_ns", "exact", "duration"),
    [
        (SECOND + 230_000_000, True, 230),
        (SECOND + 230_500_000, True, 230.5),
        (SECOND + 230_999_999, False, 230),
    ],
)
def test_durations_are_whole_milliseconds_unless_they_were_given(ended_ns, exact, duration):
    data = CallData("openai", started_ns=SECOND, ended_ns=ended_ns, by_hand=True, exact=exact)
    found = call_from_data("wm_call_1", data).duration
    assert (found, type(found)) == (duration, type(duration))


def test_content_of_any_form_becomes_plain():
    circle = []
    circle.append(circle)
    data = CallData("openai", messages=[{"x": float("nan"), 5: b"raw", "c": circle}])
    json.dumps(call_from_data("wm_call_1", data).to_json(), allow_nan=False)


def test_plain_content_is_not_copied():
    assert content_of(CallData("openai", messages=MESSAGES)).messages is MESSAGES


def test_what_anthropic_counts(memory):
    with ProviderServer() as server:
        answer = Answer("ok", tool_calls=(ToolCall("search", {"q": "x"}),), usage=Usage(20, 5, cached=6, cache_write=4))
        server.answer(answer)
        with anthropic.Anthropic(api_key="key", base_url=server.anthropic_base_url, max_retries=0) as client:
            run = memory.wm.run("r")
            response = memory.wm.warp(client).messages.create(model="claude-test", max_tokens=9, messages=MESSAGES)
            memory.wm.call(run, response)
            run.end()
    assert only_call(memory)["tokens"] == {"prompt": 20, "completion": 5, "total": 25, "cacheWrite": 4, "cacheRead": 6}


def test_what_runs_are_given_beside_their_opts_is_among_them(memory):
    memory.wm.run("r", {"a": 1, "user_id": "mine"}, conversation_id="c-1", user_id="u-1").end()
    memory.wm.run("s", user_id="u-1").end()
    memory.wm.run("t", ["odd"], user_id="u-1").end()
    assert [run["opts"] for run in entities(memory)["runs"]] == [
        {"a": 1, "user_id": "mine", "conversation_id": "c-1"},
        {"user_id": "u-1"},
        ["odd"],
    ]


@pytest.mark.parametrize("label", [None, 5, "", "x" * 300, "\ud83d", {"a": [1]}, True])
def test_labels_and_names_come_back_as_they_were_given(memory, label):
    run = memory.wm.run(label)
    memory.wm.group(run, label)
    memory.wm.act(memory.wm.outcome(run, label), "act").id  # noqa: B018 -- recorded for its effect
    memory.wm.flush(end_open=True)
    found = entities(memory)
    assert found["runs"][0]["label"] == found["groups"][0]["label"] == found["outcomes"][0]["name"] == label


def test_late_outcomes_and_acts_are_read_from_carriers(memory):
    run = memory.wm.run("r")
    run.end()
    outcome = memory.wm.outcome(run.id, "Failed", {"a": 1})
    act = memory.wm.act(outcome.id, "retry")
    found = entities(memory)
    assert [(one["id"], one["refId"], one["opts"]) for one in found["outcomes"]] == [(outcome.id, run.id, {"a": 1})]
    assert [(one["id"], one["refId"], one["opts"]) for one in found["acts"]] == [(act.id, outcome.id, None)]
    assert [one["id"] for one in found["runs"]] == [run.id]


def test_spans_in_any_order_give_parents_before_children(memory):
    first = memory.wm.run("Writer")
    memory.wm.group(memory.wm.group(first, "a"), "b")
    retry = memory.wm.act(memory.wm.outcome(first, "Failed"), "retry")
    memory.wm.run("Writer", follows=retry).end()
    memory.wm.flush(end_open=True)
    spans = [view(span) for span in memory.spans]
    random.Random(3).shuffle(spans)
    at = {entity.key: number for number, entity in enumerate(spans_to_native(spans))}
    follow_up = next(run for run in entities(memory)["runs"] if run["refId"] == retry.id)
    assert at[first.id] < at[retry.id] < at[follow_up["id"]]
    for link in entities(memory)["links"]:
        assert at[link["parentId"]] < at[link["childId"]]


def test_a_cut_bag_is_saved_by_its_search_copies():
    with remembered(TracerProvider(span_limits=SpanLimits(max_span_attribute_length=64))) as memory:
        memory.wm.run("r", {"pr": 42, "text": "x" * 100, "tags": ["a", "b"]}).end()
        [run] = entities(memory)["runs"]
    assert run["opts"] == {"pr": 42, "text": "x" * 64, "tags": ["a", "b"]}


def test_spans_of_others_are_nothing(memory):
    memory.provider.get_tracer("user").start_span("GET /").end()
    assert spans_to_native(view(span) for span in memory.spans) == []


@pytest.mark.parametrize("kind", ["run", "group", "call", "carrier", "other", 5])
def test_a_span_that_lost_everything_but_its_kind_does_no_harm(kind):
    bare = Span(5, 7, 0, "name", 1, SECOND, SECOND, {semconv.WARPMETRICS_ENTITY_TYPE: kind})
    found = spans_to_native([bare])
    assert [one.kind for one in found] == ([f"{kind}s"] if kind in ("run", "group", "call") else [])
    for one in found:
        assert ids.kind_of(one.id) is not None


def test_a_cut_native_record_leaves_what_the_span_says():
    said = {semconv.WARPMETRICS_ENTITY_TYPE: "run", semconv.WARPMETRICS_NATIVE: '{"label":"exac'}
    [run] = spans_to_native([Span(5, 7, 0, "invoke_workflow Writer", 1, SECOND, SECOND, said)])
    assert run.label == "Writer"


def test_times_are_iso_with_milliseconds():
    assert iso(1_769_940_000_230_999_999) == "2026-02-01T10:00:00.230Z"
    assert iso(0) == iso(-5) == "1970-01-01T00:00:00.000Z"
    assert iso(1 << 90) == "9999-12-31T23:59:59.999Z"
