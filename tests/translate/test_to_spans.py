"""Spans made of native batches are those that recording would have made, and stand where ids say."""

import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from opentelemetry.trace import format_span_id, format_trace_id

from tests.translate.batches import batches
from tests.translate.filled import GOLDEN, filled
from tests.translate.otlp import over_the_wire
from warpmetrics_otel import ids, read, semconv
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.classification import classifier
from warpmetrics_otel.translate.times import nanoseconds
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.to_spans import native_to_spans
from warpmetrics_otel.translate.views import KIND_CLIENT, KIND_INTERNAL, STATUS_ERROR, STATUS_UNSET

RUN, GROUP, CALL = (ids.mint(prefix)[0] for prefix in (ids.RUN, ids.GROUP, ids.CALL))
OUTCOME, ACT = (ids.mint(prefix)[0] for prefix in (ids.OUTCOME, ids.ACT))
AT = "2026-02-01T10:00:00.000Z"
LATER = "2026-02-01T10:00:09.000Z"


def spans_of(arrays, **options):
    return over_the_wire(native_to_spans(Batch.from_json(arrays), **options))


def of(spans, native_id):
    [span] = [span for span in spans if span.span_id == ids.span_id_of(native_id)]
    return span


def test_a_run_is_the_root_of_its_own_trace():
    span = of(spans_of({"runs": [{"id": RUN, "label": "Code review", "opts": {"pr": 42}, "startedAt": AT}]}), RUN)
    assert (span.name, span.kind, span.parent_span_id) == ("invoke_workflow Code review", KIND_INTERNAL, 0)
    assert span.trace_id == ids.trace_id_of(RUN)
    assert span.start_ns == span.end_ns == nanoseconds(AT)
    assert span.attributes == {
        semconv.WARPMETRICS_OPTS_PREFIX + "pr": 42,
        semconv.WARPMETRICS_OPTS: '{"pr":42}',
        semconv.GEN_AI_OPERATION_NAME: "invoke_workflow",
        semconv.GEN_AI_WORKFLOW_NAME: "Code review",
        semconv.WARPMETRICS_ENTITY_TYPE: "run",
        semconv.WARPMETRICS_RUN_ID: RUN,
    } | {semconv.WARPMETRICS_NATIVE: '{"!absent":["refId"]}'}


@pytest.mark.parametrize("name", GOLDEN)
def test_what_the_vendors_sdk_sends_needs_nothing_native_but_times_of_links(name):
    for span in spans_of(filled(name)):
        native = span.attributes.get(semconv.WARPMETRICS_NATIVE, '{"!link":')
        if name != "traced":
            assert native.startswith('{"!link":'), (span.name, native)


def test_groups_and_calls_are_beneath_what_their_links_say():
    arrays = filled("refinement")
    spans = spans_of(arrays)
    labels = {run["id"]: run["label"] for run in arrays["runs"]}
    for link in arrays["links"]:
        child, parent = of(spans, link["childId"]), of(spans, link["parentId"])
        assert (child.trace_id, child.parent_span_id) == (parent.trace_id, parent.span_id)
        assert child.attributes[semconv.WARPMETRICS_PARENT_ID] == link["parentId"]
        if link["type"] == "group":
            assert (child.name, child.kind) == ("Drafting", KIND_INTERNAL)
            assert child.attributes[semconv.GEN_AI_WORKFLOW_NAME] == labels[link["parentId"]]


def test_a_call_is_a_genai_inference_span():
    arrays = filled("basic")
    span = of(spans_of(arrays), arrays["calls"][0]["id"])
    assert (span.name, span.kind, span.status_code) == ("chat gpt-4o", KIND_CLIENT, STATUS_UNSET)
    said = span.attributes
    assert said[semconv.GEN_AI_PROVIDER_NAME] == "openai"
    assert (said[semconv.GEN_AI_USAGE_INPUT_TOKENS], said[semconv.GEN_AI_USAGE_OUTPUT_TOKENS]) == (10, 5)
    assert said[semconv.GEN_AI_OUTPUT_MESSAGES] == (
        '[{"role":"assistant","parts":[{"type":"text","content":"Hello!"}]}]'
    )


def test_without_content_nothing_that_was_said_is_on_a_span():
    for name in GOLDEN:
        for span in native_to_spans(Batch.from_json(filled(name)), content=False):
            text = str(span)
            assert not any(said in text for said in ("Hello", "Hi there!", "draft 2", "Rate this"))


def test_a_failed_call_has_the_error():
    arrays = filled("traced")
    span = of(spans_of(arrays), arrays["calls"][1]["id"])
    assert (span.status_code, span.status_message) == (STATUS_ERROR, "Rate limited")
    assert span.attributes[semconv.ERROR_TYPE] == "_OTHER"


