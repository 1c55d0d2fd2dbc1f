"""What is told of spans of others, and when: whatever comes first, and whether starts are heard of or not."""

import itertools

import pytest

from tests.bridge.spans import AGENT, CALL, EMBEDDING, TRACE, Event, Limits, Program, call_id
from warpmetrics_otel import ids
from warpmetrics_otel.entities import Call, Link, Outcome, Run

RUN = ids.run_id_of_trace(TRACE)
SERVED = {"http.request.method": "GET"}


@pytest.fixture(params=[True, False], ids=["processor", "exporter"])
def program(request):
    return Program(sees_starts=request.param)


@pytest.fixture
def live():
    return Program(sees_starts=True)


@pytest.fixture
def alone():
    return Program(sees_starts=False)


def agent_at_work(program):
    root = program.start("GET /chat", SERVED)
    agent = program.start("invoke_agent Bob", AGENT, root)
    program.call(program.end(program.start("POST", SERVED, agent)))
    program.call(agent)
    program.end(agent)
    program.end(root)
    return root


def test_a_trace_with_an_llm_call_is_a_run_with_its_agents_as_groups(program):
    root = program.start("GET /chat", SERVED)
    agent = program.start("invoke_agent Bob", AGENT, root)
    http = program.start("POST", SERVED, agent)
    program.call(http)
    program.end(http)
    program.call(agent)
    program.end(agent)
    assert program.told == []
    program.end(root)
    assert program.runs == ["GET /chat"]
    assert program.tree == {"Bob": "GET /chat", "call 0": "Bob", "call 1": "Bob"}
    assert [run.id for run in program.rows(Run)] == [RUN]
    assert len(program.gathering) == 0


def test_a_call_alone_is_a_run_at_once(program):
    span = program.call()
    assert program.runs == ["chat m"]
    assert [call.id for call in program.rows(Call)] == [call_id(span)]
    assert len(program.gathering) == 0


@pytest.mark.parametrize("attributes", [SERVED, AGENT, EMBEDDING], ids=["http", "agent", "embedding"])
def test_a_trace_without_an_llm_call_is_nothing(program, attributes):
    root = program.start("GET /", SERVED)
    program.call(root, attributes)
    program.end(root)
    program.release()
    assert program.told == []
    assert len(program.gathering) == 0


def test_what_is_long_under_way_is_told_meanwhile(live):
    root = live.start("worker", SERVED)
    agent = live.start("invoke_agent Bob", AGENT, root)
    live.call(agent)
    live.wait(9.9)
    assert live.told == []
    live.wait(0.1)
    assert live.tree == {"Bob": "worker", "call 0": "Bob"}
    live.call(agent)
    live.wait(10)
    live.call(root)
    live.end(agent)
    live.end(root)
    assert live.tree == {"Bob": "worker", "call 0": "Bob", "call 1": "Bob", "call 2": "worker"}
    assert len(live.told) == 1 + 2 + 3 * 2
    assert dict(live.gathering.early) == {"time": 2}
    assert len(live.gathering) == 0


def test_agents_wait_for_the_first_call_of_their_trace(live):
    root = live.start("worker", SERVED)
    live.call(root, AGENT)
    live.wait(100)
    assert live.told == []
    live.call(root)
    live.end(root)
    assert live.tree == {"Bob": "worker", "call 0": "worker"}


def test_a_request_seen_twice_is_told_once_even_when_the_outer_one_ends_much_later(live):
    root = live.start("worker", SERVED)
    outer = live.start("ChatOpenAI.chat", SERVED, root)
    inner = live.call(outer)
    live.wait(10)
    live.end(outer, attributes=CALL)
    live.end(root)
    assert [call.id for call in live.rows(Call)] == [call_id(inner)]


def test_the_parent_that_an_exporter_has_not_seen_is_waited_for_and_then_gone_without(alone):
    root = alone.start("GET /chat", SERVED)
    agent = alone.start("invoke_agent Bob", AGENT, root)
    alone.call(agent)
    alone.wait(10)
    assert alone.runs == []
    assert [link.parent_id for link in alone.rows(Link)] == [RUN]
    alone.end(agent)
    alone.end(root)
    assert alone.runs == ["GET /chat"]
    assert len(alone.rows(Call)) == 1


def test_a_parent_that_never_comes_costs_no_call(alone):
    alone.call(0x99)
    alone.release()
    assert [link.parent_id for link in alone.rows(Link)] == [RUN]
    assert len(alone.gathering) == 0


def test_a_span_whose_parent_is_in_another_process_waits_for_nobody(program):
    span = program.call(0x99, remote=True)
    assert program.runs == ["chat m"]
    assert [call.id for call in program.rows(Call)] == [call_id(span)]


def test_beneath_a_run_of_another_process_only_the_call_is_told(program):
    program.call(TRACE & ((1 << 64) - 1), remote=True)
    assert program.runs == []
    assert [link.parent_id for link in program.rows(Link)] == [RUN]


def test_what_is_beneath_a_group_of_ours_hangs_on_it(live):
    live.entity(0x77, "wm_grp_ours")
    tool = live.start("tool", SERVED, 0x77)
    live.call(tool)
    live.end(tool)
    live.call(0x77)
    assert live.runs == []
    assert {link.parent_id for link in live.rows(Link)} == {"wm_grp_ours"}
    assert len(live.rows(Call)) == 2


