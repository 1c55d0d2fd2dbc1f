"""What ends a run or group that is in no block, at what time, and what its span says of it."""

import gc

from tests.record.memory import Memory, attributes, remembered
from warpmetrics_otel import semconv


def test_end_ends_at_the_last_recorded_activity(memory: Memory) -> None:
    run = memory.wm.run("review")
    call = memory.wm.record_call(run, provider="google", model="m")
    memory.wm.run("another, later")
    run.end()

    assert run.ended
    assert memory.of(run).end_time == memory.of(call).end_time
    assert memory.reason(run) == semconv.END_REASON_END


def test_a_handle_nothing_happened_on_has_no_length(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()

    assert memory.of(run).end_time == memory.of(run).start_time


def test_an_outcome_is_an_activity(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Completed")
    run.end()

    assert memory.of(run).end_time == memory.of(run).events[0].timestamp


def test_what_happens_beneath_is_activity_of_what_is_above(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    inner = memory.wm.group(group, "first")
    memory.wm.outcome(inner, "Completed")
    run.end()

    last = memory.of(inner).events[0].timestamp
    assert [memory.of(handle).end_time for handle in (run, group, inner)] == [last, last, last]


def test_ending_twice_ends_once(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()
    run.end()
    with run:
        pass

    assert memory.reason(run) == semconv.END_REASON_END


def test_a_parent_ends_what_is_open_beneath_it(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    inner = memory.wm.group(group, "first")
    group.end()

    assert not memory.ended(run)
    assert memory.reason(group) == semconv.END_REASON_END
    assert memory.reason(inner) == semconv.END_REASON_PARENT
    assert [span.name for span in memory.spans] == ["first", "draft"]


def test_the_end_of_a_block_ends_what_is_open_beneath_it(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        group = memory.wm.group(run, "draft")

    assert memory.reason(group) == semconv.END_REASON_PARENT
    assert memory.of(group).end_time <= memory.of(run).end_time


def test_what_is_in_its_own_block_is_not_ended_by_its_parent(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.group(run, "draft") as group:
        run.end()
        assert memory.reason(run) == semconv.END_REASON_END
        assert not memory.ended(group)
        memory.wm.outcome(group, "Completed")

    assert memory.reason(group) is None
    assert attributes(memory.of(group))[semconv.WARPMETRICS_OUTCOME_NAME] == "Completed"


def test_a_live_call_in_its_own_block_is_not_ended_by_its_parent(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.start_call(run, provider="google", model="m") as live:
        run.end()
        live.response_id = "r1"

    assert attributes(memory.of(live))[semconv.GEN_AI_RESPONSE_ID] == "r1"


def test_a_live_call_that_its_parent_ends_keeps_what_was_known(memory: Memory) -> None:
    run = memory.wm.run("review")
    live = memory.wm.start_call(run, provider="google", model="m")
    live.response_id = "r1"
    run.end()
    live.end()

    assert attributes(memory.of(live))[semconv.GEN_AI_RESPONSE_ID] == "r1"


def test_a_follow_up_ends_the_run_it_follows(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    act = memory.wm.act(memory.wm.outcome(group, "Failed"), "retry")
    assert not memory.ended(run)
    follow_up = memory.wm.run(act, "again")

    assert memory.reason(run) == semconv.END_REASON_FOLLOW_UP
    assert memory.reason(group) == semconv.END_REASON_PARENT
    assert not memory.ended(follow_up)
    assert memory.of(run).end_time <= follow_up.span.start_time


def test_a_follow_up_does_not_end_a_block(memory: Memory) -> None:
    with memory.wm.run("review") as run:
        act = memory.wm.act(memory.wm.outcome(run, "Failed"), "retry")
        memory.wm.run(act, "again").end()
        assert not memory.ended(run)

    assert memory.reason(run) is None


def test_a_dropped_handle_is_ended_by_the_next_verb(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Completed")
    run_id = run.id
    del run
    gc.collect()
    memory.wm.run("another")

    span = memory.of(run_id)
    assert attributes(span)[semconv.WARPMETRICS_END_REASON] == semconv.END_REASON_COLLECTED
    assert span.end_time == span.events[0].timestamp


def test_a_dropped_handle_is_ended_even_if_no_verb_follows(memory: Memory) -> None:
    run_id = memory.wm.run("review").id

    memory.wait_for_end(run_id)
    assert attributes(memory.of(run_id))[semconv.WARPMETRICS_END_REASON] == semconv.END_REASON_COLLECTED


def test_what_is_beneath_keeps_what_is_above_open(memory: Memory) -> None:
    inner = memory.wm.group(memory.wm.group(memory.wm.run("review"), "draft"), "first")
    gc.collect()
    memory.wm.flush()
    assert memory.spans == []

    del inner
    memory.wm.flush()
    assert sorted(span.name for span in memory.spans) == ["draft", "first", "invoke_workflow review"]


def test_an_outcome_or_act_that_is_held_keeps_its_target_open(memory: Memory) -> None:
    act = memory.wm.act(memory.wm.outcome(memory.wm.run("review"), "Failed"), "retry")
    gc.collect()
    memory.wm.run("another").end()
    assert [span.name for span in memory.spans] == ["invoke_workflow another"]

    memory.wm.run(act, "again")
    assert attributes(memory.named("invoke_workflow review"))[semconv.WARPMETRICS_END_REASON] == "follow_up"


def test_what_happens_in_an_open_block_beneath_is_activity_too(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.group(run, "draft") as group:
        memory.wm.outcome(group, "Completed")
        run.end()

    assert memory.of(run).end_time == memory.of(group).events[0].timestamp
    assert memory.of(run).end_time <= memory.of(group).end_time


def test_idle_with_an_outcome_ends() -> None:
    with remembered(idle_timeout=0.05) as memory:
        decided, undecided = memory.wm.run("decided"), memory.wm.run("undecided")
        with memory.wm.run("block") as block:
            memory.wm.outcome(decided, "Completed")
            memory.wm.outcome(block, "Completed")
            memory.wait_for_end(decided.id)

            assert memory.reason(decided) == semconv.END_REASON_IDLE
            assert memory.of(decided).end_time == memory.of(decided).events[0].timestamp
            assert not memory.ended(undecided)
            assert not memory.ended(block)


def test_shutdown_ends_all_but_blocks(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.run("block") as block:
        memory.wm.shutdown()
        assert memory.reason(run) == semconv.END_REASON_SHUTDOWN
        assert not memory.ended(block)

    assert memory.reason(block) is None


def test_an_ended_handle_takes_children_and_late_outcomes(memory: Memory) -> None:
    run = memory.wm.run("review")
    run.end()
    group = memory.wm.group(run, "late")
    call = memory.wm.record_call(run, provider="google", model="m")
    outcome = memory.wm.outcome(run, "Completed")
    group.end()

    root = memory.of(run).context
    for child in (memory.of(group), memory.of(call), memory.of(outcome)):
        assert child.context.trace_id == root.trace_id
        assert child.parent.span_id == root.span_id
    assert memory.of(run).events == ()
    assert [event.name for event in memory.of(outcome).events] == [semconv.EVENT_OUTCOME]