def test_the_last_outcome_is_on_its_span_and_decides_the_status():
    arrays = filled("opts")
    arrays["outcomes"].insert(0, {"id": OUTCOME, "refId": arrays["runs"][0]["id"], "name": "Completed"})
    [span] = spans_of(arrays)
    assert span.attributes[semconv.WARPMETRICS_OUTCOME_NAME] == "Failed"
    assert (span.status_code, span.status_message) == (STATUS_ERROR, "Failed")
    assert [event.attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] for event in span.events] == [
        "success",
        "failure",
    ]


def test_classifications_are_the_users():
    [span] = spans_of(filled("opts"), classifications=classifier({"FAILED": "neutral"}))
    assert span.status_code == STATUS_UNSET
    assert span.events[0].attributes[semconv.WARPMETRICS_OUTCOME_CLASSIFICATION] == "neutral"


def test_runs_and_groups_end_with_the_last_that_is_known_of_them_and_calls_when_they_ended():
    arrays = {
        "runs": [{"id": RUN, "startedAt": AT}],
        "groups": [{"id": GROUP, "startedAt": AT}],
        "calls": [{"id": CALL, "startedAt": AT, "duration": 2000, "status": "success"}],
        "links": [{"parentId": RUN, "childId": GROUP}, {"parentId": GROUP, "childId": CALL}],
        "outcomes": [{"id": OUTCOME, "refId": CALL, "name": "Helpful", "timestamp": "2026-02-01T10:00:05.000Z"}],
        "acts": [{"id": ACT, "refId": OUTCOME, "name": "keep", "timestamp": LATER}],
    }
    spans = spans_of(arrays)
    assert of(spans, CALL).end_ns == nanoseconds("2026-02-01T10:00:02.000Z")
    assert of(spans, GROUP).end_ns == of(spans, RUN).end_ns == nanoseconds(LATER)


def test_a_follow_up_links_to_the_span_that_carries_its_act():
    arrays = filled("loop")
    spans = spans_of(arrays)
    first, second, third = (run["id"] for run in arrays["runs"])
    for run_id, origin, act, position in zip((second, third), (first, second), arrays["acts"], (2, 3), strict=True):
        span = of(spans, run_id)
        [link] = span.links
        assert (link.trace_id, link.span_id) == (ids.trace_id_of(origin), ids.span_id_of(origin))
        assert link.attributes == {
            semconv.WARPMETRICS_LINK_TYPE: "follow_up",
            semconv.WARPMETRICS_ACT_ID: act["id"],
            semconv.WARPMETRICS_ACT_NAME: "retry",
            semconv.WARPMETRICS_OUTCOME_ID: act["refId"],
            semconv.WARPMETRICS_OUTCOME_NAME: "Below Threshold",
            semconv.WARPMETRICS_FOLLOWS_RUN_ID: origin,
        }
        assert span.attributes[semconv.WARPMETRICS_CHAIN_ID] == first
        assert span.attributes[semconv.WARPMETRICS_CHAIN_POSITION] == position
    assert semconv.WARPMETRICS_CHAIN_ID not in of(spans, first).attributes


def test_a_follow_up_whose_act_is_elsewhere_keeps_its_id():
    [span] = spans_of({"runs": [{"id": RUN, "label": "Writer", "refId": ACT}]})
    assert span.attributes[semconv.WARPMETRICS_ACT_ID] == ACT
    assert span.links == []
    assert semconv.WARPMETRICS_CHAIN_ID not in span.attributes


def test_an_outcome_of_a_run_elsewhere_goes_on_a_carrier_beneath_it():
    [span] = spans_of({"outcomes": [{"id": OUTCOME, "refId": RUN, "name": "Completed", "timestamp": LATER}]})
    assert (span.name, span.start_ns, span.end_ns) == ("warpmetrics.outcome", *[nanoseconds(LATER)] * 2)
    assert (span.trace_id, span.parent_span_id) == (ids.trace_id_of(RUN), ids.span_id_of(RUN))
    assert span.span_id == ids.span_id_of(OUTCOME)
    [link] = span.links
    assert (link.trace_id, link.span_id) == (span.trace_id, span.parent_span_id)
    assert link.attributes == {semconv.WARPMETRICS_LINK_TYPE: "target"}
    assert span.attributes[semconv.WARPMETRICS_TARGET_ID] == RUN
    [event] = span.events
    assert event.attributes[semconv.WARPMETRICS_OUTCOME_NAME] == "Completed"


