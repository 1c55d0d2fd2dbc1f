"""Logfire and pydantic-ai as they were, and what Logfire tells twice."""

import json

from tests.translate.spans import START, failed, native, only_call, parents, span
from warpmetrics_otel.translate.foreign import call_id, group_id
from warpmetrics_otel.translate.times import iso

QUESTION, ANSWER = "What is the capital of France?", "Paris."
ASKED = [{"role": "user", "content": QUESTION}]


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
