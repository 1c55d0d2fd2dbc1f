"""What agents did is counted once, by names that were cut and made encodable, in bounded memory."""

import gc
import weakref

import pytest

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver import tally as module
from warpmetrics_otel.deliver.tally import METRICS, Tally, fact_of
from warpmetrics_otel.entities import ABSENT, Act, Call, Group, Link, Outcome, Run
from warpmetrics_otel.translate.classification import classifier

CLASSES = classifier({"Shipped": "success"})
RUN = Run("wm_run_1", "Writer")


def counted(*entities, metric, follows=None):
    """The totals of a metric, with the values of its attributes in place of attributes."""
    tally = Tally()
    facts = [fact for entity in entities if (fact := fact_of(entity)) is not None]
    if follows is not None:
        facts = [(*fact[:-1], follows) for fact in facts]
    tally.note(facts, CLASSES)
    return {tuple(value for _, value in pairs): total for pairs, total in tally.series(metric)}


def test_runs_by_label():
    runs = [RUN, Run("wm_run_2", "Writer"), Run("wm_run_3", "Reviewer"), Run("wm_run_4"), Run("wm_run_5", ABSENT)]
    assert counted(*runs, metric=semconv.METRIC_RUNS) == {("Writer",): 2, ("Reviewer",): 1, (): 2}


def test_a_follow_up_is_counted_by_its_act_if_that_is_known():
    act = Act("wm_act_1", "wm_oc_1", "retry")
    follow_up = Run("wm_run_2", "Writer", None, act.id)
    assert counted(act, follow_up, metric=semconv.METRIC_RUNS) == {("Writer", "retry"): 1}
    assert counted(follow_up, metric=semconv.METRIC_RUNS) == {("Writer",): 1}
    assert counted(follow_up, metric=semconv.METRIC_RUNS, follows="hand over") == {("Writer", "hand over"): 1}


def test_outcomes_by_name_and_classification():
    names = ["Completed", "completed", "Shipped", "Odd", "Odd", None]
    outcomes = [Outcome(f"wm_oc_{number}", "wm_run_1", name) for number, name in enumerate(names)]
    assert counted(*outcomes, metric=semconv.METRIC_OUTCOMES) == {
        ("Completed", "success"): 1,
        ("completed", "success"): 1,
        ("Shipped", "success"): 1,
        ("Odd",): 2,
        (): 1,
    }


def test_acts_by_name():
    acts = [Act(f"wm_act_{number}", "wm_oc_1", name) for number, name in enumerate(["retry", "retry", "stop"])]
    assert counted(*acts, metric=semconv.METRIC_ACTS) == {("retry",): 2, ("stop",): 1}


def test_outcomes_of_follow_ups_by_act_are_those_of_the_run_itself():
    entities = [
        RUN,
        Outcome("wm_oc_1", RUN.id, "Failed"),
        Act("wm_act_1", "wm_oc_1", "retry"),
        Run("wm_run_2", "Writer", None, "wm_act_1"),
        Group("wm_grp_1", "Drafting"),
        Link("wm_run_2", "wm_grp_1", "group"),
        Outcome("wm_oc_2", "wm_grp_1", "Drafted"),
        Outcome("wm_oc_3", "wm_run_2", "Completed"),
        Outcome("wm_oc_4", ["no", "id"], "Completed"),
    ]
    assert counted(*entities, metric=semconv.METRIC_FOLLOW_UP_OUTCOMES) == {("retry", "Completed", "success"): 1}


def test_tokens_and_cost_by_model():
    calls = [
        Call("wm_call_1", "openai", "gpt-4o", tokens={"prompt": 10, "completion": 5, "total": 15}, cost=0.25),
        Call("wm_call_2", "openai", "gpt-4o", tokens={"prompt": 2.5}, cost=0.5),
        Call("wm_call_3", tokens={"completion": 1}),
    ]
    assert counted(*calls, metric=semconv.METRIC_TOKENS) == {
        ("input", "openai", "gpt-4o"): 12.5,
        ("output", "openai", "gpt-4o"): 5,
        ("output",): 1,
    }
    assert counted(*calls, metric=semconv.METRIC_COST) == {("openai", "gpt-4o"): 0.75}


