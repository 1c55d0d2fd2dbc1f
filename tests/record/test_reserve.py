"""Reserved acts: an id that is handed out before the act happens."""

import pytest

from tests.record.memory import Memory, attributes, events
from warpmetrics_otel import ids, semconv


def test_a_reserved_act_is_followed_before_it_happens(memory: Memory) -> None:
    reserved = memory.wm.reserve(memory.wm.act("Review", {"by": "bot", "n": 1}))
    run = memory.wm.run("publish")
    follow_up = memory.wm.run(reserved, "review")
    outcome = memory.wm.outcome(run, "Completed")
    act = memory.wm.act(outcome, reserved, {"n": 2})
    run.end()
    follow_up.end()

    assert act.id == reserved.id
    name, event = events(memory.of(run))[1]
    assert name == semconv.EVENT_ACT
    assert event[semconv.WARPMETRICS_ACT_ID] == reserved.id
    assert event[semconv.WARPMETRICS_ACT_NAME] == "Review"
    assert event[semconv.WARPMETRICS_OUTCOME_ID] == outcome.id
    assert event[semconv.WARPMETRICS_OPTS] == '{"by":"bot","n":2}'
    root = attributes(memory.of(follow_up))
    assert root[semconv.WARPMETRICS_ACT_ID] == reserved.id
    assert root[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] == "Review"


def test_a_reserved_act_has_an_id_and_a_ref(memory: Memory) -> None:
    reserved = memory.wm.reserve(memory.wm.act("Review"))

    assert ids.kind_of(reserved.id) == ids.ACT
    assert memory.wm.ref(reserved) == reserved.id
    assert ids.parse_ref(reserved.ref).act_name == "Review"


def test_a_reserved_act_is_found_by_its_id(memory: Memory) -> None:
    reserved = memory.wm.reserve(memory.wm.act("Review"))
    run = memory.wm.run(reserved.id, "review")
    run.end()

    assert attributes(memory.of(run))[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] == "Review"


def test_a_described_act_alone_records_nothing(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.wm.act("Review", {"by": "bot"})

    assert memory.spans == []
    assert caplog.text == ""


def test_after_it_happened_a_follow_up_has_its_link(memory: Memory) -> None:
    reserved = memory.wm.reserve(memory.wm.act("Review"))
    run = memory.wm.run("publish")
    memory.wm.act(memory.wm.outcome(run, "Completed"), reserved)
    follow_up = memory.wm.run(reserved, "review")
    follow_up.end()

    assert memory.of(follow_up).links[0].context == memory.of(run).context
    assert attributes(memory.of(follow_up))[semconv.WARPMETRICS_CHAIN_ID] == run.id


def test_an_act_happens_once(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    run = memory.wm.run("publish")
    outcome = memory.wm.outcome(run, "Completed")
    run.end()
    reserved = memory.wm.reserve(memory.wm.act("Review"))
    first = memory.wm.act(outcome, reserved)
    assert memory.wm.act(outcome, reserved) == first

    assert len(memory.carriers()) == 1
    assert "recorded already" in caplog.text


def test_a_wrong_target_leaves_a_reserved_act_to_be_completed(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    run = memory.wm.run("publish")
    reserved = memory.wm.reserve(memory.wm.act("Review"))
    memory.wm.act(run, reserved)
    assert "no outcome" in caplog.text
    memory.wm.act(memory.wm.outcome(run, "Completed"), reserved)
    run.end()

    assert [name for name, _ in events(memory.of(run))] == [semconv.EVENT_OUTCOME, semconv.EVENT_ACT]
