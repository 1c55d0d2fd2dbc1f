"""Others' traces: what becomes a run, a group or a call, what hangs on what, what counts once and what never leaves."""

import json
from typing import ClassVar

import pytest

from tests.record.memory import remembered
from tests.translate.spans import (
    CHAT,
    EMBEDDINGS,
    MILLISECOND,
    START,
    TOOL,
    TRACE_ID,
    agent,
    exception,
    failed,
    http,
    native,
    only_call,
    parents,
    span,
)
from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Batch, Run
from warpmetrics_otel.translate.call_rows import Content
from warpmetrics_otel.translate.foreign import call_id, foreign_call, group_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.views import Event, Span, view

RUN = ids.run_id_of_trace(TRACE_ID)
USAGE = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 5}
LOW_64 = (1 << 64) - 1


def workflow(name, parent=None, **fields):
    return span(
        f"invoke_workflow {name}",
        {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name},
        parent,
        **fields,
    )


def ours(kind, native_id, parent=None, **fields):
    return span(kind, {"warpmetrics.entity.type": kind, f"warpmetrics.{kind}.id": native_id}, parent, **fields)


def test_a_trace_with_a_request_to_a_model_is_a_run():
    root = http("GET /answer")
    call = span(parent=root)
    rows = native(call, root)
    assert rows["runs"] == [
        {"id": RUN, "label": "GET /answer", "opts": None, "refId": None, "startedAt": "2026-09-21T14:13:20.000Z"}
    ]
    assert parents(rows) == {call_id(call): RUN}


@pytest.mark.parametrize(
    ("root", "label"),
    [
        (agent("planner"), "planner"),
        (workflow("Review"), "Review"),
        (span("answer", {}), "answer"),
        (span("chat gpt-5-mini"), "chat gpt-5-mini"),
    ],
)
def test_the_root_names_the_run_and_is_not_a_group_itself(root, label):
    rows = native(root, span(parent=root))
    assert [run["label"] for run in rows["runs"]] == [label]
    assert rows["groups"] == []
    assert set(parents(rows).values()) == {RUN}


def test_embeddings_alone_are_no_run_but_calls_of_one():
    root = http()
    embedding = span("embeddings", EMBEDDINGS, root)
    assert foreign_to_native([root, embedding]) == []
    rows = native(root, embedding, span(parent=root))
    assert call_id(embedding) in {call["id"] for call in rows["calls"]}
    assert len(rows["calls"]) == 2


@pytest.mark.parametrize("others", [[], [http()], [http(), span("execute_tool search", TOOL)], [agent()]])
def test_a_trace_without_a_request_to_a_model_never_leaves(others):
    assert foreign_to_native(others) == []


def test_traces_are_runs_of_their_own():
    first, second = span(trace_id=1), span(trace_id=2)
    assert [run["id"] for run in native(first, second, http(trace_id=3))["runs"]] == [
        ids.run_id_of_trace(1),
        ids.run_id_of_trace(2),
    ]


def test_agents_and_workflows_beneath_are_groups_and_what_is_between_is_nothing():
    root = http("GET /")
    outer = workflow("Review", root)
    between = http("POST /agent", outer)
    inner = agent("planner", between)
    tool = span("execute_tool search", TOOL, inner)
    request = http("POST", tool)
    call = span(parent=request)
    rows = native(call, request, tool, inner, between, outer, root)
    assert [(group["id"], group["label"]) for group in rows["groups"]] == [
        (group_id(outer), "Review"),
        (group_id(inner), "planner"),
    ]
    assert parents(rows) == {group_id(outer): RUN, group_id(inner): group_id(outer), call_id(call): group_id(inner)}
    assert {link["type"] for link in rows["links"]} == {"group", "call"}


def test_only_requests_count_tokens():
    root = agent()
    rows = native(root, span(attributes=CHAT | USAGE, parent=root))
    assert [call["tokens"]["prompt"] for call in rows["calls"]] == [20]


