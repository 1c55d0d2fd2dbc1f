"""Outcomes and acts on open spans: their events, what the span repeats, classification and scores."""

import json

import pytest
from opentelemetry.trace import StatusCode

from tests.record.memory import Memory, attributes, events, remembered
from warpmetrics_otel import ids, semconv


def test_an_outcome_is_an_event_on_the_span_of_its_target(memory: Memory) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    on_run = memory.wm.outcome(run, "Merged", {"by": {"name": "Ada"}})
    on_group = memory.wm.outcome(group, "Drafted")
    run.end()

    assert events(memory.of(run)) == [
        (
            semconv.EVENT_OUTCOME,
            {
                semconv.WARPMETRICS_OPTS: '{"by":{"name":"Ada"}}',
                semconv.WARPMETRICS_OUTCOME_NAME: "Merged",
                semconv.WARPMETRICS_OUTCOME_ID: on_run.id,
            },
        )
    ]
    assert events(memory.of(group)) == [
        (
            semconv.EVENT_OUTCOME,
            {semconv.WARPMETRICS_OUTCOME_NAME: "Drafted", semconv.WARPMETRICS_OUTCOME_ID: on_group.id},
        )
    ]
    assert memory.carriers() == []


def test_an_act_is_an_event_on_the_span_that_holds_its_outcome(memory: Memory) -> None:
    run = memory.wm.run("review")
    outcome = memory.wm.outcome(run, "Failed")
    act = memory.wm.act(outcome, "retry", {"attempt": 2})
    run.end()

    assert events(memory.of(run))[1] == (
        semconv.EVENT_ACT,
        {
            semconv.WARPMETRICS_OPTS: '{"attempt":2}',
            semconv.WARPMETRICS_OUTCOME_ID: outcome.id,
            semconv.WARPMETRICS_ACT_NAME: "retry",
            semconv.WARPMETRICS_ACT_ID: act.id,
        },
    )


def test_opts_on_events_have_no_search_copies(memory: Memory) -> None:
    run = memory.wm.run("review", {"pr": 42})
    memory.wm.outcome(run, "Merged", {"pr": 43})
    run.end()

    assert attributes(memory.of(run))[semconv.WARPMETRICS_OPTS_PREFIX + "pr"] == 42
    [(_, event)] = events(memory.of(run))
    assert not any(key.startswith(semconv.WARPMETRICS_OPTS_PREFIX) for key in event)


def test_the_last_outcome_is_repeated_on_the_span(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Failed")
    memory.wm.outcome(run, "Merged")
    run.end()

    assert attributes(memory.of(run))[semconv.WARPMETRICS_OUTCOME_NAME] == "Merged"


def test_an_outcome_on_a_live_call_is_an_event_on_its_span(memory: Memory) -> None:
    run = memory.wm.run("review")
    with memory.wm.start_call(run, provider="google", model="m") as live:
        memory.wm.outcome(live.call, "Failed")

    span = memory.of(live)
    assert [name for name, _ in events(span)] == [semconv.EVENT_OUTCOME]
    assert attributes(span)[semconv.WARPMETRICS_OUTCOME_NAME] == "Failed"
    assert span.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize(
    ("name", "classification"),
    [
        ("Completed", "success"),
        ("success", "success"),
        ("SUCCEEDED", "success"),
        ("Passed", "success"),
        ("Failed", "failure"),
        ("FAILURE", "failure"),
        ("Error", "failure"),
        ("Merged", None),
        ("", None),
    ],
)
def test_built_in_classifications_mind_no_case(memory: Memory, name: str, classification: str | None) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, name)
    run.end()

    [(_, event)] = events(memory.of(run))
    assert event.get(semconv.WARPMETRICS_OUTCOME_CLASSIFICATION) == classification
    status = memory.of(run).status
    failed = classification == "failure"
    assert status.status_code is (StatusCode.ERROR if failed else StatusCode.UNSET)
    assert status.description == (name if failed else None)