@pytest.mark.parametrize("target", [GROUP, CALL, "wm_call_abc123"], ids=["group", "call", "call of another SDK"])
def test_what_is_about_something_whose_trace_nothing_tells_keeps_its_id(target):
    [span] = spans_of({"outcomes": [{"id": OUTCOME, "refId": target, "name": "Completed"}]})
    assert (span.parent_span_id, span.links) == (0, [])
    assert span.attributes[semconv.WARPMETRICS_TARGET_ID] == target


def test_an_act_on_a_carried_outcome_is_beneath_its_carrier():
    arrays = {
        "outcomes": [{"id": OUTCOME, "refId": RUN, "name": "Failed"}],
        "acts": [{"id": ACT, "refId": OUTCOME, "name": "retry"}],
        "runs": [{"id": ids.mint(ids.RUN)[0], "label": "Writer", "refId": ACT}],
    }
    spans = spans_of(arrays)
    act = of(spans, ACT)
    assert (act.trace_id, act.parent_span_id) == (ids.trace_id_of(RUN), ids.span_id_of(OUTCOME))
    [link] = of(spans, arrays["runs"][0]["id"]).links
    assert (link.trace_id, link.span_id) == (act.trace_id, act.span_id)


def test_a_group_and_its_link_in_two_batches_come_back_from_both():
    group = {"groups": [{"id": GROUP, "label": "Drafting", "opts": None, "startedAt": AT}]}
    link = {"links": [{"parentId": RUN, "childId": GROUP, "type": "group", "timestamp": AT}]}
    [alone], [carrier] = spans_of(group), spans_of(link)
    assert (alone.trace_id, alone.parent_span_id) == (ids.trace_id_of(GROUP), 0)
    assert (carrier.trace_id, carrier.parent_span_id) == (ids.trace_id_of(RUN), ids.span_id_of(GROUP))
    assert Batch(spans_to_native([carrier, alone])) == Batch.from_json(group | link)


def test_links_in_a_circle_come_to_an_end():
    other = ids.mint(ids.GROUP)[0]
    arrays = {
        "groups": [{"id": GROUP}, {"id": other}],
        "links": [
            {"parentId": GROUP, "childId": other},
            {"parentId": other, "childId": GROUP},
            {"parentId": GROUP, "childId": GROUP},
        ],
        "outcomes": [{"id": OUTCOME, "refId": GROUP, "timestamp": AT}],
    }
    assert len(spans_to_native(spans_of(arrays))) == 6


def test_runs_that_follow_each_other_in_a_circle_have_no_chain():
    arrays = {
        "runs": [{"id": RUN, "refId": ACT}],
        "outcomes": [{"id": OUTCOME, "refId": RUN, "name": "Failed"}],
        "acts": [{"id": ACT, "refId": OUTCOME, "name": "retry"}],
    }
    assert semconv.WARPMETRICS_CHAIN_ID not in of(spans_of(arrays), RUN).attributes


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batches())
def test_no_span_is_exported_twice(arrays):
    named = [row["id"] for rows in arrays.values() for row in rows if "id" in row]
    # No SDK gives two things the same ULID.
    assume(len({ids.span_id_of(native_id) for native_id in named}) == len(named))
    spans = native_to_spans(Batch.from_json(arrays))
    rows = sum(len(rows) for kind, rows in arrays.items() if kind in ("runs", "groups", "calls"))
    assert len({(span.trace_id, span.span_id) for span in spans}) == len(spans) >= rows
    assert all(span.trace_id and span.span_id and 0 < span.start_ns <= span.end_ns < 1 << 63 for span in spans)


@pytest.mark.parametrize("name", ["refinement", "loop"])
def test_the_chain_can_be_read_back_out_of_the_spans(name):
    arrays = filled(name)
    spans = [as_read(span) for span in spans_of(arrays)]
    random.Random(1).shuffle(spans)
    [chain] = read.assemble(spans).chains
    assert [run.id for run in chain.runs] == [run["id"] for run in arrays["runs"]]
    assert [run.outcomes[-1].name for run in chain.runs] == [outcome["name"] for outcome in arrays["outcomes"]]


def as_read(span):
    return read.Span(
        format_trace_id(span.trace_id),
        format_span_id(span.span_id),
        format_span_id(span.parent_span_id) if span.parent_span_id else "",
        span.name,
        span.kind,
        span.start_ns,
        span.end_ns,
        span.status_code,
        span.status_message,
        span.attributes,
        tuple(read.Event(*event) for event in span.events),
        tuple(
            read.Link(format_trace_id(link.trace_id), format_span_id(link.span_id), link.attributes)
            for link in span.links
        ),
        {},
        "",
    )