def test_a_group_of_ours_that_ends_after_what_is_beneath_it_is_found(alone):
    tool = alone.start("tool", SERVED, 0x77)
    alone.call(tool)
    alone.end(tool)
    assert alone.told == []
    alone.entity(0x77, "wm_grp_ours")
    assert [link.parent_id for link in alone.rows(Link)] == ["wm_grp_ours"]
    assert alone.runs == []


def test_beneath_another_s_run_nothing_is_told():
    tenant = Program(sees_starts=True, accepts=lambda native_id: native_id == "wm_run_mine")
    tenant.entity(0x77, "wm_run_theirs")
    tenant.call(0x77)
    tenant.wait(100)
    assert tenant.told == []
    tenant.entity(0x78, "wm_run_mine")
    tenant.call(0x78)
    assert len(tenant.rows(Call)) == 1


def test_without_inferring_only_what_is_beneath_ours_is_told():
    program = Program(sees_starts=True, infer_runs=False)
    program.call()
    program.wait(100)
    assert program.told == []
    program.entity(0x77, "wm_run_ours")
    program.call(0x77)
    assert len(program.rows(Call)) == 1


def test_a_failure_of_the_run_is_told_when_it_happens(live):
    root = live.start("worker", SERVED)
    live.call(root)
    live.wait(10)
    assert live.outcomes == []
    live.end(root, status_code=2, status_message="out of paper")
    assert live.outcomes == [("Error", RUN)]
    assert live.rows(Outcome)[0].opts == {"error": "out of paper"}


def test_an_evaluation_of_a_span_that_was_told_is_told_too(live):
    root = live.start("worker", SERVED)
    live.call(root)
    live.wait(10)
    score = Event("gen_ai.evaluation.result", 5, {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 1})
    live.end(root, events=[score])
    assert live.outcomes == [("tone", RUN)]


def test_what_comes_beneath_a_span_that_is_over_still_finds_its_place(live):
    root = live.start("GET /chat", SERVED)
    task = live.start("task", SERVED, root)
    live.call(task)
    live.end(task)
    live.end(root)
    late = live.start("background", SERVED, task)
    live.call(late)
    live.end(late)
    assert live.tree == {"call 0": "GET /chat", "call 1": "GET /chat"}


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))], ids=str)
def test_a_call_is_told_once_in_whatever_order_spans_end(alone, order):
    root = alone.start("GET /chat", SERVED)
    agent = alone.start("invoke_agent Bob", AGENT, root)
    spans = [root, agent, alone.start("POST", SERVED, agent), alone.start("chat", CALL, agent)]
    for number in order:
        alone.end(spans[number])
    alone.release()
    assert [run.id for run in alone.rows(Run)] == [RUN]
    assert alone.runs == ["GET /chat"]
    assert len(alone.rows(Call)) == 1
    if order[-1] == 0:
        assert alone.tree == {"Bob": "GET /chat", "call 0": "Bob"}


def test_what_a_request_has_set_going_bears_its_name(live):
    root = live.start("GET /chat", SERVED)
    live.end(root)
    live.call(root)
    assert live.tree == {"call 0": "GET /chat"}
    assert len(live.gathering) == 0


def test_spans_that_hang_on_each_other_in_a_circle_end_somewhere(alone):
    first = alone.start("a", CALL)
    second = alone.start("b", CALL, first)
    alone.end(first, parent_span_id=second.span_id)
    alone.end(second)
    alone.call(second)
    alone.release()
    assert len(alone.gathering) == 0


def test_when_too_many_wait_the_oldest_tree_goes_as_it_is():
    program = Program(sees_starts=True, limits=Limits(entities=10))
    roots = [program.start(f"root {number}", SERVED) for number in range(3)]
    for number in range(12):
        program.call(roots[number // 4])
    assert program.gathering.waiting <= 10
    assert len(program.rows(Call)) == 4
    assert dict(program.gathering.early) == {"entities": 4}


def test_when_too_much_is_on_what_waits_the_oldest_tree_goes_as_it_is():
    program = Program(sees_starts=True, limits=Limits(size=10_000))
    root = program.start("root", SERVED)
    for _ in range(3):
        program.call(root, {**CALL, "gen_ai.output.messages": "x" * 4000})
    assert len(program.rows(Call)) == 3
    assert dict(program.gathering.early) == {"bytes": 3}


def test_what_is_remembered_of_open_spans_is_bounded():
    program = Program(sees_starts=True, limits=Limits(spans=100))
    roots = [program.start(f"root {number}", SERVED) for number in range(300)]
    program.call(roots[0])
    assert len(program.gathering) <= 100
    assert program.gathering.early["spans"] > 0
    for root in roots:
        program.end(root)
    program.release()
    assert len(program.gathering) == 0
    assert len(program.rows(Call)) == 1


def test_nothing_is_left_of_spans_without_llms():
    program = Program(sees_starts=True)
    root = program.start("worker", SERVED)
    for _ in range(1000):
        program.call(root, SERVED)
    assert len(program.gathering) == 1