@pytest.mark.parametrize("odd", [ABSENT, None, "12", [12], {"prompt": "12"}, {"prompt": -1}, {"prompt": float("nan")}])
def test_what_cannot_be_added_up_is_not_counted(odd):
    call = Call("wm_call_1", "openai", "gpt-4o", tokens=odd, cost=odd)
    assert counted(call, metric=semconv.METRIC_TOKENS) == {}
    assert counted(call, metric=semconv.METRIC_COST) == {}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_what_is_told_twice_counts_once(metric):
    entities = [
        RUN,
        Outcome("wm_oc_1", RUN.id, "Failed"),
        Act("wm_act_1", "wm_oc_1", "retry"),
        Run("wm_run_2", "Writer", None, "wm_act_1"),
        Outcome("wm_oc_2", "wm_run_2", "Completed"),
        Call("wm_call_1", "openai", "gpt-4o", tokens={"prompt": 10}, cost=0.25),
    ]
    once = counted(*entities, metric=metric)
    assert once
    assert counted(*entities, *entities, metric=metric) == once


def test_names_are_cut_and_encodable():
    runs = [Run("wm_run_1", "x" * 1000), Run("wm_run_2", "\ud800"), Run("wm_run_3", {"a": 1})]
    assert counted(*runs, metric=semconv.METRIC_RUNS) == {("x" * 128,): 1, ("\ufffd",): 1, ("{'a': 1}",): 1}


def test_beyond_as_many_sets_of_attributes_as_are_kept_apart_the_rest_is_one(monkeypatch):
    monkeypatch.setattr(module, "MOST_SERIES", 2)
    tally = Tally()
    for number, label in enumerate(["a", "b", "c", "d", "a"]):
        tally.note([fact_of(Run(f"wm_run_{number}", label))], CLASSES)
    assert [(dict(pairs), total) for pairs, total in tally.series(semconv.METRIC_RUNS)] == [
        ({semconv.GEN_AI_WORKFLOW_NAME: "a"}, 2),
        ({semconv.GEN_AI_WORKFLOW_NAME: "b"}, 1),
        ({semconv.OTEL_METRIC_OVERFLOW: True}, 2),
    ]


def test_what_nobody_counts_does_not_pile_up(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 10)

    class Label:
        def __str__(self):
            return "Writer"

    tally = Tally()
    labels = [Label() for _ in range(1000)]
    kept = [weakref.ref(label) for label in labels]
    for number, label in enumerate(labels):
        tally.note([fact_of(Run(f"wm_run_{number}", label))], CLASSES)
    del labels, label
    gc.collect()
    assert sum(label() is not None for label in kept) <= 10
    assert tally.series(semconv.METRIC_RUNS) == [(((semconv.GEN_AI_WORKFLOW_NAME, "Writer"),), 1000)]


def test_names_of_acts_are_forgotten_oldest_first(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    acts = [Act(f"wm_act_{number}", "wm_oc_1", f"act {number}") for number in range(3)]
    runs = [Run(f"wm_run_{number}", "Writer", None, act.id) for number, act in enumerate(acts)]
    assert counted(*acts, *runs, metric=semconv.METRIC_RUNS) == {
        ("Writer",): 1,
        ("Writer", "act 1"): 1,
        ("Writer", "act 2"): 1,
    }


def test_content_is_not_kept():
    class Content(dict):
        """One that can be referred to weakly."""

    content = Content(text="secret")
    tally = Tally()
    tally.note([fact_of(Call("wm_call_1", "openai", "gpt-4o", messages=content, opts=content))], CLASSES)
    gone = weakref.ref(content)
    del content
    gc.collect()
    assert gone() is None
