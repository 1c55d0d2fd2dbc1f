"""Each way in which a follow-up run names what it follows, alone."""

import pytest

from tests.read.agent_spans import act, link, native, outcome
from tests.read.chains import only_chain, read
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.otlp_file

RUN = native("run", 1)
TRACE = ids.trace_id_of(RUN)


def names(entity):
    return [each.name for each in entity.outcomes]


def follow_up(span_file, on_root=(), on_link=(), linked=True):
    """A second run that says just this much of where it comes from."""
    facts = {
        semconv.WARPMETRICS_ACT_ID: native("act", 1),
        semconv.WARPMETRICS_ACT_NAME: "retry",
        semconv.WARPMETRICS_OUTCOME_ID: native("oc", 1),
        semconv.WARPMETRICS_OUTCOME_NAME: "Failed",
        semconv.WARPMETRICS_FOLLOWS_RUN_ID: RUN,
        semconv.WARPMETRICS_FOLLOWS_ACT_NAME: "retry",
        semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME: "Failed",
        semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_FOLLOW_UP,
    }
    links = []
    if linked:
        to_origin = link(TRACE, ids.span_id_of(RUN))
        links = [type(to_origin)(to_origin.context, {key: facts[key] for key in on_link})]
    span_file.run(2, "Writer", attributes={key: facts[key] for key in on_root}, links=links, start=5)


WAYS = {
    "the act's id on the root": {"on_root": [semconv.WARPMETRICS_ACT_ID], "linked": False},
    "the act's id, and a link whose attributes vanished": {"on_root": [semconv.WARPMETRICS_ACT_ID]},
    "the act's id on the link": {"on_link": [semconv.WARPMETRICS_LINK_TYPE, semconv.WARPMETRICS_ACT_ID]},
    "a link of its type": {"on_link": [semconv.WARPMETRICS_LINK_TYPE]},
    "the run's id": {"on_root": [semconv.WARPMETRICS_FOLLOWS_RUN_ID], "linked": False},
    "the act's name, and a bare link": {"on_root": [semconv.WARPMETRICS_FOLLOWS_ACT_NAME]},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_follow_up_needs_one_way_to_its_act(span_file, way):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    follow_up(span_file, **WAYS[way])

    chain = only_chain(span_file)

    first, second = chain.runs
    assert (first.id, second.id, chain.roots) == (RUN, native("run", 2), [first])
    (failed,) = first.outcomes
    (retry,) = failed.acts
    assert (retry.follow_ups, retry.missing) == ([second], False)


@pytest.mark.parametrize(
    ("way", "acts"),
    [
        ("the act's id, and a link whose attributes vanished", [("retry", False)]),
        ("the run's id", [("", True)]),
        ("the act's name, and a bare link", [("retry", True)]),
    ],
)
def test_an_act_that_was_not_read_is_taken_down_as_missing(span_file, way, acts):
    events = [outcome(1, "Failed")]
    if way == "the act's id, and a link whose attributes vanished":
        events.append(act(1, "retry", 1))
    span_file.run(1, "Writer", events=events)
    follow_up(span_file, **WAYS[way])

    first, second = only_chain(span_file).runs

    assert [(each.name, each.missing) for each in first.acts] == acts
    assert first.acts[0].follow_ups == [second]


def test_an_act_taken_down_hangs_on_the_outcome_that_the_follow_up_names(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), outcome(2, "Slow", at=2)])
    follow_up(span_file, [semconv.WARPMETRICS_ACT_ID, semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME])

    first, second = only_chain(span_file).runs

    assert {each.name: [act.follow_ups for act in each.acts] for each in first.outcomes} == {
        "Failed": [[second]],
        "Slow": [],
    }


def test_a_first_run_that_was_not_read_is_drawn_from_what_its_follow_up_says(span_file):
    span_file.follow_up(2, "Writer", of_act=1, origin=1, position=2, first=1)

    chain = only_chain(span_file)

    first, second = chain.runs
    assert (first.id, first.missing, second.missing) == (RUN, True, False)
    (failed,) = first.outcomes
    (retry,) = failed.acts
    assert (failed.name, failed.missing, retry.name, retry.missing) == ("Failed", True, "retry", True)
    assert (retry.id, retry.follow_ups) == (native("act", 1), [second])
    assert chain.id == RUN


def test_follow_ups_of_a_bare_act_id_start_a_chain_and_say_what_they_follow(span_file):
    follow_up(span_file, [semconv.WARPMETRICS_ACT_ID], linked=False)

    (run,) = only_chain(span_file).runs

    assert run.follows.act_id == native("act", 1)
    assert (run.number, run.missing) == (None, False)