def test_configured_classifications_come_before_the_built_in() -> None:
    with remembered(classifications={"Rejected": "failure", "ERROR": "neutral", "Straße": "success"}) as memory:
        runs = {}
        for name in ("rejected", "error", "STRASSE", "failed"):
            runs[name] = memory.wm.run(name)
            memory.wm.outcome(runs[name], name)
        memory.wm.flush()

        def seen(name: str) -> tuple[str, StatusCode]:
            span = memory.of(runs[name])
            return events(span)[0][1][semconv.WARPMETRICS_OUTCOME_CLASSIFICATION], span.status.status_code

        assert seen("rejected") == ("failure", StatusCode.ERROR)
        assert seen("error") == ("neutral", StatusCode.UNSET)
        assert seen("STRASSE") == ("success", StatusCode.UNSET)
        assert seen("failed") == ("failure", StatusCode.ERROR)


@pytest.mark.parametrize(
    ("names", "status"),
    [(("Failed", "Completed"), StatusCode.UNSET), (("Completed", "Failed"), StatusCode.ERROR)],
)
def test_the_last_outcome_decides_the_status(memory: Memory, names: tuple[str, str], status: StatusCode) -> None:
    with memory.wm.run("review") as run:
        for name in names:
            memory.wm.outcome(run, name)

    assert memory.of(run).status.status_code is status


@pytest.mark.parametrize(
    ("opts", "evaluation"),
    [
        (
            {"score": 0.5, "metric": "relevance", "reason": "half of it"},
            ("relevance", 0.5, "Graded", "half of it"),
        ),
        ({"score": 1}, ("score", 1.0, "Graded", None)),
        ({"score": 1, "metric": 7, "reason": ["a"]}, ("score", 1.0, "Graded", None)),
        ({"score": True}, (None, None, None, None)),
        ({"score": "0.5"}, (None, None, None, None)),
        ({"score": 10**400}, (None, None, None, None)),
        ([("score", 1)], (None, None, None, None)),
    ],
    ids=str,
)
def test_a_score_is_an_evaluation_too(memory: Memory, opts: object, evaluation: tuple) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Graded", opts)
    run.end()

    [(_, event)] = events(memory.of(run))
    assert evaluation == (
        event.get(semconv.GEN_AI_EVALUATION_NAME),
        event.get(semconv.GEN_AI_EVALUATION_SCORE_VALUE),
        event.get(semconv.GEN_AI_EVALUATION_SCORE_LABEL),
        event.get(semconv.GEN_AI_EVALUATION_EXPLANATION),
    )
    assert json.loads(event[semconv.WARPMETRICS_OPTS]) == json.loads(json.dumps(opts))


def test_handles_of_outcomes_and_acts_name_the_span_that_holds_them(memory: Memory) -> None:
    run = memory.wm.run("review")
    outcome = memory.wm.outcome(run, "Failed")
    act = memory.wm.act(outcome, "retry")

    assert outcome.span is act.span is run.span
    ref = ids.parse_ref(act.ref)
    assert (ref.id, ref.run_id, ref.outcome_id) == (act.id, run.id, outcome.id)
    assert (ref.outcome_name, ref.act_name) == ("Failed", "retry")
    assert (ref.chain_id, ref.position) == (run.id, 1)
    assert ref.span_id == ids.span_id_of(run.id)


def test_names_that_a_span_cannot_carry_exactly_are_kept_beside_them(memory: Memory) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, None)
    memory.wm.outcome(run, 7)
    memory.wm.outcome(run, "bro\ud800ken")
    run.end()

    seen = [event for _, event in events(memory.of(run))]
    assert [event[semconv.WARPMETRICS_OUTCOME_NAME] for event in seen[:2]] == ["", "7"]
    exact = [json.loads(event[semconv.WARPMETRICS_NATIVE]) for event in seen]
    assert exact == [{"name": None}, {"name": 7}, {"name": "bro\ud800ken"}]
