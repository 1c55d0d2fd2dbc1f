"""OpenLLMetry, OpenInference, Langfuse, Logfire and pydantic-ai, where no recording of today's packages tells.

What those record is in `tests/golden`; here are older versions, other languages, and forms that the local model does
not give.
"""

import json

import pytest

from tests.translate.spans import CHAT, MILLISECOND, START, failed, native, only_call, parents, span
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.foreign import call_id, group_id
from warpmetrics_otel.translate.times import iso

QUESTION, ANSWER = "What is the capital of France?", "Paris."
ASKED = [{"role": "user", "content": QUESTION}]
INDEXED = {"llm.request.type": "chat", "gen_ai.system": "Anthropic", "gen_ai.request.model": "claude-3-opus"}
LLM = {"openinference.span.kind": "LLM", "llm.system": "openai", "llm.model_name": "gpt-4o"}
GENERATION = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o"}


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


class TestOpenInference:
    @pytest.mark.parametrize(
        ("kind", "native_kind"),
        [
            ("LLM", "call"),
            ("EMBEDDING", "embedding"),
            ("AGENT", "group"),
            *((kind, None) for kind in ("CHAIN", "TOOL", "RETRIEVER", "RERANKER", "GUARDRAIL", "EVALUATOR", "PROMPT")),
            ("UNKNOWN", None),
            (5, None),
        ],
    )
    def test_kinds(self, kind, native_kind):
        assert kind_of("x", {"openinference.span.kind": kind}) == native_kind

    @pytest.mark.parametrize(
        ("name", "more", "kind"),
        [
            ("draft", {"metadata": '{"langgraph_node": "draft"}'}, "group"),
            ("RunnableSequence", {"metadata": '{"langgraph_node": "draft"}'}, None),
            ("draft", {"metadata": '{"langgraph_node"'}, None),
            ("draft", {"metadata": '["langgraph_node"]'}, None),
            ("draft", {"graph.node.id": "draft"}, "group"),
        ],
    )
    def test_a_node_of_a_graph_is_a_group_and_what_runs_in_it_is_not(self, name, more, kind):
        assert kind_of(name, {"openinference.span.kind": "CHAIN", **more}) == kind

    def test_parts_of_messages(self):
        attributes = LLM | {
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.contents.0.message_content.type": "text",
            "llm.input_messages.0.message.contents.0.message_content.text": "Look.",
            "llm.input_messages.0.message.contents.1.message_content.type": "image",
            "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://example.com/i.png",
            "llm.input_messages.1.message.role": "tool",
            "llm.input_messages.1.message.name": "search",
            "llm.input_messages.1.message.tool_call_id": "t1",
            "llm.input_messages.1.message.content": "found",
        }
        assert only_call(span("ChatCompletion", attributes))["messages"] == [
            {
                "role": "user",
                "parts": [
                    {"type": "text", "content": "Look."},
                    {"type": "uri", "modality": "image", "uri": "https://example.com/i.png"},
                ],
            },
            {
                "role": "tool",
                "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}],
                "name": "search",
            },
        ]

    @pytest.mark.parametrize(
        ("more", "messages", "response"),
        [
            (
                {"llm.prompts.0.prompt.text": QUESTION, "llm.choices.0.completion.text": ANSWER},
                ASKED,
                ANSWER,
            ),
            ({"input.value": QUESTION, "output.value": ANSWER}, ASKED, ANSWER),
            (
                {
                    "input.value": json.dumps({"messages": ASKED, "model": "m"}),
                    "input.mime_type": "application/json",
                    "output.value": "{}",
                    "output.mime_type": "application/json",
                },
                ASKED,
                None,
            ),
        ],
        ids=["completions", "plain", "JSON"],
    )
    def test_content_where_there_are_no_messages(self, more, messages, response):
        call = only_call(span("Completion", LLM | more))
        assert (call["messages"], call["response"]) == (messages, response)

    @pytest.mark.parametrize(
        ("more", "provider", "model"),
        [
            ({"llm.provider": "azure"}, "azure.ai.openai", "gpt-4o"),
            ({"llm.provider": "aws", "llm.system": "anthropic"}, "aws.bedrock", "gpt-4o"),
            ({"llm.invocation_parameters": '{"model": "gpt-4"}'}, "openai", "gpt-4"),
            ({"llm.request.model_name": "gpt-4.1"}, "openai", "gpt-4.1"),
        ],
    )
    def test_provider_and_model(self, more, provider, model):
        call = only_call(span("x", LLM | more))
        assert (call["provider"], call["model"]) == (provider, model)

    def test_counts_and_cost(self):
        counted = {
            "llm.token_count.prompt": 20,
            "llm.token_count.completion": 5,
            "llm.token_count.prompt_details.cache_input": 12,
            "llm.cost.total": 0.5,
        }
        call = only_call(span("x", LLM | counted))
        assert call["tokens"] == {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12}
        assert call["cost"] == 0.5


