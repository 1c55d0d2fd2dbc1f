"""What is said of others' calls, and what came of their runs."""

import pytest

from tests.record.memory import remembered
from tests.translate.spans import (
    CHAT,
    MILLISECOND,
    RUN,
    START,
    TOOL,
    USAGE,
    agent,
    exception,
    failed,
    http,
    native,
    only_call,
    ours,
    span,
)
from warpmetrics_otel import ids
from warpmetrics_otel.entities import Run
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.foreign import call_id, foreign_call, group_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import Event, view


class TestOutcomes:
    @pytest.mark.parametrize("top", [http("GET /", **failed("boom")), http("GET /", 0xBEEF, **failed("boom"))])
    def test_a_run_whose_topmost_span_failed_has_an_outcome_that_says_so(self, top):
        rows = native(top, span(parent=top))
        [outcome] = rows["outcomes"]
        assert (outcome["refId"], outcome["name"], outcome["opts"]) == (RUN, "Error", {"error": "boom"})
        assert outcome["timestamp"] == "2026-09-21T14:13:20.230Z"
        assert outcome["id"] == ids.derived(ids.OUTCOME, top.trace_id, top.span_id, b"error")

    def test_a_span_below_that_failed_says_nothing_of_the_run(self):
        root = http()
        assert native(root, span(parent=root, **failed("no")))["outcomes"] == []

    def evaluated(self, **more):
        said = {"gen_ai.evaluation.name": "relevance", "gen_ai.evaluation.score.value": 0.5, **more}
        return [Event("gen_ai.evaluation.result", START + 7 * MILLISECOND, said), Event("other", START, {})]

    def test_an_evaluation_is_an_outcome_of_what_its_span_stands_for(self):
        root = http("GET /", events=self.evaluated())
        planner = agent(parent=root, events=self.evaluated(**{"gen_ai.evaluation.score.label": "good"}))
        tool = span("execute_tool search", TOOL, planner, events=self.evaluated())
        call = span(parent=planner, events=self.evaluated(**{"gen_ai.evaluation.explanation": "on topic"}))
        rows = native(root, planner, tool, call)
        assert {(one["refId"], one["name"], one["timestamp"]) for one in rows["outcomes"]} == {
            (RUN, "relevance", "2026-09-21T14:13:20.007Z"),
            (group_id(planner), "good", "2026-09-21T14:13:20.007Z"),
            (group_id(planner), "relevance", "2026-09-21T14:13:20.007Z"),
            (call_id(call), "relevance", "2026-09-21T14:13:20.007Z"),
        }
        assert len({one["id"] for one in rows["outcomes"]}) == 4
        [of_call] = [one for one in rows["outcomes"] if one["refId"] == call_id(call)]
        assert of_call["opts"] == {"metric": "relevance", "score": 0.5, "reason": "on topic"}

    def test_an_evaluation_of_a_span_around_a_request_is_one_of_the_request(self):
        outer = span(events=self.evaluated())
        inner = span(parent=outer)
        assert [one["refId"] for one in native(outer, inner)["outcomes"]] == [call_id(inner)]

    def test_an_evaluation_on_our_span_is_an_outcome_of_ours(self):
        run = ours("run", "wm_run_a", events=self.evaluated())
        assert [one["refId"] for one in native(run)["outcomes"]] == ["wm_run_a"]

    def test_an_evaluation_in_a_trace_that_does_not_leave_does_not_either(self):
        assert foreign_to_native([http(events=self.evaluated()), agent(events=self.evaluated())]) == []


class TestCalls:
    def test_every_field(self):
        attributes = (
            CHAT
            | USAGE
            | {
                "gen_ai.response.model": "gpt-5-mini-2025-08-07",
                "gen_ai.usage.cache_read.input_tokens": 12,
                "gen_ai.usage.cost": 0.125,
                "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
                "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
                "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hello."},'
                '{"type":"tool_call","id":"t1","name":"search","arguments":{"q":"x"}}],"finish_reason":"tool_call"}]',
                "gen_ai.tool.definitions": '[{"type":"function","name":"search"}]',
            }
        )
        given = span(attributes=attributes)
        assert only_call(given) == {
            "id": ids.derived(ids.CALL, given.trace_id, given.span_id),
            "provider": "openai",
            "model": "gpt-5-mini",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "response": "Hello.",
            "tools": ["search"],
            "toolCalls": [{"id": "t1", "name": "search", "arguments": '{"q":"x"}'}],
            "tokens": {"prompt": 20, "completion": 5, "total": 25, "cachedInput": 12},
            "duration": 230,
            "startedAt": "2026-09-21T14:13:20.000Z",
            "endedAt": "2026-09-21T14:13:20.230Z",
            "status": "success",
            "cost": 0.125,
        }

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            (span(**failed("boom")), "boom"),
            (span(**failed("ValueError: boom\nstack"), events=[exception("first"), exception("boom")]), "boom"),
            (span(attributes=CHAT | {"error.type": "TimeoutError"}), "TimeoutError"),
            (span(**failed()), "error"),
        ],
    )
    def test_what_failed_has_no_answer(self, given, error):
        call = only_call(given._replace(attributes={**given.attributes, **USAGE}))
        assert (call["status"], call["error"]) == ("error", error)
        assert not call.keys() & {"response", "tools", "toolCalls", "tokens"}

    def test_an_exception_that_was_handled_is_no_failure(self):
        assert only_call(span(events=[exception("handled")]))["status"] == "success"

    def test_a_request_that_ended_before_it_began_took_no_time(self):
        call = only_call(span(end_ns=START - 5 * MILLISECOND))
        assert (call["duration"], call["startedAt"]) == (0, call["endedAt"])

    def test_content_from_beside_the_span_comes_first_and_the_span_has_the_rest(self):
        given = span(attributes=CHAT | USAGE | {"gen_ai.input.messages": '[{"role":"user","content":"on the span"}]'})
        beside = {call_id(given): Content([{"role": "user", "content": "beside"}], "answer")}
        call = only_call(given, content=beside.get)
        assert (call["messages"], call["response"]) == ([{"role": "user", "content": "beside"}], "answer")
        assert call["tokens"]["prompt"] == 20
        assert only_call(given, content={call_id(given): Content()}.get)["messages"] == [
            {"role": "user", "content": "on the span"}
        ]

    def test_ids_are_the_same_whoever_translates(self):
        given = span()
        root = http()
        within = given._replace(parent_span_id=root.span_id)
        among = native(root, within)["calls"][0]["id"]
        assert foreign_call(given).id == only_call(given)["id"] == among == call_id(given)


def test_a_live_span_of_the_sdk_is_read_as_it_is():
    with remembered() as memory:
        with memory.provider.get_tracer("gen").start_as_current_span("chat", attributes=CHAT) as live:
            assert foreign_to_native([view(live)]) == []
        [run, *_] = foreign_to_native([view(one) for one in memory.spans])
    assert run == Run(ids.run_id_of_trace(live.get_span_context().trace_id), "chat", None, None, run.started_at)
