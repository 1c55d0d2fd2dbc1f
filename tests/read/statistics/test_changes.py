"""What a follow-up changed, whether it did better, and which outcome says so."""

import pytest

from tests.read.agent_spans import act, native, outcome
from warpmetrics_otel import semconv
from warpmetrics_otel.read import assemble, read_spans
from warpmetrics_otel.read.statistics import Judge, changes, deciding_outcome
from warpmetrics_otel.read.statistics.differences import differences
from warpmetrics_otel.read.statistics.scores import scores_of

pytestmark = pytest.mark.otlp_file

FIRST, SECOND = native("run", 1), native("run", 2)


def chain_of(span_file, before, after, before_opts=None, after_opts=None):
    """A run and its retry with these outcomes, each (name, classification, opts)."""
    events = [outcome(number, *rest[:1], at=number, classification=rest[1], opts=rest[2])
              for number, rest in enumerate(before, start=1)]  # fmt: skip
    span_file.run(1, "Writer", opts=before_opts, events=[*events, act(1, "retry", 1, at=9)])
    events = [outcome(number, *rest[:1], at=number, classification=rest[1], opts=rest[2])
              for number, rest in enumerate(after, start=11)]  # fmt: skip
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, opts=after_opts, events=events, start=10)
    (chain,) = assemble(read_spans(span_file.path)).chains
    return chain


def change_of(span_file, *rest, judge=None, **more):
    return changes(chain_of(span_file, *rest, **more), judge or Judge())[SECOND]


def said(name, classification=None, score=None, metric=None):
    opts = {"score": score, "metric": metric} if metric else None if score is None else {"score": score}
    return (name, classification, opts)


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        (said("Failed", "failure"), said("Completed", "success"), "better"),
        (said("Completed", "success"), said("Failed", "failure"), "worse"),
        (said("Failed", "failure"), said("Postponed", "neutral"), "better"),
        (said("Postponed", "neutral"), said("Failed", "failure"), "worse"),
        (said("Below"), said("Completed", "success"), "better"),
        (said("Below"), said("Failed", "failure"), "worse"),
        (said("Failed", "failure"), said("Error", "failure"), "same"),
        (said("Below"), said("Below"), "same"),
        (said("Below"), said("Merged"), None),
        (said("Below"), said("Postponed", "neutral"), None),
        (said("Below", None, 3), said("Below", None, 4), "better"),
        (said("Below", None, 3), said("Merged", None, 2), "worse"),
        (said("Below", None, 3), said("Merged", None, 3), "same"),
        (said("Failed", "failure", 9), said("Completed", "success", 1), "better"),
        (said("Below", None, 3, "speed"), said("Merged", None, 4, "taste"), None),
    ],
)
def test_whether_a_retry_did_better(span_file, before, after, result):
    assert change_of(span_file, [before], [after]).result == result


def test_without_an_outcome_nobody_knows(span_file):
    assert change_of(span_file, [said("Failed", "failure")], []).result is None


def test_a_name_declared_a_success_makes_it_better(span_file):
    outcomes = [said("Below")], [said("Merged")]

    assert change_of(span_file, *outcomes, judge=Judge(["MERGED"])).result == "better"


def test_the_last_outcome_of_the_run_decides(span_file):
    chain = chain_of(span_file, [said("Failed", "failure"), said("Merged", "success")], [said("Completed", "success")])
    run_id = SECOND
    span_file.group(1, "Review", run_id, run_id, events=[outcome(30, "Late", at=99)])
    (chain,) = assemble(read_spans(span_file.path)).chains

    assert [deciding_outcome(run).name for run in chain.runs] == ["Merged", "Completed"]


def test_without_an_outcome_of_its_own_the_last_one_in_it_decides(span_file):
    span_file.run(1, "Writer")
    for number, at in ((1, 5), (2, 3)):
        span_file.group(number, "Part", FIRST, FIRST, events=[outcome(number, f"Part {number}", at=at)])
    ((run,),) = [chain.runs for chain in assemble(read_spans(span_file.path)).chains]

    assert deciding_outcome(run).name == "Part 1"


def test_of_two_outcomes_at_once_the_one_recorded_last_decides(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "First", at=1), outcome(2, "Second", at=1)])
    ((run,),) = [chain.runs for chain in assemble(read_spans(span_file.path)).chains]

    assert deciding_outcome(run).name == "Second"


def test_the_last_score_on_each_scale_counts(span_file):
    outcomes = [said("A", None, 1, "speed"), said("B", None, 2, "taste"), said("C", None, 3, "speed")]
    chain = chain_of(span_file, outcomes, [said("D", None, 5, "taste")])

    assert scores_of(chain.runs[0]) == {"taste": 2, "speed": 3}
    assert changes(chain, Judge())[SECOND].score == ("taste", 2, 5)


def test_a_score_stands_on_the_event_too(span_file):
    name, attributes, at = outcome(1, "Scored", opts='{"score": 1')
    attributes |= {semconv.GEN_AI_EVALUATION_NAME: "taste", semconv.GEN_AI_EVALUATION_SCORE_VALUE: 0.5}
    span_file.run(1, "Writer", events=[(name, attributes, at), outcome(2, "No number", at=2, opts={"score": "high"})])
    ((run,),) = [chain.runs for chain in assemble(read_spans(span_file.path)).chains]

    assert scores_of(run) == {"taste": 0.5}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": 1}, {}, [("a", "1", "(none)")]),
        (None, {"a": [1]}, [("a", "(none)", "[1]")]),
        ('{"a": 1, "b": "lon', {"a": 2, "b": "longer", "c": 3}, [("a", "1", "2")]),
        ({"a": 1, "b": "longer", "c": 3}, '{"a": 2, "b": "lon', [("a", "1", "2")]),
        ('{"b": {"x": 1, "y": 2', {"b": {"x": 1, "y": 22}}, []),
        ('"just text"', {"a": 1}, [("a", "(none)", "1")]),
    ],
)
def test_opts_that_differ_and_not_those_that_were_cut(span_file, before, after, found):
    change = change_of(span_file, [said("Below")], [said("Below")], before_opts=before, after_opts=after)

    assert [tuple(each) for each in differences(change)] == found


def test_models_and_labels_that_differ(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Below"), act(1, "retry", 1)])
    span_file.follow_up(2, "Editor", 1, 1, 2, 1, start=10)
    for number, run_id, model in ((1, FIRST, "small"), (2, FIRST, "small"), (3, SECOND, "large"), (4, SECOND, "small")):
        span_file.call(number, run_id, run_id, model=model, start=number)
    (chain,) = assemble(read_spans(span_file.path)).chains

    change = changes(chain, Judge())[SECOND]

    assert change.models == (["small"], ["large", "small"])
    assert [tuple(each) for each in differences(change)] == [
        ("label", "Writer", "Editor"),
        ("model", "small", "large + small"),
    ]
    assert (change.before.tokens, change.after.tokens) == (60, 60)


def test_nothing_is_told_of_a_run_that_was_not_read(span_file):
    span_file.follow_up(2, "Writer", of_act=1, origin=1, position=2, first=1, opts={"a": 1}, start=10)
    (chain,) = assemble(read_spans(span_file.path)).chains

    change = changes(chain, Judge())[SECOND]

    assert differences(change) == []
    assert (change.before.duration_ns, change.before.tokens, change.before.cost) == (None, None, None)
    assert change.result is None
