"""What others' spans hang on: ours, what is not at hand, and what has not ended."""

import pytest

from tests.record.memory import remembered
from tests.translate.spans import CHAT, EMBEDDINGS, RUN, START, TRACE_ID, agent, http, native, ours, parents, span
from warpmetrics_otel import ids
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.foreign import call_id, group_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.views import view

LOW_64 = (1 << 64) - 1


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


@pytest.mark.parametrize(
    ("trace_state", "run_id"),
    [
        ("warpmetrics=run", RUN),
        ("vendor=1, warpmetrics=run", RUN),
        ("warpmetrics=wm_run_joined,vendor=1", "wm_run_joined"),
    ],
)
def test_a_trace_state_names_the_run_that_another_process_recorded(trace_state, run_id):
    top = http(parent=0x99, trace_state=trace_state)
    rows = native(top, span(parent=top, trace_state=trace_state))
    assert rows["runs"] == []
    assert [link["parentId"] for link in rows["links"]] == [run_id]


@pytest.mark.parametrize("trace_state", ["", "vendor=run", "warpmetrics=wm_act_1", "warpmetrics=", "warpmetrics"])
def test_a_trace_state_that_names_no_run_leaves_the_trace_one(trace_state):
    top = http(parent=0x99, trace_state=trace_state)
    rows = native(top, span(parent=top, trace_state=trace_state))
    assert [row["id"] for row in rows["runs"]] == [RUN]