def test_nested_spans_of_one_request_count_once_and_the_inner_one_says_what_it_knows():
    outer = span(
        "ChatOpenAI",
        {"openinference.span.kind": "LLM", "llm.model_name": "gpt-5-mini-2025"}
        | {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Paris.",
            "llm.cost.total": 0.25,
        },
    )
    between = http(parent=outer)
    inner = span(attributes=CHAT | USAGE, parent=between)
    rows = native(outer, between, inner)
    [call] = rows["calls"]
    assert (call["id"], call["model"], call["tokens"]["prompt"]) == (call_id(inner), "gpt-5-mini", 20)
    # What only the outer one says is not lost.
    assert (call["response"], call["cost"]) == ("Paris.", 0.25)
    assert parents(rows) == {call_id(inner): RUN}


class TestOneRequestOnTwoSpans:
    """As LangChain's callbacks and the client that it calls tell of it: neither is above the other."""

    ANSWERED: ClassVar = CHAT | USAGE | {"gen_ai.response.id": "chatcmpl-1"}
    TOLD: ClassVar = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-5-mini-2025", "llm.cost.total": 0.25}

    def told(self, parent, answer_id="chatcmpl-1", **fields):
        whole = json.dumps({"generations": [[{"message": {"id": answer_id}}]]})
        fields = {"start_ns": START - MILLISECOND, "end_ns": START + 300 * MILLISECOND} | fields
        attributes = self.TOLD | {"output.value": whole, "output.mime_type": "application/json"}
        return span("ChatOpenAI", attributes, parent, **fields)

    def test_it_counts_once_and_says_what_either_knows(self):
        root = http()
        around, inner = self.told(root), span(attributes=self.ANSWERED, parent=root)
        [call] = native(root, around, inner)["calls"]
        assert (call["id"], call["duration"], call["cost"]) == (call_id(inner), 230, 0.25)

    def test_it_hangs_on_the_group_that_one_of_them_knows_of(self):
        root = http()
        node = agent("draft", root)
        around, inner = self.told(node), span(attributes=self.ANSWERED, parent=root)
        assert parents(native(root, node, around, inner))[call_id(inner)] == group_id(node)
        outside, within = self.told(root), span(attributes=self.ANSWERED, parent=node)
        assert parents(native(root, node, outside, within))[call_id(within)] == group_id(node)
        apart = agent("review", root)
        one, other = self.told(apart), span(attributes=self.ANSWERED, parent=node)
        assert parents(native(root, node, apart, one, other))[call_id(other)] == group_id(node)

    def test_both_may_be_of_one_convention(self):
        root = http()
        around = self.told(root)
        whole = {"output.value": json.dumps({"id": "chatcmpl-1"}), "output.mime_type": "application/json"}
        inner = span("ChatCompletion", self.TOLD | whole, root)
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
        rows = native(root, self.told(root, **other), span(attributes=self.ANSWERED, parent=root))
        assert len(rows["calls"]) == 2

    def test_the_same_tool_call_in_two_answers_is_no_evidence(self):
        root = http()
        inner = self.told(root, "call_1", start_ns=START, end_ns=START + 1)
        assert len(native(root, self.told(root, "call_1"), inner)["calls"]) == 2

    def test_many_at_once_with_one_id_are_read_in_time(self):
        root = http()
        rows = native(root, *(span(attributes=self.ANSWERED, parent=root, start_ns=START + n) for n in range(5_000)))
        assert len(rows["calls"]) == 5_000

    def test_at_once_and_without_ids_they_are_two(self):
        root = http()
        assert len(native(root, span(parent=root), span(parent=root), span(attributes=CHAT, parent=root))["calls"]) == 3


def test_a_span_around_two_requests_gives_neither_what_it_says_of_both():
    outer = span(
        "ai.generateText",
        {"ai.operationId": "ai.generateText", "ai.response.text": "At last."}
        | {"ai.usage.promptTokens": 40, "ai.usage.completionTokens": 10},
    )
    inside = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "gpt-5-mini"}
    inner = [span("ai.generateText.doGenerate", inside, outer) for _ in range(2)]
    calls = native(outer, *inner)["calls"]
    assert [call["id"] for call in calls] == [call_id(one) for one in inner]
    assert [call["response"] for call in calls] == [None, None]
    assert [call["tokens"] for call in calls] == [None, None]


