"""Frameworks and decorators around calls: runs, the groups in them, and each call where it belongs."""

import pytest

from tests.golden.expected import (
    BRIEF_REASONING,
    CACHED,
    CHAT,
    CLAUDE,
    DRAFT,
    FORECAST,
    GPT_DATED,
    RATE_LIMITED,
    REASONING,
    REVIEW,
    STREAM,
    WEATHER,
    WRITTEN,
    Asked,
    Native,
    group_of,
    named,
    row,
    run_of,
    tool_says,
    user,
)
from tests.golden.load import golden


def test_langfuse_observations():
    spans = golden("langfuse", "observed")
    first, second = named(spans, "OpenAI-generation")
    (agent,) = named(spans, "forecaster")
    native = Native(spans)
    assert native.calls == [
        row(WEATHER, first, model=GPT_DATED),
        row(FORECAST._replace(tools=None), second, model=GPT_DATED),
    ]
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(agent), "Leaflet")
    assert native.groups == {"forecaster": group_of(agent)}
    assert native.parents == {
        group_of(agent): run.id,
        native.calls[0]["id"]: group_of(agent),
        native.calls[1]["id"]: group_of(agent),
    }


def test_langfuse_by_hand():
    (span,) = spans = golden("langfuse", "by_hand")
    (call,) = Native(spans).calls
    # Its counts leave out of the input what came from the cache or went there.
    assert call == row(WRITTEN._replace(cost=0.0024888), span, provider="anthropic", model=CLAUDE)


def test_traceloop_workflow():
    spans = golden("traceloop", "decorated")
    native = Native(spans)
    slogan, first, second = named(spans, "openai.chat")
    assert native.calls == [row(DRAFT, slogan), row(WEATHER, first), row(FORECAST._replace(tools=None), second)]
    (task,), (agent,) = named(spans, "slogan.task"), named(spans, "forecaster.agent")
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(task), "leaflet")
    assert native.groups == {"slogan": group_of(task), "forecaster": group_of(agent)}
    above = {run.id: {group_of(task), group_of(agent)}}
    assert {child for child, parent in native.parents.items() if parent == run.id} == above[run.id]
    assert [native.parents[call["id"]] for call in native.calls] == [group_of(task), group_of(agent), group_of(agent)]
    assert native.outcomes == []


def test_traceloop_workflow_that_fails():
    spans = golden("traceloop", "unanswered")
    native = Native(spans)
    (span,) = named(spans, "openai.chat")
    assert native.calls == [row(RATE_LIMITED, span)]
    (run,) = native.runs
    assert run.label == "hurry"
    assert [(outcome.ref_id, outcome.name) for outcome in native.outcomes] == [(run.id, "Error")]
    assert "Too many requests." in native.outcomes[0].opts["error"]


LOGFIRE_REQUEST = "Chat Completion with {request_data[model]!r}"
LOGFIRE_RESPONSES = "Responses API with {gen_ai.request.model!r}"
LOGFIRE_STREAM = "streaming response from {request_data[model]!r} took {duration:.2f}s"
LOGFIRE = {
    "chat": [(CHAT, LOGFIRE_REQUEST)],
    "stream": [(STREAM, LOGFIRE_STREAM)],
    "tools": [(WEATHER, LOGFIRE_REQUEST), (FORECAST, LOGFIRE_REQUEST)],
    "cached": [(CACHED, LOGFIRE_REQUEST)],
    "reasoning": [(REASONING, LOGFIRE_REQUEST)],
    "rate_limited": [(RATE_LIMITED, LOGFIRE_REQUEST)],
    "bad_request": [
        (Asked([user("Ask for nonsense.")], error="Error code: 400 - Nothing can be made of this."), LOGFIRE_REQUEST)
    ],
    "responses": [(BRIEF_REASONING, LOGFIRE_RESPONSES)],
    "responses_tools": [(WEATHER, LOGFIRE_RESPONSES), (FORECAST, LOGFIRE_STREAM)],
    "spans": [(STREAM, LOGFIRE_STREAM)],
}
LOGFIRE_ROOTS = {"tools": "answer question", "responses_tools": "answer question", "spans": "count {to}"}


@pytest.mark.parametrize("program", LOGFIRE)
def test_logfire(program):
    spans = golden("logfire", program)
    used = []
    expected = []
    for asked, name in LOGFIRE[program]:
        span = next(span for span in named(spans, name) if span not in used)
        used.append(span)
        if name == LOGFIRE_STREAM:
            # What was streamed is told by a log at its end; the span before it only opens the stream.
            took = int(span.attributes["duration"] * 1_000_000_000)
            span = span._replace(start_ns=span.end_ns - took)
        expected.append(row(asked, span))
    native = Native(spans)
    assert native.calls == expected
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(used[-1]), LOGFIRE_ROOTS.get(program, used[-1].name))
    assert native.parents == {call["id"]: run.id for call in native.calls}


