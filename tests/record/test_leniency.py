"""The vendor SDK's leniency: a wrong target is warned about, once a place in the user's code, and never raises."""

import pytest

from tests.record.memory import Memory
from tests.record.strange import NAMES, VALUES
from warpmetrics_otel import Warpmetrics, ids

ID = ids.mint(ids.RUN)[0]

NO_TARGETS = {
    **VALUES,
    "no id": "wm_tool_x",
    "no ref": f"{ID} and more",
    "no traceparent": f"00-{0:032x}-{1:016x}-01",
    "id without suffix": "wm_run_",
    "id that is too long": "wm_run_" + "x" * 257,
}
"""What is no run, group, call, outcome or act."""

VERBS = {
    "group": lambda wm, target: wm.group(target, "g"),
    "call": lambda wm, target: wm.call(target, object()),
    "record_call": lambda wm, target: wm.record_call(target, provider="p", model="m"),
    "start_call": lambda wm, target: wm.start_call(target, provider="p", model="m"),
    "outcome": lambda wm, target: wm.outcome(target, "o"),
    "act": lambda wm, target: wm.act(target, "a"),
    "use": lambda wm, target: wm.use(target),
}


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "warpmetrics_otel"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", NO_TARGETS)
def test_a_target_that_is_none_is_warned_about_and_nothing_is_recorded(memory: Memory, caplog, verb, kind):
    VERBS[verb](memory.wm, NO_TARGETS[kind])
    assert memory.wm.flush(end_open=True).open_runs == 0
    assert memory.spans == []
    [warning] = messages(caplog)
    assert warning.startswith(f"{verb}(): the target is no ")
    assert __file__ in warning


@pytest.mark.parametrize(
    ("verb", "remedy"),
    [
        ("group", "pass what run() or group() returned"),
        ("call", "pass what run() or group() returned"),
        ("outcome", "pass what run(), group() or call() returned, its .ref"),
        ("act", "pass what outcome() returned, or its .ref"),
        ("use", "nothing is made current"),
    ],
)
def test_a_warning_says_what_to_do(memory: Memory, caplog, verb, remedy):
    VERBS[verb](memory.wm, None)
    assert remedy in messages(caplog)[0]


def wrong_kinds(wm: Warpmetrics) -> dict[str, list[object]]:
    """For each verb, handles of ours that are of the wrong kind, with their ids and refs."""
    run = wm.run("Run")
    call = wm.record_call(run, provider="p", model="m")
    outcome = wm.outcome(run, "o")
    act = wm.act(outcome, "a")
    wrong = {
        "group": [call, outcome, act],
        "call": [call, outcome, act],
        "record_call": [call, outcome, act],
        "start_call": [call, outcome, act],
        "outcome": [outcome, act],
        "act": [run, call, act],
        "use": [call, outcome, act],
    }
    return {verb: [*handles, *(handle.ref for handle in handles)] for verb, handles in wrong.items()}


@pytest.mark.parametrize("verb", VERBS)
def test_a_target_of_the_wrong_kind_is_warned_about(memory: Memory, caplog, verb):
    targets = wrong_kinds(memory.wm)[verb]
    before = len(memory.spans)
    for target in targets:
        VERBS[verb](memory.wm, target)
    memory.wm.flush(end_open=True)
    assert len(memory.spans) == before + 1
    assert sum(len(span.events) for span in memory.spans) == 2
    [warning] = messages(caplog)
    assert warning.startswith(f"{verb}(): ")


def test_what_follows_no_act_is_a_first_run(memory: Memory, caplog):
    wm = memory.wm
    run = wm.run("Run")
    for target in (run, {}, 7, NAMES["unbound proxy"], NAMES["object without text"], NAMES["huge integer"]):
        assert ids.parse_ref(wm.run(target, "First").ref).position == 1
        assert ids.parse_ref(wm.run("First", follows=target).ref).position == 1
    wm.flush(end_open=True)
    assert all(span.links == () for span in memory.spans)
    first, second = messages(caplog)
    assert first.startswith("run(): Run is not an act, so this is a first run; pass what act() returned, or its .ref")
    assert __file__ in first
    assert second.startswith("run(): Run is not an act")


def test_a_loop_warns_once_and_each_place_once(memory: Memory, caplog):
    for _ in range(3):
        memory.wm.outcome(None, "o")
        memory.wm.outcome({}, "o")
    assert len(messages(caplog)) == 2
    memory.wm.configure(tracer_provider=memory.provider)
    memory.wm.outcome(None, "o")
    assert len(messages(caplog)) == 3


def test_what_hangs_on_nothing_is_not_warned_about_again(memory: Memory, caplog):
    wm = memory.wm
    group = wm.group(None, "g")
    inner = wm.group(group, "g")
    act = wm.act(wm.outcome(inner, "o"), "a")
    run = wm.run("Run", follows=act)
    group.end()
    run.end()
    assert [span.name for span in memory.spans] == ["invoke_workflow Run"]
    assert ids.parse_ref(run.ref).position == 1
    for handle in (group, inner, act):
        assert ids.parse_ref(handle.ref).id == handle.id
    assert messages(caplog)[0].startswith("group(): ")


def test_an_unrecorded_call_is_warned_about_with_its_remedy(memory: Memory, caplog):
    run = memory.wm.run("Run")
    memory.wm.call(run, object())
    memory.wm.record_call(run, provider="p")
    unwrapped, no_model = messages(caplog)
    assert "this object did not come from a client passed to warp()" in unwrapped
    assert "use record_call()" in unwrapped
    assert "pass model=" in no_model


def test_a_bare_act_id_is_followed_with_one_warning_to_store_the_ref(memory: Memory, caplog):
    act_id, _ = ids.mint(ids.ACT)
    run = memory.wm.run("Run", follows=act_id)
    run.end()
    [warning] = messages(caplog)
    assert "store act.ref, not act.id" in warning
    [span] = memory.spans
    assert span.links == ()
    assert ids.parse_ref(run.ref).chain_id in (None, run.id)


def test_ref_of_nothing_is_none(memory: Memory, caplog):
    for target in NO_TARGETS.values():
        assert memory.wm.ref(target) is None
        assert memory.wm.ref(target, portable=True) is None
    assert messages(caplog) == []
