"""Statistics of chains with holes: what is not known counts nowhere, and never as a failure."""

import pytest

from tests.read.agent_spans import act, native, outcome
from tests.read.chains import read
from warpmetrics_otel.read.statistics import Judge, act_statistics, run_statistics

pytestmark = pytest.mark.otlp_file


def test_nothing_at_all(span_file):
    chains = read(span_file)

    assert (act_statistics(chains, Judge()), run_statistics(chains, Judge())) == ([], [])


def test_a_chain_whose_beginning_was_not_read_tells_nothing_of_attempts(span_file):
    done = [outcome(2, "Completed", classification="success")]
    span_file.follow_up(2, "Writer", of_act=1, origin=1, position=2, first=1, events=done, start=5)

    (of,) = run_statistics(read(span_file), Judge())

    assert (of.runs, of.verdicts.success, of.chains, of.whole_chains) == (1, 1, 1, 0)
    assert (of.attempts.mean, of.attempts.median, of.attempts.most) == (None, None, None)
    assert (of.first_try, of.after_retries, of.first_try_share, of.judged_chains) == (0, 0, None, 0)


def test_a_follow_up_of_a_bare_act_id_is_no_first_try(span_file):
    attributes = {"warpmetrics.act.id": native("act", 1)}
    span_file.run(2, "Writer", attributes=attributes, events=[outcome(2, "Completed", classification="success")])

    (of,) = run_statistics(read(span_file), Judge())

    assert (of.chains, of.whole_chains, of.first_try) == (1, 0, 0)


def test_an_act_counts_that_only_its_follow_up_tells_of(span_file):
    span_file.follow_up(2, "Writer", of_act=1, origin=1, position=2, first=1, start=5)

    (of,) = act_statistics(read(span_file), Judge())

    assert (of.name, of.count, of.follow_ups, of.verdicts.undecided) == ("retry", 1, 1, 1)
    assert (of.verdicts.success_share, of.results.unknown) == (None, 1)


def test_an_act_counts_that_is_about_nothing_that_was_read(span_file):
    span_file.carrier(outcome(1, "Merged", at=2), target_id=native("grp", 99))
    span_file.carrier(act(1, "announce", 1, at=3), target_id=native("oc", 1))
    span_file.carrier(act(2, "retry", 98, at=1), target_id=native("oc", 98))
    done = [outcome(5, "Completed", classification="success")]
    span_file.run(3, "Writer", attributes={"warpmetrics.act.id": native("act", 2)}, events=done)

    announce, retry = act_statistics(read(span_file), Judge())

    assert (announce.name, announce.count, announce.follow_ups) == ("announce", 1, 0)
    assert (retry.name, retry.follow_ups, retry.verdicts.success, retry.results.unknown) == ("retry", 1, 1, 1)


def test_a_follow_up_that_is_still_open_is_undecided(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Failed", classification="failure"), act(1, "retry", 1)])
    run_id = span_file.follow_up(2, "Writer", 1, 1, 2, 1, start=5)
    span_file.call(1, run_id, run_id, attributes={"gen_ai.usage.cost": 0.5})

    (of,) = act_statistics(read(span_file), Judge())

    assert (of.verdicts.undecided, of.verdicts.judged, of.verdicts.success_share) == (1, 0, None)
    assert (of.extra.tokens, of.extra.cost) == (30, 0.5)


def test_a_classification_that_nobody_knows_counts_as_none(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Odd", classification="brilliant")])

    (of,) = run_statistics(read(span_file), Judge())

    assert (of.verdicts.unclassified, of.outcomes[0].classification) == (1, None)
