"""Follow-up runs: links in both directions, what the root repeats, the chain, and how a follow-up is asked for."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler, SamplingResult

from tests.record.memory import Memory, attributes, events, links, remembered
from warpmetrics_otel import Act, Run, ids, semconv


def attempt(memory: Memory, label: str = "review", **options) -> tuple[Run, Act]:
    run = memory.wm.run(label, **options)
    return run, memory.wm.act(memory.wm.outcome(run, "Failed", {"why": 1}), "retry", {"n": 1})


def chain(memory: Memory, run: Run) -> tuple[str | None, int | None]:
    run.end()
    values = attributes(memory.of(run))
    return values.get(semconv.WARPMETRICS_CHAIN_ID), values.get(semconv.WARPMETRICS_CHAIN_POSITION)


def test_the_root_links_to_the_span_of_its_act_and_repeats_what_the_link_says(memory: Memory) -> None:
    run, act = attempt(memory)
    outcome_id = events(run.span)[0][1][semconv.WARPMETRICS_OUTCOME_ID]
    follow_up = memory.wm.run("again", follows=act)
    follow_up.end()

    span = memory.of(follow_up)
    assert span.parent is None
    assert span.context.trace_id != memory.of(run).context.trace_id
    [link] = span.links
    assert link.context == memory.of(run).context
    assert attributes(link) == {
        semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_FOLLOW_UP,
        semconv.WARPMETRICS_ACT_ID: act.id,
        semconv.WARPMETRICS_ACT_NAME: "retry",
        semconv.WARPMETRICS_OUTCOME_ID: outcome_id,
        semconv.WARPMETRICS_OUTCOME_NAME: "Failed",
        semconv.WARPMETRICS_FOLLOWS_RUN_ID: run.id,
    }
    repeated = {
        semconv.WARPMETRICS_ACT_ID: act.id,
        semconv.WARPMETRICS_FOLLOWS_RUN_ID: run.id,
        semconv.WARPMETRICS_FOLLOWS_ACT_NAME: "retry",
        semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME: "Failed",
        semconv.WARPMETRICS_CHAIN_ID: run.id,
        semconv.WARPMETRICS_CHAIN_POSITION: 2,
    }
    assert repeated.items() <= attributes(span).items()


def test_the_origin_links_back_while_it_is_open(memory: Memory) -> None:
    run, act = attempt(memory)
    follow_up = memory.wm.run("again", follows=act)

    [link] = links(memory.of(run), semconv.LINK_TYPE_FOLLOWED_BY)
    assert link.context == follow_up.span.get_span_context()
    assert attributes(link)[semconv.WARPMETRICS_ACT_ID] == act.id


def test_an_origin_that_has_ended_gets_no_link_back(memory: Memory) -> None:
    run, act = attempt(memory)
    run.end()
    follow_up = memory.wm.run("again", follows=act)
    follow_up.end()

    assert memory.of(run).links == ()
    assert links(memory.of(follow_up), semconv.LINK_TYPE_FOLLOW_UP)[0].context == memory.of(run).context


def test_an_act_on_a_group_or_call_links_to_that_span(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    call = memory.wm.record_call(group, provider="google", model="m")
    for target in (group, call):
        act = memory.wm.act(memory.wm.outcome(target, "Failed"), "retry")
        follow_up = memory.wm.run(act, "again")
        follow_up.end()
        [link] = links(memory.of(follow_up), semconv.LINK_TYPE_FOLLOW_UP)
        expected = memory.of(target) if target is group else memory.of(act)
        assert link.context == expected.context
        assert attributes(memory.of(follow_up))[semconv.WARPMETRICS_FOLLOWS_RUN_ID] == run.id


def test_positions_count_from_the_first_run_which_carries_none(memory: Memory) -> None:
    first, act = attempt(memory)
    second = memory.wm.run(act, "again")
    second_act = memory.wm.act(memory.wm.outcome(second, "Failed"), "retry")
    third = memory.wm.run(second_act, "again")

    assert chain(memory, first) == (None, None)
    assert chain(memory, second) == (first.id, 2)
    assert chain(memory, third) == (first.id, 3)


def test_two_follow_ups_of_one_act_have_the_same_position(memory: Memory) -> None:
    first, act = attempt(memory)
    runs = [memory.wm.run(act, "again"), memory.wm.run(act, "again")]

    assert [chain(memory, run) for run in runs] == [(first.id, 2), (first.id, 2)]


def test_the_chain_goes_on_from_a_portable_ref(memory: Memory) -> None:
    with remembered() as elsewhere:
        first, act = attempt(elsewhere)
        second = memory.wm.run(act.ref, "again", {"n": 2})
        with remembered() as third_place:
            second_act = memory.wm.act(memory.wm.outcome(second, "Failed"), "retry")
            third = third_place.wm.run("again", follows=second_act.ref)
            assert chain(third_place, third) == (first.id, 3)

    assert chain(memory, second) == (first.id, 2)
    values = attributes(memory.of(second))
    assert values[semconv.WARPMETRICS_FOLLOWS_ACT_NAME] == "retry"
    assert values[semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME] == "Failed"
    assert values[semconv.WARPMETRICS_OPTS] == '{"n":2}'
    assert memory.of(second).links[0].context.span_id == ids.span_id_of(first.id)


def test_a_bare_act_id_leaves_out_what_is_not_known_and_says_so_once(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    with remembered() as elsewhere:
        _, act = attempt(elsewhere)
        for _ in range(3):
            run = memory.wm.run(act.id, "again")
    run.end()

    span = memory.of(run)
    assert span.links == ()
    assert attributes(span)[semconv.WARPMETRICS_ACT_ID] == act.id
    absent = {
        semconv.WARPMETRICS_CHAIN_ID,
        semconv.WARPMETRICS_CHAIN_POSITION,
        semconv.WARPMETRICS_FOLLOWS_RUN_ID,
        semconv.WARPMETRICS_FOLLOWS_ACT_NAME,
        semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME,
    }
    assert not absent & attributes(span).keys()
    assert caplog.text.count(".ref") == 1


def test_a_bare_act_id_of_this_process_is_known(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    first, act = attempt(memory)

    assert chain(memory, memory.wm.run(act.id, "again")) == (first.id, 2)
    assert caplog.text == ""


class _Watching(Sampler):
    def __init__(self) -> None:
        self.links = []
        self.attributes = []

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None):
        self.links.append(list(links or ()))
        self.attributes.append(dict(attributes or {}))
        return SamplingResult(ALWAYS_ON.should_sample(None, trace_id, name).decision, attributes)

    def get_description(self) -> str:
        return "watching"


def test_samplers_see_the_link_and_what_identifies() -> None:
    sampler = _Watching()
    with remembered(TracerProvider(sampler=sampler, shutdown_on_exit=False)) as memory:
        first, act = attempt(memory)
        memory.wm.run(act, "again")

    [link] = sampler.links[-1]
    assert link.context.span_id == ids.span_id_of(first.id)
    assert sampler.attributes[-1][semconv.WARPMETRICS_CHAIN_ID] == first.id
    assert sampler.attributes[-1][semconv.WARPMETRICS_ENTITY_TYPE] == semconv.ENTITY_TYPE_RUN


def test_following_nothing_is_a_first_run(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    run = memory.wm.run("review", follows=None)

    assert chain(memory, run) == (None, None)
    assert caplog.text == ""


@pytest.mark.parametrize("start", ["first", "keyword"])
def test_label_and_opts_of_a_follow_up(memory: Memory, start: str) -> None:
    _, act = attempt(memory)
    run = memory.wm.run(act, "again", {"n": 2}) if start == "first" else memory.wm.run("again", {"n": 2}, follows=act)
    run.end()

    span = memory.of(run)
    assert span.name == "invoke_workflow again"
    assert attributes(span)[semconv.WARPMETRICS_OPTS] == '{"n":2}'
    assert attributes(span)[semconv.WARPMETRICS_ACT_ID] == act.id


@pytest.mark.parametrize("target", [{}, 7, object(), None], ids=["dict", "int", "object", "None"])
def test_what_is_no_act_gives_a_first_run_with_its_label(
    memory: Memory, caplog: pytest.LogCaptureFixture, target: object
) -> None:
    run = memory.wm.run(target, "review", {"n": 1})
    run.end()

    span = memory.of(run)
    assert span.name == "invoke_workflow review"
    assert attributes(span)[semconv.WARPMETRICS_OPTS] == '{"n":1}'
    assert semconv.WARPMETRICS_ACT_ID not in attributes(span)
    assert "not an act" in caplog.text


def test_an_outcome_is_no_act(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    outcome = memory.wm.outcome(memory.wm.run("review"), "Failed")
    for target in (outcome, outcome.id, outcome.ref):
        assert chain(memory, memory.wm.run(target, "again")) == (None, None)
        assert chain(memory, memory.wm.run("again", follows=target)) == (None, None)
    assert "not an act" in caplog.text
