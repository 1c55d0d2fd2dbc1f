"""Whatever stands in whatever attribute: nothing raises, and what is said of it is what the native API takes."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.translate.spans import TRACE_ID
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.testing.native_api.schema import complaints
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.foreign import call_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import Event, Span

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
PARTS = st.dictionaries(
    st.sampled_from(
        ["type", "text", "content", "id", "name", "arguments", "response", "result", "toolCallId", "input"]
    ),
    JSON | st.sampled_from(["text", "tool_call", "tool_call_response", "tool-call", "tool-result", "reasoning"]),
    max_size=4,
)
MESSAGES = st.lists(
    st.dictionaries(
        st.sampled_from(["role", "content", "parts", "tool_calls", "name", "type", "finish_reason", "message"]),
        JSON | st.lists(PARTS, max_size=3),
        max_size=4,
    )
    | JSON,
    max_size=3,
)
VALUES = (
    JSON
    | MESSAGES
    | (JSON | MESSAGES).map(json.dumps)
    | st.binary(max_size=4)
    | st.lists(st.text(max_size=3), max_size=3).map(tuple)
    | st.sampled_from(["chat", "LLM", "CHAIN", "generation", "agent", "openai", "anthropic", "ERROR", "log", "USD"])
)
EVIDENCE = {
    "gen_ai.operation.name": ["chat", "embeddings", "invoke_agent", "llm_request"],
    "gen_ai.system": ["openai"],
    "openinference.span.kind": ["LLM", "EMBEDDING", "CHAIN", "AGENT"],
    "langfuse.observation.type": ["generation", "embedding", "agent"],
    "llm.request.type": ["chat", "embedding"],
    "traceloop.span.kind": ["task"],
    "ai.operationId": ["ai.generateText", "ai.embedMany.doEmbed"],
    "gen_ai.prompt.0.role": ["user"],
}
# fmt: off
NAMES = [
    "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id",
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.total_tokens", "gen_ai.usage.cost",
    "gen_ai.usage.cost.amount", "gen_ai.usage.cost.currency", "gen_ai.usage.raw", "gen_ai.input.messages",
    "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.agent.name",
    "gen_ai.prompt", "gen_ai.completion", "gen_ai.prompt.0.content", "gen_ai.prompt.0.tool_calls.0.name",
    "gen_ai.prompt.0.tool_calls", "gen_ai.completion.0.content", "gen_ai.completion.0",
    "llm.request.functions.0.name", "llm.input_messages.0.message.role", "llm.input_messages.0.message.content",
    "llm.input_messages.0.message.contents.0.message_content.type",
    "llm.input_messages.0.message.tool_calls.0.tool_call.id", "llm.input_messages.0",
    "llm.output_messages.0.message.content", "llm.output_messages.1.message.contents",
    "llm.tools.0.tool.json_schema", "llm.tools.0", "llm.token_count.prompt", "llm.cost.total",
    "llm.invocation_parameters", "llm.model_name", "llm.provider", "input.value", "output.value",
    "output.mime_type", "metadata", "graph.node.id", "embedding.embeddings.0.embedding.text",
    "langfuse.observation.input", "langfuse.observation.output", "langfuse.observation.usage_details",
    "langfuse.observation.cost_details", "langfuse.observation.level", "langfuse.observation.status_message",
    "langfuse.observation.model.name", "ai.model.provider", "ai.model.id", "ai.prompt", "ai.prompt.messages",
    "ai.prompt.tools", "ai.response.text", "ai.response.toolCalls", "ai.response.providerMetadata", "ai.values",
    "ai.usage.inputTokens", "ai.usage.cachedInputTokens", "events", "request_data", "response_data", "inputs",
    "duration", "operation.cost", "logfire.span_type", "error.type", "traceloop.entity.name", "agent_name",
    "warpmetrics.entity.type", "warpmetrics.run.id",
]
# fmt: on
ATTRIBUTES = st.builds(
    lambda evidence, more: more | evidence,
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) | VALUES for name, values in EVIDENCE.items()}),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8),
)
EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(["gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "exception"])
        | st.just("gen_ai.evaluation.result"),
        st.integers(0, 1 << 62),
        st.dictionaries(
            st.sampled_from(
                [
                    "content",
                    "role",
                    "id",
                    "tool_calls",
                    "message",
                    "gen_ai.prompt",
                    "gen_ai.event.content",
                    "exception.message",
                    "gen_ai.evaluation.name",
                    "gen_ai.evaluation.score.value",
                    "gen_ai.evaluation.score.label",
                    "gen_ai.evaluation.explanation",
                ]
            ),
            VALUES,
            max_size=4,
        ),
    ),
    max_size=3,
)
SPANS = st.builds(
    Span,
    st.just(TRACE_ID) | st.integers(1, 3),
    st.integers(1, 8),
    st.integers(0, 9),
    st.text(max_size=8),
    st.just(1),
    st.integers(0, 1 << 62),
    st.integers(0, 1 << 62),
    ATTRIBUTES,
    EVENTS,
    st.just(()),
    st.integers(0, 2),
    st.text(max_size=4),
    st.sampled_from(["", "ai", "pydantic-ai", "logfire.openai", "langfuse-sdk"]),
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(SPANS, max_size=4))
def test_nothing_raises_and_the_rows_are_what_the_api_takes(spans):
    rows = Batch(foreign_to_native(spans)).to_json()
    json.dumps(rows, allow_nan=False)
    assert [*complaints(rows)] == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(SPANS, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_spans_changes_nothing(spans, random):
    whole = {(one.trace_id, one.span_id): one for one in spans}
    mixed = [*whole.values()]
    random.shuffle(mixed)
    told = {json.dumps(one.to_json(), sort_keys=True) for one in foreign_to_native(mixed)}
    assert told == {json.dumps(one.to_json(), sort_keys=True) for one in foreign_to_native(whole.values())}


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(SPANS)
def test_a_span_says_the_same_of_itself_alone_and_beneath_something_else(span):
    alone = span._replace(parent_span_id=77, span_id=9)
    kind = kind_of(alone.name, alone.attributes, alone.scope)
    above = foreign_to_native([alone], above=lambda _trace, _span: "wm_run_above")
    found = {one.id for one in above if one.kind == "calls"}
    ended_request = kind in ("call", "embedding") and bool(alone.end_ns)
    assert found == ({call_id(alone)} if ended_request and "warpmetrics.entity.type" not in alone.attributes else set())