def test_runs_whose_joint_is_missing_are_one_chain_by_its_id(span_file):
    span_file.run(1, "Writer")
    attributes = {semconv.WARPMETRICS_CHAIN_ID: RUN, semconv.WARPMETRICS_CHAIN_POSITION: 3}
    span_file.run(3, "Writer", attributes=attributes, start=20)
    span_file.run(9, "Another", start=30)

    writer, another = read(span_file).chains

    assert writer.id == RUN
    assert [run.id for run in writer.roots] == [run.id for run in writer.runs] == [RUN, native("run", 3)]
    assert [run.id for run in another.runs] == [native("run", 9)]


def test_one_act_may_have_several_follow_ups(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "fan out", 1)])
    for number in (4, 2, 3):
        span_file.follow_up(number, "Writer", 1, 1, 2, 1, start=number)

    first, *rest = only_chain(span_file).runs

    assert first.acts[0].follow_ups == rest
    assert [run.id for run in rest] == [native("run", number) for number in (2, 3, 4)]


def test_a_follow_up_whose_position_is_not_known_comes_when_it_started(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    follow_up(span_file, [semconv.WARPMETRICS_ACT_ID], linked=False)
    span_file.follow_up(3, "Writer", 1, 1, 2, 1, start=4)

    first, *rest = only_chain(span_file).runs

    assert [run.number for run in rest] == [2, None]
    assert first.acts[0].follow_ups == rest


def test_a_caller_link_is_no_follow_up(span_file):
    span_file.run(1, "Outer", events=[outcome(1, "Failed"), act(1, "retry", 1)])
    to_caller = link(TRACE, ids.span_id_of(RUN), WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_CALLER)
    span_file.run(2, "Inner", links=[to_caller])
    span_file.run(3, "Inner, read from a backend that drops what links say", links=[link(TRACE, ids.span_id_of(RUN))])

    assert len(read(span_file).chains) == 3


def test_what_nothing_located_is_placed_where_its_follow_up_comes_from(span_file):
    span_file.run(1, "Writer", events=[outcome(5, "Slow", at=9)])
    span_file.carrier(outcome(1, "Merged", at=2), target_id=native("grp", 99))
    span_file.carrier(act(1, "announce", 1, at=3), target_id=native("oc", 1))
    span_file.carrier(act(2, "retry", 98, at=1), target_id=native("oc", 98))
    span_file.follow_up(2, "Announcer", of_act=1, origin=1, position=2, first=1, act_name="announce", start=4)
    span_file.follow_up(3, "Writer", of_act=2, origin=1, position=2, first=1, start=5)

    first, second, third = only_chain(span_file).runs

    assert [(each.name, each.missing, [act.name for act in each.acts]) for each in first.outcomes] == [
        ("Merged", False, ["announce"]),
        ("Slow", False, []),
        ("Failed", True, ["retry"]),
    ]
    assert [act.follow_ups for act in first.acts] == [[second], [third]]


def test_follow_ups_of_an_act_that_was_not_read_are_one_chain(span_file):
    for number in (2, 3):
        attributes = {semconv.WARPMETRICS_ACT_ID: native("act", 1)}
        span_file.run(number, "Writer", attributes=attributes, start=number)

    chain = only_chain(span_file)

    assert [run.id for run in chain.roots] == [run.id for run in chain.runs] == [native("run", 2), native("run", 3)]


def test_one_follow_up_tells_where_the_act_of_another_is(span_file):
    span_file.run(1, "Writer")
    span_file.run(2, "Writer", attributes={semconv.WARPMETRICS_ACT_ID: native("act", 1)}, start=9)
    facts = {semconv.WARPMETRICS_ACT_ID: native("act", 1), semconv.WARPMETRICS_FOLLOWS_RUN_ID: RUN}
    span_file.run(3, "Writer", attributes=facts, start=5)

    first, third, second = only_chain(span_file).runs

    assert [run.id for run in (first, third, second)] == [RUN, native("run", 3), native("run", 2)]
    assert [each.follow_ups for each in first.acts] == [[third, second]]


def test_a_follow_up_of_an_act_about_nothing_that_was_read_is_known_to_the_act(span_file):
    span_file.carrier(act(1, "retry", 98, at=1), target_id=native("oc", 98))
    span_file.run(2, "Writer", attributes={semconv.WARPMETRICS_ACT_ID: native("act", 1)}, start=9)

    chains = read(span_file)

    (retry,) = chains.unattached
    (chain,) = chains.chains
    assert retry.follow_ups == chain.runs == chain.roots


def test_clocks_that_disagree_do_not_turn_a_chain_around(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed", at=50), act(1, "retry", 1, at=40)], start=100, end=90)
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, start=10, end=11, events=[outcome(2, "Done", at=2)])

    first, second = only_chain(span_file).runs

    assert (first.id, first.number, first.duration_ns, second.number) == (RUN, 1, 0, 2)
    assert first.acts[0].follow_ups == [second]