REFUND = Asked(
    [user("I want my money back.")],
    None,
    90,
    12,
    tool_calls=[{"id": "call_refunds", "name": "transfer_to_refunds", "arguments": "{}"}],
    tools=["transfer_to_refunds"],
)
ON_ITS_WAY = Asked(
    [
        user("I want my money back."),
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "call_refunds", "name": "transfer_to_refunds", "arguments": {}}],
        },
        tool_says('{"assistant": "Refunds"}', "call_refunds"),
    ],
    "It is on its way.",
    110,
    7,
)
AGENTS = {
    "chat": [("Geographer", CHAT)],
    "stream": [("Counter", STREAM)],
    "tools": [("Forecaster", WEATHER), ("Forecaster", FORECAST)],
    "handoff": [("Triage", REFUND), ("Refunds", ON_ITS_WAY)],
    "cached": [("Lawyer", WRITTEN)],
    "reasoning": [("Mathematician", REASONING)],
}


@pytest.mark.parametrize("program", AGENTS)
def test_openai_agents(program):
    spans = golden("openai_agents", program)
    native = Native(spans)
    sources = named(spans, "response")
    assert native.calls == [
        row(asked, span, model=GPT_DATED) for (_, asked), span in zip(AGENTS[program], sources, strict=True)
    ]
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(spans[0]), "Agent workflow")
    agents = {name: group_of(named(spans, name)[0]) for name, _ in AGENTS[program]}
    assert native.groups == agents
    above = [native.parents[call["id"]] for call in native.calls]
    assert above == [agents[name] for name, _ in AGENTS[program]]
    assert {native.parents[group] for group in agents.values()} == {run.id}
    assert native.outcomes == []


def test_openai_agents_call_that_fails():
    spans = golden("openai_agents", "rate_limited")
    native = Native(spans)
    (span,) = named(spans, "response")
    # All it says is that it was a model of OpenAI's, and what went wrong.
    failed = Asked(None, error="Error getting response: {'error': 'Error code: 429 - Too many requests.'}")
    assert native.calls == [row(failed, span, model=None)]
    assert native.parents[native.calls[0]["id"]] == native.groups["Impatient"]


LANGCHAIN_FORECAST = FORECAST._replace(
    messages=[*FORECAST.messages[:2], {**tool_says("18 degrees", "call_weather"), "name": "get_weather"}]
)
LANGCHAIN = {
    "chat": ("ChatOpenAI", [(None, CHAT)]),
    "stream": ("ChatOpenAI", [(None, STREAM)]),
    "chain": ("RunnableSequence", [(None, DRAFT)]),
    "graph": ("slogans", [("draft", DRAFT), ("review", REVIEW)]),
    "cached": ("ChatOpenAI", [(None, CACHED)]),
    "reasoning": ("ChatOpenAI", [(None, REASONING)]),
    "rate_limited": ("ChatOpenAI", [(None, RATE_LIMITED)]),
}


@pytest.mark.parametrize("program", LANGCHAIN)
def test_langchain(program):
    label, asked = LANGCHAIN[program]
    spans = golden("openinference_langchain", program)
    native = Native(spans)
    sources = named(spans, "ChatOpenAI")
    assert native.calls == [row(one, span) for (_, one), span in zip(asked, sources, strict=True)]
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(spans[0]), label)
    nodes = {node: group_of(named(spans, node)[0]) for node, _ in asked if node}
    assert native.groups == nodes
    above = [native.parents[call["id"]] for call in native.calls]
    assert above == [nodes.get(node, run.id) for node, _ in asked]
    assert [outcome.ref_id for outcome in native.outcomes] == [run.id] * (program == "rate_limited")


def test_langgraph_agent():
    spans = golden("openinference_langchain", "agent")
    native = Native(spans)
    first, second = named(spans, "ChatOpenAI")
    assert native.calls == [row(WEATHER, first), row(LANGCHAIN_FORECAST, second)]
    (run,) = native.runs
    assert run.label == "forecaster"
    asking = [group_of(span) for span in named(spans, "ask")]
    (tools,) = named(spans, "tools")
    assert [native.parents[call["id"]] for call in native.calls] == asking
    # Nodes are groups, what runs inside them and the graph itself are not.
    assert {child for child, parent in native.parents.items() if parent == run.id} == {*asking, group_of(tools)}