def test_a_request_that_failed_is_not_completed_by_what_succeeded_around_it():
    outer = span(attributes=CHAT | {"gen_ai.usage.cost": 0.5})
    inner = span(parent=outer, **failed("no"))
    [call] = native(outer, inner)["calls"]
    assert (call["status"], call["error"]) == ("error", "no")
    assert "cost" not in call


def test_an_agent_between_two_requests_keeps_them_apart():
    outer = span()
    between = agent(parent=outer)
    inner = span(parent=between)
    rows = native(outer, between, inner)
    assert parents(rows) == {call_id(outer): RUN, group_id(between): RUN, call_id(inner): group_id(between)}


def test_embeddings_within_a_request_are_another_request():
    outer = span()
    embedding = span("embeddings", EMBEDDINGS, outer)
    assert {call["id"] for call in native(outer, embedding)["calls"]} == {call_id(outer), call_id(embedding)}


class TestWithOurs:
    def test_calls_hang_on_our_runs_and_groups(self):
        run = ours("run", "wm_run_a")
        group = ours("group", "wm_grp_b", run)
        request = http(parent=group)
        beneath, beside = span(parent=request), span(parent=run)
        rows = native(run, group, request, beneath, beside)
        assert rows["runs"] == rows["groups"] == []
        assert parents(rows) == {call_id(beneath): "wm_grp_b", call_id(beside): "wm_run_a"}

    def test_agents_beneath_our_runs_are_groups(self):
        run = ours("run", "wm_run_a")
        planner = agent(parent=run)
        call = span(parent=planner)
        assert parents(native(run, planner, call)) == {group_id(planner): "wm_run_a", call_id(call): group_id(planner)}

    def test_what_hangs_on_nothing_of_ours_in_a_trace_of_ours_stays(self):
        root = http()
        apart = agent(parent=root)
        run = ours("run", "wm_run_a", root)
        rows = native(root, apart, span(parent=apart), run, span(parent=root))
        assert {kind: len(found) for kind, found in rows.items() if found} == {}

    def test_a_request_that_we_recorded_is_not_told_again(self):
        run = ours("run", "wm_run_a")
        call = ours("call", "wm_call_b", run)
        assert foreign_to_native([run, call, span(parent=call), span("e", EMBEDDINGS, call)]) == []
        around = span(parent=run)
        assert foreign_to_native([run, around, ours("call", "wm_call_c", around)]) == []

    def test_a_carrier_alone_makes_no_trace_ours(self):
        root = span()
        carrier = span("warpmetrics.outcome", {"warpmetrics.entity.type": "carrier"}, root)
        assert [run["id"] for run in native(root, carrier)["runs"]] == [RUN]

    def test_recorded_spans_and_others_in_one_trace(self):
        with remembered() as memory:
            tracer = memory.provider.get_tracer("others")
            with (
                memory.wm.run("Review") as run,
                memory.wm.group(run, "Drafting") as group,
                tracer.start_as_current_span("chat", attributes=CHAT) as inner,
            ):
                context = inner.get_span_context()
            rows = Batch(spans_to_native([view(one) for one in memory.spans])).to_json()
        assert [call["id"] for call in rows["calls"]] == [ids.derived(ids.CALL, context.trace_id, context.span_id)]
        assert parents(rows) == {group.id: run.id, rows["calls"][0]["id"]: group.id}
        assert [one["id"] for one in rows["runs"]] == [run.id]