class TestLangfuse:
    @pytest.mark.parametrize(
        ("kind", "native_kind"),
        [
            ("generation", "call"),
            ("embedding", "embedding"),
            ("agent", "group"),
            *((kind, None) for kind in ("span", "tool", "chain", "retriever", "evaluator", "guardrail", "event")),
        ],
    )
    def test_kinds(self, kind, native_kind):
        assert kind_of("x", {"langfuse.observation.type": kind}) == native_kind

    def test_a_node_of_a_graph_is_a_group(self):
        attributes = {"langfuse.observation.type": "chain", "langfuse.observation.metadata.langgraph_node": "draft"}
        assert (kind_of("draft", attributes), kind_of("RunnableSequence", attributes)) == ("group", None)

    @pytest.mark.parametrize(
        ("usage", "tokens"),
        [
            (
                {"input": 8, "output": 5, "total": 25, "input_cached_tokens": 12},
                {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12},
            ),
            (
                {"prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 12}},
                {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12},
            ),
            (
                {"input_tokens": 20, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 12}},
                {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12},
            ),
            ({"total": 25}, {"total": 25, "cachedInput": 0}),
            ({}, None),
            ([], None),
        ],
    )
    def test_counts_without_the_cache_and_with_it(self, usage, tokens):
        attributes = GENERATION | {"langfuse.observation.usage_details": json.dumps(usage)}
        assert only_call(span("g", attributes))["tokens"] == tokens

    @pytest.mark.parametrize(
        ("given", "messages"),
        [
            (QUESTION, ASKED),
            (json.dumps({"messages": ASKED}), ASKED),
            (json.dumps({"role": "user", "content": QUESTION}), ASKED),
        ],
    )
    def test_what_was_asked(self, given, messages):
        assert only_call(span("g", GENERATION | {"langfuse.observation.input": given}))["messages"] == messages

    @pytest.mark.parametrize("said", ["42", "true", '{"city": "Paris"}', '["Paris"]', '"quoted"'])
    def test_an_answer_that_is_json_stays_the_text_it_was(self, said):
        assert only_call(span("g", GENERATION | {"langfuse.observation.output": said}))["response"] == said

    def test_a_failure_is_told_by_its_level(self):
        said = {"langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "boom"}
        call = only_call(span("g", GENERATION | said))
        assert (call["status"], call["error"]) == ("error", "boom")


class TestLogfire:
    def of(self, scope="logfire.openai", **attributes):
        known = {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.operation.name": "chat"}
        return span("Chat Completion", known | attributes, scope=scope)

    def test_requests_and_responses_of_earlier_versions(self):
        request = {"messages": ASKED, "model": "gpt-4o"}
        response = {"message": {"role": "assistant", "content": ANSWER}, "usage": {}}
        call = only_call(self.of(request_data=json.dumps(request), response_data=json.dumps(response)))
        assert (call["messages"], call["response"]) == (ASKED, ANSWER)

    def test_a_stream_of_earlier_versions(self):
        streamed = {
            "logfire.span_type": "log",
            "duration": 1.5,
            "request_data": json.dumps({"messages": ASKED}),
            "response_data": json.dumps({"combined_chunk_content": ANSWER, "chunk_count": 3}),
        }
        call = only_call(self.of(**streamed)._replace(start_ns=START, end_ns=START))
        assert (call["response"], call["duration"], call["endedAt"]) == (ANSWER, 1500, iso(START))

    def test_a_request_whose_answer_comes_apart_is_not_counted_twice(self):
        root = span("work", {})
        request = self.of()._replace(parent_span_id=root.span_id)
        log = self.of(**{"logfire.span_type": "log", "gen_ai.usage.output_tokens": 5})
        log = log._replace(parent_span_id=root.span_id)
        assert [call["id"] for call in native(root, request, log)["calls"]] == [call_id(log)]

    def test_a_request_that_failed_before_it_streamed_is_told(self):
        failing = self.of(**{"logfire.exception.fingerprint": "f"})._replace(**failed("no"))
        assert only_call(failing)["error"] == "no"

    def test_a_pending_span_is_nothing(self):
        answered = {"gen_ai.usage.output_tokens": 5}
        real = self.of(**answered)
        pending = self.of(**answered, **{"logfire.span_type": "pending_span"})._replace(parent_span_id=real.span_id)
        assert [call["id"] for call in native(real, pending)["calls"]] == [call_id(real)]

    def test_pydantic_ai_with_its_first_form_of_content(self):
        events = [
            {"event.name": "gen_ai.system.message", "role": "system", "content": "Be brief."},
            {"event.name": "gen_ai.user.message", "role": "user", "content": QUESTION},
            {"event.name": "gen_ai.tool.message", "role": "tool", "id": "t1", "content": "found"},
            {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": ANSWER}},
            "odd",
        ]
        call = only_call(self.of("pydantic-ai", events=json.dumps(events), **{"operation.cost": 0.5}))
        assert call["messages"] == [
            {"role": "system", "content": "Be brief."},
            *ASKED,
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "found"}]},
        ]
        assert (call["response"], call["cost"]) == (ANSWER, 0.5)

    def test_older_agents_are_named_too(self):
        attributes = {"gen_ai.operation.name": "invoke_agent", "agent_name": "planner"}
        root = span("work", {})
        agent = span("agent run", attributes, root, scope="pydantic-ai")
        rows = native(root, agent, span(parent=agent))
        assert [group["label"] for group in rows["groups"]] == ["planner"]
        assert group_id(agent) in parents(rows).values()

    def test_what_the_provider_counted_of_its_cache(self):
        raw = {"prompt_tokens": 20, "prompt_tokens_details": {"cached_tokens": 12}}
        counted = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 5}
        call = only_call(self.of(**counted, **{"gen_ai.usage.raw": json.dumps(raw)}))
        assert call["tokens"] == {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12}
