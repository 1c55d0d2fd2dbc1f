"""OpenLLMetry: its older attributes, and what it adds to the GenAI conventions."""

import json

import pytest

from tests.translate.spans import CHAT, MILLISECOND, START, failed, only_call, span
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.foreign import call_id
from warpmetrics_otel.translate.times import iso

QUESTION, ANSWER = "What is the capital of France?", "Paris."
ASKED = [{"role": "user", "content": QUESTION}]
INDEXED = {"llm.request.type": "chat", "gen_ai.system": "Anthropic", "gen_ai.request.model": "claude-3-opus"}


class TestOpenLLMetryIndexed:
    @pytest.mark.parametrize(
        ("prompt", "completion", "total"),
        [
            ("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "llm.usage.total_tokens"),
            ("llm.usage.prompt_tokens", "llm.usage.completion_tokens", "llm.usage.total_tokens"),
            ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.total_tokens"),
        ],
    )
    def test_every_field(self, prompt, completion, total):
        attributes = INDEXED | {
            "gen_ai.response.model": "claude-3-opus-20240229",
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": json.dumps([{"type": "text", "text": QUESTION}]),
            "gen_ai.prompt.2.role": "assistant",
            "gen_ai.prompt.2.tool_calls.0.id": "t1",
            "gen_ai.prompt.2.tool_calls.0.name": "search",
            "gen_ai.prompt.2.tool_calls.0.arguments": '{"q": 1}',
            "gen_ai.prompt.10.role": "tool",
            "gen_ai.prompt.10.tool_call_id": "t1",
            "gen_ai.prompt.10.content": "found",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": ANSWER,
            "gen_ai.completion.0.finish_reason": "stop",
            "gen_ai.completion.0.tool_calls.0.id": "t2",
            "gen_ai.completion.0.tool_calls.0.name": "search",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"q":2}',
            "llm.request.functions.0.name": "search",
            "llm.request.functions.0.parameters": "{}",
            prompt: 2048,
            completion: 20,
            total: 2068,
            "gen_ai.usage.cache_read_input_tokens": 1536,
            "gen_ai.usage.cache_creation_input_tokens": 256,
        }
        request = span("anthropic.chat", attributes)
        assert only_call(request) == {
            "id": call_id(request),
            "provider": "anthropic",
            "model": "claude-3-opus",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": QUESTION},
                {
                    "role": "assistant",
                    "parts": [{"type": "tool_call", "id": "t1", "name": "search", "arguments": {"q": 1}}],
                },
                {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}]},
            ],
            "response": ANSWER,
            "tools": ["search"],
            "toolCalls": [{"id": "t2", "name": "search", "arguments": '{"q":2}'}],
            "tokens": {"prompt": 2048, "completion": 20, "total": 2068, "cacheWrite": 256, "cacheRead": 1536},
            "duration": 230,
            "startedAt": iso(START),
            "endedAt": iso(START + 230 * MILLISECOND),
            "status": "success",
        }

    @pytest.mark.parametrize(
        ("kind", "native_kind"),
        [("chat", "call"), ("completion", "call"), ("embedding", "embedding"), ("rerank", None), ("unknown", None)],
    )
    def test_kinds(self, kind, native_kind):
        assert kind_of("x", {"llm.request.type": kind, "gen_ai.system": "OpenAI"}) == native_kind

    def test_a_failure(self):
        call = only_call(span("openai.chat", INDEXED, **failed("overloaded")))
        assert (call["provider"], call["status"], call["error"]) == ("anthropic", "error", "overloaded")

    def test_the_newer_form_is_not_taken_for_the_older(self):
        messages = {"gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps([])}
        newer = CHAT | messages | {"llm.request.type": "chat"}
        assert only_call(span(attributes=newer))["messages"] == ASKED

    def test_indices_that_are_none(self):
        odd = {"gen_ai.prompt.x.role": "a", "gen_ai.prompt.1234567.role": "b", "gen_ai.prompt.": "c"}
        assert only_call(span("openai.chat", INDEXED | odd))["messages"] is None


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"traceloop.span.kind": "workflow"}, "group"),
        ({"traceloop.span.kind": "task"}, "group"),
        ({"traceloop.span.kind": "agent"}, "group"),
        ({"traceloop.span.kind": "tool"}, None),
        ({"traceloop.span.kind": 5}, None),
        ({"gen_ai.operation.name": "llm_request"}, "call"),
        ({"gen_ai.operation.name": "execute_task"}, "group"),
        ({"gen_ai.operation.name": "vector_db_retrieve"}, None),
        ({"gen_ai.operation.name": ["chat"]}, None),
    ],
)
def test_what_openllmetry_adds_to_the_operations(attributes, kind):
    assert kind_of("x", attributes) == kind
