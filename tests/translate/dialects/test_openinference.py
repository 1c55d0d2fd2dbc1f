"""OpenInference, in forms that the recordings do not have."""

import json

import pytest

from tests.translate.spans import only_call, span
from warpmetrics_otel.translate.dialects import kind_of

QUESTION, ANSWER = "What is the capital of France?", "Paris."
ASKED = [{"role": "user", "content": QUESTION}]
LLM = {"openinference.span.kind": "LLM", "llm.system": "openai", "llm.model_name": "gpt-4o"}


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
