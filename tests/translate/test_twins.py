"""One request on two spans of which neither is above the other."""

import json
from typing import ClassVar

import pytest

from tests.translate.spans import (
    CHAT,
    MILLISECOND,
    START,
    agent,
    http,
    native,
    parents,
    span,
)
from warpmetrics_otel.translate.foreign import call_id, group_id

USAGE = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 5}


class TestOneRequestOnTwoSpans:
    """As LangChain's callbacks and the client that it calls tell of it: neither is above the other."""

    ANSWERED: ClassVar = CHAT | USAGE | {"gen_ai.response.id": "chatcmpl-1"}
    TOLD: ClassVar = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-5-mini-2025", "llm.cost.total": 0.25}

    def told(self, parent, answer_id="chatcmpl-1", **fields):
        whole = json.dumps({"generations": [[{"message": {"id": answer_id}}]]})
        fields = {"start_ns": START - MILLISECOND, "end_ns": START + 300 * MILLISECOND} | fields
        attributes = self.TOLD | {"output.value": whole, "output.mime_type": "application/json"}
        return span("ChatOpenAI", attributes, parent, scope="openinference.instrumentation.langchain", **fields)

    def client(self, parent, attributes=None, **fields):
        return span(attributes=attributes or self.ANSWERED, parent=parent, scope="of the client", **fields)

    def test_it_counts_once_and_says_what_either_knows(self):
        root = http()
        around, inner = self.told(root), self.client(root)
        [call] = native(root, around, inner)["calls"]
        assert (call["id"], call["duration"], call["cost"]) == (call_id(inner), 230, 0.25)

    def test_it_hangs_on_the_group_that_one_of_them_knows_of(self):
        root = http()
        node = agent("draft", root)
        around, inner = self.told(node), self.client(root)
        assert parents(native(root, node, around, inner))[call_id(inner)] == group_id(node)
        outside, within = self.told(root), self.client(node)
        assert parents(native(root, node, outside, within))[call_id(within)] == group_id(node)
        apart = agent("review", root)
        one, other = self.told(apart), self.client(node)
        assert parents(native(root, node, apart, one, other))[call_id(other)] == group_id(node)

    def test_both_may_be_of_one_convention(self):
        root = http()
        around = self.told(root)
        whole = {"output.value": json.dumps({"id": "chatcmpl-1"}), "output.mime_type": "application/json"}
        inner = self.client(root, self.TOLD | whole)
        assert [call["id"] for call in native(root, around, inner)["calls"]] == [call_id(inner)]

    @pytest.mark.parametrize(
        "other",
        [
            {"answer_id": "chatcmpl-11"},
            # One after the other, as a server does that gives each answer the same id.
            {"start_ns": START + 230 * MILLISECOND, "end_ns": START + 460 * MILLISECOND},
            {"start_ns": START + 100 * MILLISECOND, "end_ns": START + 460 * MILLISECOND},
        ],
    )
    def test_others_are_two(self, other):
        root = http()
        rows = native(root, self.told(root, **other), self.client(root))
        assert len(rows["calls"]) == 2

    def test_the_same_tool_call_in_two_answers_is_no_evidence(self):
        root = http()
        inner = self.told(root, "call_1", start_ns=START, end_ns=START + 1)
        assert len(native(root, self.told(root, "call_1"), inner)["calls"]) == 2

    def test_many_at_once_with_one_id_are_read_in_time(self):
        root = http()
        rows = native(root, *(self.client(root, start_ns=START + n) for n in range(5_000)), self.told(root))
        assert len(rows["calls"]) == 5_000

    def test_of_one_instrumentation_they_are_two(self):
        root = http()
        around = self.client(root, end_ns=START + 300 * MILLISECOND)
        assert len(native(root, around, self.client(root))["calls"]) == 2

    def test_an_answer_without_an_id_is_known_by_all_that_was_said(self):
        messages = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hi"}
        streamed = {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Hello.",
        }
        root = http()
        kept = self.TOLD | messages | streamed
        around = self.told(root)._replace(attributes=kept)
        said = {
            "gen_ai.input.messages": '[{"role":"user","content":"hi"}]',
            "gen_ai.output.messages": '[{"role":"assistant","content":"Hello."}]',
        }
        [call] = native(root, around, self.client(root, self.ANSWERED | said))["calls"]
        assert (call["response"], call["cost"]) == ("Hello.", 0.25)
        otherwise = said | {"gen_ai.output.messages": '[{"role":"assistant","content":"Bye."}]'}
        assert len(native(root, around, self.client(root, self.ANSWERED | otherwise))["calls"]) == 2

    def test_the_same_asked_and_answered_several_times_at_once_counts_as_often(self):
        said = {
            "gen_ai.input.messages": '[{"role":"user","content":"hi"}]',
            "gen_ai.output.messages": '[{"role":"assistant","content":"Hello."}]',
        }
        root = http()
        around = [
            span("ChatOpenAI", CHAT | said, root, scope="langchain", start_ns=START - n, end_ns=START + 10**9 + n)
            for n in range(1, 6)
        ]
        inside = [self.client(root, CHAT | said, start_ns=START + n, end_ns=START + 100 - n) for n in range(1, 6)]
        calls = native(root, *around, *inside)["calls"]
        assert {call["id"] for call in calls} == {call_id(one) for one in inside}

    def test_at_once_and_without_ids_they_are_two(self):
        root = http()
        assert len(native(root, span(parent=root), span(parent=root), span(attributes=CHAT, parent=root))["calls"]) == 3
