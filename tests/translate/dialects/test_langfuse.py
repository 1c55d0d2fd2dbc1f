"""Langfuse, in forms that the recordings do not have."""

import json

import pytest

from tests.translate.spans import only_call, span
from warpmetrics_otel.translate.dialects import kind_of

QUESTION, ANSWER = "What is the capital of France?", "Paris."
ASKED = [{"role": "user", "content": QUESTION}]
GENERATION = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o"}


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