class TestWithoutAParent:
    def test_orphans_of_a_trace_hang_on_its_run_which_the_earliest_of_the_topmost_names(self):
        early = http("POST /second", 0xBEEF, start_ns=START + 1)
        late = span(parent=0xDEAD, start_ns=START + 2)
        rows = native(late, early, span(parent=early))
        assert [(run["id"], run["label"]) for run in rows["runs"]] == [(RUN, "POST /second")]
        assert set(parents(rows).values()) == {RUN}

    def test_an_agent_at_the_top_of_a_part_is_a_group_as_it_is_in_the_whole(self):
        root = http("GET /")
        planner = agent(parent=root)
        call = span(parent=planner)
        part, whole = native(planner, call), native(root, planner, call)
        assert part["groups"] == whole["groups"]
        assert parents(part) == parents(whole)
        assert ([run["label"] for run in part["runs"]], [run["label"] for run in whole["runs"]]) == (
            ["planner"],
            ["GET /"],
        )

    def test_what_is_in_force_above_is_asked_for_once_it_is_needed(self):
        asked = []

        def above(trace_id, span_id):
            asked.append((trace_id, span_id))
            return "wm_grp_known" if span_id == 0xBEEF else None

        request = http(parent=0xBEEF)
        known, unknown = span(parent=request), span(parent=0xDEAD)
        rows = native(request, known, unknown, span(parent=request), above=above)
        assert set(parents(rows).values()) == {"wm_grp_known"}
        assert len(rows["calls"]) == 2
        assert rows["runs"] == []
        assert sorted(asked) == [(TRACE_ID, 0xBEEF), (TRACE_ID, 0xDEAD)]

    def test_a_run_of_ours_in_another_process_is_known_by_its_ids(self):
        entry = http("POST /tool", TRACE_ID & LOW_64)
        call = span(parent=entry)
        rows = native(entry, call)
        assert rows["runs"] == []
        assert parents(rows) == {call_id(call): RUN}

    def test_spans_that_hang_on_each_other_in_a_circle_do_no_harm(self):
        first, second = span(parent=0x2, span_id=0x1), span(parent=0x1, span_id=0x2)
        itself = span(parent=0x3, span_id=0x3)
        groups = [agent(parent=0x5, span_id=0x4), agent(parent=0x4, span_id=0x5)]
        rows = native(first, second, itself, *groups, span(parent=groups[0]))
        assert {call["id"] for call in rows["calls"]} >= {call_id(itself)}
        children = [link["childId"] for link in rows["links"]]
        assert len(children) == len(set(children))

    @pytest.mark.parametrize("above", [None, 0xBEEF])
    def test_a_deep_trace_is_read_in_time(self, above):
        spans = [http(parent=above)]
        for _ in range(20_000):
            spans.append(http(parent=spans[-1]))
        calls = [span(parent=one) for one in spans[::4]]
        rows = native(*calls, *spans)
        assert len(rows["calls"]) == len(calls)
        assert set(parents(rows).values()) == {RUN}


class TestOpenSpans:
    def test_an_open_agent_is_a_group_and_an_open_request_is_nothing_yet(self):
        root = http(end_ns=0)
        planner = agent(parent=root, end_ns=0)
        call, waiting = span(parent=planner), span(parent=planner, end_ns=0)
        rows = native(root, planner, call, waiting)
        assert parents(rows) == {group_id(planner): RUN, call_id(call): group_id(planner)}
        assert rows["outcomes"] == []

    def test_nothing_is_said_while_no_request_has_ended(self):
        root = agent(end_ns=0)
        assert foreign_to_native([root, span(parent=root, end_ns=0)]) == []

    def test_what_is_said_while_it_is_under_way_stays_true(self):
        root = http(end_ns=0)
        planner = agent(parent=root, end_ns=0)
        first, second = span(parent=planner), span(parent=planner)
        early = foreign_to_native([first, planner, root])
        ended = [root._replace(end_ns=START + 1), planner._replace(end_ns=START + 1)]
        assert early == [one for one in foreign_to_native([first, second, *ended]) if one in early]


class TestInferRuns:
    def test_off_leaves_out_what_hangs_on_nothing_of_ours(self):
        root = agent()
        assert foreign_to_native([root, span(parent=root)], infer_runs=False) == []
        assert spans_to_native([root, span(parent=root)], infer_runs=False) == []

    def test_off_keeps_what_hangs_on_ours(self):
        run = ours("run", "wm_run_a")
        call = span(parent=run)
        assert parents(native(run, call, infer_runs=False)) == {call_id(call): "wm_run_a"}


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


def test_a_span_that_comes_twice_is_one():
    given = span()
    assert len(native(given, given)["calls"]) == 1


def test_what_says_only_that_it_is_ours_does_no_harm():
    for kind in ("run", "group", "call", "carrier", 5, ["run"]):
        odd = Span(TRACE_ID, 7, 0, "x", 1, START, START, {semconv.WARPMETRICS_ENTITY_TYPE: kind})
        assert foreign_to_native([odd]) == []
