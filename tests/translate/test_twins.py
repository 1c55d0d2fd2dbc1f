"""One request on two spans of which neither is above the other."""

import json
from typing import ClassVar

import pytest

from tests.translate.spans import CHAT, MILLISECOND, START, USAGE, agent, http, native, parents, span
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.foreign import call_id, group_id


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


class TestOneFailureOnTwoSpans:
    """No answer tells them together: what was asked does, of which model, and what went wrong."""

    ASKED: ClassVar = CHAT | {"gen_ai.input.messages": '[{"role":"user","content":"hi"}]'}
    LIMIT = "Error code: 429 - Too many requests."

    def failed(self, parent, scope, start=0, end=100, attributes=None, error=LIMIT):
        return span(
            attributes=self.ASKED | (attributes or {}),
            parent=parent,
            scope=scope,
            start_ns=START + start * MILLISECOND,
            end_ns=START + end * MILLISECOND,
            status_code=2,
            status_message=error,
        )

    def calls(self, *spans):
        return {call["id"] for call in native(http(), *spans)["calls"]}

    def test_it_counts_once(self):
        root = http()
        around, inner = self.failed(root, "langchain"), self.failed(root, "openai", 10, 90)
        assert self.calls(root, around, inner) == {call_id(inner)}

    def test_a_retry_inside_is_a_request_of_its_own(self):
        root = http()
        tries = [self.failed(root, "openai", 10, 40), self.failed(root, "openai", 50, 90)]
        assert self.calls(root, self.failed(root, "langchain"), *tries) == {call_id(one) for one in tries}

    def test_a_retry_inside_that_succeeds_leaves_the_failure_before_it(self):
        root = http()
        answered = self.ASKED | USAGE | {"gen_ai.response.id": "chatcmpl-1"}
        times = {"start_ns": START + 50 * MILLISECOND, "end_ns": START + 90 * MILLISECOND}
        inner = span(attributes=answered, parent=root, scope="openai", **times)
        around = span(attributes=answered, parent=root, scope="langchain", start_ns=START, end_ns=START + 10**8)
        first = self.failed(root, "openai", 10, 40)
        assert self.calls(root, around, first, inner) == {call_id(first), call_id(inner)}

    @pytest.mark.parametrize(
        "other",
        [
            {"error": "Error code: 500 - Oops."},
            {"attributes": {"gen_ai.input.messages": '[{"role":"user","content":"bye"}]'}},
            {"attributes": {"gen_ai.request.model": "another"}},
            {"end": 110},
            {"scope": "langchain"},
        ],
        ids=["another error", "another request", "another model", "not within", "one instrumentation"],
    )
    def test_others_are_two(self, other):
        root = http()
        inner = self.failed(root, **{"scope": "openai", "start": 10, "end": 90} | other)
        assert len(self.calls(root, self.failed(root, "langchain"), inner)) == 2

    def test_without_what_was_asked_there_is_no_evidence(self):
        root = http()
        unsaid = {"gen_ai.input.messages": None}
        around = self.failed(root, "langchain", attributes=unsaid)
        assert len(self.calls(root, around, self.failed(root, "openai", 10, 90, unsaid))) == 2

    def test_the_same_asked_several_times_at_once_counts_as_often(self):
        root = http()
        around = [self.failed(root, "langchain", number, 200 - number) for number in range(5)]
        inside = [self.failed(root, "openai", 10 + number, 100 - number) for number in range(5)]
        assert self.calls(root, *around, *inside) == {call_id(one) for one in inside}

    def test_of_requests_that_overlap_each_finds_its_own(self):
        root = http()
        times = [((0, 23), (1, 10)), ((2, 17), (12, 14)), ((3, 29), (4, 20)), ((5, 40), (15, 22))]
        around = [self.failed(root, "langchain", *when) for when, _ in times]
        inside = [self.failed(root, "openai", *when) for _, when in times]
        assert self.calls(root, *around, *inside) == {call_id(one) for one in inside}

    def test_content_from_elsewhere_is_asked_for_once_and_is_evidence(self):
        root = http()
        unsaid = {"gen_ai.input.messages": None}
        around, inner = self.failed(root, "langchain"), self.failed(root, "openai", 10, 90, unsaid)
        asked = Content([{"role": "user", "content": "hi"}], None, None, None)
        kept = {call_id(inner): asked}
        [call] = native(root, around, inner, content=lambda native_id: kept.pop(native_id, None))["calls"]
        assert (call["id"], call["messages"]) == (call_id(inner), asked.messages)
