"""Follow-up runs that are named by the run that they follow, whose root links to them."""

import pytest

from tests.read.agent_spans import act, link, native, outcome
from tests.read.chains import only_chain, read
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.otlp_file

RUN = native("run", 1)


def followed_by(span_file, number, **said):
    run_id = native("run", number)
    to_follow_up = link(
        ids.trace_id_of(run_id), ids.span_id_of(run_id), WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_FOLLOWED_BY, **said
    )
    events = [outcome(1, "Failed"), act(1, "retry", 1)]
    span_file.run(1, "Writer", events=events, links=[to_follow_up])


@pytest.mark.parametrize("said", [{}, {"WARPMETRICS_ACT_ID": native("act", 1)}])
def test_a_follow_up_that_says_nothing_is_named_by_its_origin(span_file, said):
    followed_by(span_file, 2, **said)
    span_file.run(2, "Writer", start=5)

    first, second = only_chain(span_file).runs

    assert first.acts[0].follow_ups == [second]
    assert (second.follows.run_id, second.missing) == (RUN, False)


def test_a_follow_up_that_is_still_open_is_named_by_its_origin(span_file):
    followed_by(span_file, 2, WARPMETRICS_ACT_ID=native("act", 1))
    run_id = native("run", 2)
    span_file.group(2, "Draft", run_id, run_id)

    first, second = only_chain(span_file).runs

    assert first.acts[0].follow_ups == [second]
    assert (second.id, second.missing, [group.label for group in second.groups]) == (run_id, True, ["Draft"])


def test_a_follow_up_of_which_nothing_was_read_is_taken_down_as_missing(span_file):
    followed_by(span_file, 2)

    first, second = only_chain(span_file).runs

    assert (second.id, second.missing) == (native("run", 2), True)
    assert first.acts[0].follow_ups == [second]


def test_a_follow_up_is_believed_over_what_names_it(span_file):
    followed_by(span_file, 3)
    span_file.run(2, "Writer", events=[outcome(2, "Failed"), act(2, "retry", 2)])
    span_file.follow_up(3, "Writer", of_act=2, origin=2, position=2, first=2, start=5)

    named, origin = read(span_file).chains

    assert [[run.id for run in chain.runs] for chain in (named, origin)] == [
        [RUN],
        [native("run", 2), native("run", 3)],
    ]


def test_runs_that_name_each_other_as_followed_are_cut_above_the_first(span_file):
    for number, named in ((1, 2), (2, 1), (3, 3)):
        run_id = native("run", named)
        to_named = link(
            ids.trace_id_of(run_id), ids.span_id_of(run_id), WARPMETRICS_LINK_TYPE=semconv.LINK_TYPE_FOLLOWED_BY
        )
        events = [outcome(number, "Failed"), act(number, "retry", number)]
        span_file.run(number, "Writer", start=number, events=events, links=[to_named])

    circle, alone = read(span_file).chains

    assert [run.id for run in circle.runs] == [RUN, native("run", 2)]
    assert [run.id for run in circle.roots] == [RUN]
    assert [run.id for run in alone.runs] == [native("run", 3)]
