"""Others' traces: what becomes a run, a group or a call, what counts once and what never leaves."""

import pytest

from tests.translate.spans import (
    CHAT,
    EMBEDDINGS,
    RUN,
    START,
    TOOL,
    TRACE_ID,
    USAGE,
    agent,
    failed,
    http,
    native,
    parents,
    span,
)
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.translate.foreign import call_id, group_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import Span


def workflow(name, parent=None, **fields):
    return span(
        f"invoke_workflow {name}",
        {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name},
        parent,
        **fields,
    )


def test_a_trace_with_a_request_to_a_model_is_a_run():
    root = http("GET /answer")
    call = span(parent=root)
    rows = native(call, root)
    assert rows["runs"] == [
        {"id": RUN, "label": "GET /answer", "opts": None, "refId": None, "startedAt": "2026-09-21T14:13:20.000Z"}
    ]
    assert parents(rows) == {call_id(call): RUN}


@pytest.mark.parametrize(
    ("root", "label"),
    [
        (agent("planner"), "planner"),
        (workflow("Review"), "Review"),
        (span("answer", {}), "answer"),
        (span("chat gpt-5-mini"), "chat gpt-5-mini"),
    ],
)
def test_the_root_names_the_run_and_is_not_a_group_itself(root, label):
    rows = native(root, span(parent=root))
    assert [run["label"] for run in rows["runs"]] == [label]
    assert rows["groups"] == []
    assert set(parents(rows).values()) == {RUN}


def test_embeddings_alone_are_no_run_but_calls_of_one():
    root = http()
    embedding = span("embeddings", EMBEDDINGS, root)
    assert foreign_to_native([root, embedding]) == []
    rows = native(root, embedding, span(parent=root))
    assert call_id(embedding) in {call["id"] for call in rows["calls"]}
    assert len(rows["calls"]) == 2


@pytest.mark.parametrize("others", [[], [http()], [http(), span("execute_tool search", TOOL)], [agent()]])
def test_a_trace_without_a_request_to_a_model_never_leaves(others):
    assert foreign_to_native(others) == []


def test_traces_are_runs_of_their_own():
    first, second = span(trace_id=1), span(trace_id=2)
    assert [run["id"] for run in native(first, second, http(trace_id=3))["runs"]] == [
        ids.run_id_of_trace(1),
        ids.run_id_of_trace(2),
    ]


def test_agents_and_workflows_beneath_are_groups_and_what_is_between_is_nothing():
    root = http("GET /")
    outer = workflow("Review", root)
    between = http("POST /agent", outer)
    inner = agent("planner", between)
    tool = span("execute_tool search", TOOL, inner)
    request = http("POST", tool)
    call = span(parent=request)
    rows = native(call, request, tool, inner, between, outer, root)
    assert [(group["id"], group["label"]) for group in rows["groups"]] == [
        (group_id(outer), "Review"),
        (group_id(inner), "planner"),
    ]
    assert parents(rows) == {group_id(outer): RUN, group_id(inner): group_id(outer), call_id(call): group_id(inner)}
    assert {link["type"] for link in rows["links"]} == {"group", "call"}


def test_only_requests_count_tokens():
    root = agent()
    rows = native(root, span(attributes=CHAT | USAGE, parent=root))
    assert [call["tokens"]["prompt"] for call in rows["calls"]] == [20]


def test_nested_spans_of_one_request_count_once_and_the_inner_one_says_what_it_knows():
    outer = span(
        "ChatOpenAI",
        {"openinference.span.kind": "LLM", "llm.model_name": "gpt-5-mini-2025"}
        | {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Paris.",
            "llm.cost.total": 0.25,
        },
    )
    between = http(parent=outer)
    inner = span(attributes=CHAT | USAGE, parent=between)
    rows = native(outer, between, inner)
    [call] = rows["calls"]
    assert (call["id"], call["model"], call["tokens"]["prompt"]) == (call_id(inner), "gpt-5-mini", 20)
    # What only the outer one says is not lost.
    assert (call["response"], call["cost"]) == ("Paris.", 0.25)
    assert parents(rows) == {call_id(inner): RUN}


def test_a_span_around_two_requests_gives_neither_what_it_says_of_both():
    outer = span(
        "ai.generateText",
        {"ai.operationId": "ai.generateText", "ai.response.text": "At last."}
        | {"ai.usage.promptTokens": 40, "ai.usage.completionTokens": 10},
    )
    inside = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "gpt-5-mini"}
    inner = [span("ai.generateText.doGenerate", inside, outer) for _ in range(2)]
    calls = native(outer, *inner)["calls"]
    assert [call["id"] for call in calls] == [call_id(one) for one in inner]
    assert [call["response"] for call in calls] == [None, None]
    assert [call["tokens"] for call in calls] == [None, None]


def test_a_request_that_failed_is_not_completed_by_what_succeeded_around_it():
    outer = span(attributes=CHAT | {"gen_ai.usage.cost": 0.5})
    inner = span(parent=outer, **failed("no"))
    [call] = native(outer, inner)["calls"]
    assert (call["status"], call["error"]) == ("error", "no")
    assert "cost" not in call


def test_an_agent_between_two_requests_keeps_them_apart():
    outer = span()
    between = agent(parent=outer)
    inner = span(parent=between)
    rows = native(outer, between, inner)
    assert parents(rows) == {call_id(outer): RUN, group_id(between): RUN, call_id(inner): group_id(between)}


def test_embeddings_within_a_request_are_another_request():
    outer = span()
    embedding = span("embeddings", EMBEDDINGS, outer)
    assert {call["id"] for call in native(outer, embedding)["calls"]} == {call_id(outer), call_id(embedding)}


def test_a_span_that_comes_twice_is_one():
    given = span()
    assert len(native(given, given)["calls"]) == 1


def test_what_says_only_that_it_is_ours_does_no_harm():
    for kind in ("run", "group", "call", "carrier", 5, ["run"]):
        odd = Span(TRACE_ID, 7, 0, "x", 1, START, START, {semconv.WARPMETRICS_ENTITY_TYPE: kind})
        assert foreign_to_native([odd]) == []
