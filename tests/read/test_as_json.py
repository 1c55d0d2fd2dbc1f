"""The JSON for programs: its exact structure, and that it is JSON whatever was recorded."""

import json

import pytest

from tests.read.agent_spans import act, native, outcome, span_hex, trace_hex
from warpmetrics_otel import semconv
from warpmetrics_otel.read import as_json, assemble, read_spans
from warpmetrics_otel.read.statistics import Judge

pytestmark = pytest.mark.otlp_file


def test_every_key_of_a_chain(span_file):
    first, second = native("run", 1), native("run", 2)
    group_id = span_file.group(1, "Draft", first, first, opts={"k": "v"}, start=0.5, end=1.5)
    attributes = {semconv.GEN_AI_USAGE_COST: 0.25, semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: 7}
    call_id = span_file.call(1, group_id, first, start=0.5, end=1, attributes=attributes, error="429")
    events = [outcome(1, "Failed", at=2, classification="failure", opts={"why": ["a"]}), act(1, "retry", 1, at=2.5)]
    span_file.run(1, "Writer", events=events, end=3, attributes={semconv.WARPMETRICS_END_REASON: "follow_up"})
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, opts='{"cut', start=4, end=5)

    chain = {
        "id": first,
        "label": "Writer",
        "spanId": span_hex(first),
        "opts": None,
        "optsCut": False,
        "startedAt": "2026-09-21T14:13:20Z",
        "endedAt": "2026-09-21T14:13:23Z",
        "durationMs": 3000.0,
        "failed": False,
        "error": None,
        "traceId": trace_hex(first),
        "missing": False,
        "position": 1,
        "follows": None,
        "verdict": "failure",
        "change": None,
        "endReason": "follow_up",
        "totals": {
            "runs": 1, "calls": 1, "failedCalls": 1, "inputTokens": 10, "outputTokens": 20, "cost": 0.25,
            "durationMs": 3000.0,
        },
        "groups": [
            {
                "id": group_id, "label": "Draft", "spanId": span_hex(group_id), "opts": {"k": "v"}, "optsCut": False,
                "startedAt": "2026-09-21T14:13:20.500000Z", "endedAt": "2026-09-21T14:13:21.500000Z",
                "durationMs": 1000.0,
                "failed": False, "error": None, "parentId": first,
            }
        ],
        "calls": [
            {
                "id": call_id, "label": "chat gpt-4o", "spanId": span_hex(call_id), "opts": None, "optsCut": False,
                "startedAt": "2026-09-21T14:13:20.500000Z", "endedAt": "2026-09-21T14:13:21Z", "durationMs": 500.0,
                "failed": True, "error": "429", "parentId": group_id,
                "operation": "chat", "provider": "openai", "model": "gpt-4o",
                "tokens": {"input": 10, "output": 20, "cacheRead": None, "cacheWrite": None, "reasoning": 7},
                "cost": 0.25,
            }
        ],
        "outcomes": [
            {
                "id": native("oc", 1), "targetId": first, "name": "Failed", "classification": "failure",
                "opts": {"why": ["a"]}, "optsCut": False, "at": "2026-09-21T14:13:22Z", "missing": False,
                "acts": [
                    {
                        "id": native("act", 1), "name": "retry", "opts": None, "optsCut": False,
                        "at": "2026-09-21T14:13:22.500000Z", "missing": False, "followUpRunIds": [second],
                    }
                ],
            }
        ],
    }  # fmt: skip
    follow_up = {
        **chain,
        "id": second,
        "spanId": span_hex(second),
        "traceId": trace_hex(second),
        "opts": '{"cut',
        "optsCut": True,
        "startedAt": "2026-09-21T14:13:24Z",
        "endedAt": "2026-09-21T14:13:25Z",
        "durationMs": 1000.0,
        "position": 2,
        "follows": {
            "runId": first, "outcomeId": None, "outcomeName": "Failed", "actId": native("act", 1), "actName": "retry",
        },
        "verdict": None,
        "change": {
            "result": None,
            "opts": [],
            "label": {"before": "Writer", "after": "Writer"},
            "models": {"before": ["gpt-4o"], "after": []},
            "score": None,
            "durationMs": {"before": 3000.0, "after": 1000.0},
            "tokens": {"before": 30, "after": None},
            "cost": {"before": 0.25, "after": None},
        },
        "endReason": None,
        "totals": {
            "runs": 1, "calls": 0, "failedCalls": 0, "inputTokens": 0, "outputTokens": 0, "cost": None,
            "durationMs": 1000.0,
        },
        "groups": [],
        "calls": [],
        "outcomes": [],
    }  # fmt: skip
    totals = {
        "runs": 2, "calls": 1, "failedCalls": 1, "inputTokens": 10, "outputTokens": 20, "cost": 0.25,
            "durationMs": 5000.0,
    }  # fmt: skip
    chains = assemble(read_spans(span_file.path)).chains
    assert as_json(chains) == {
        "chains": [{"id": first, "totals": totals, "runs": [chain, follow_up]}],
        "unattached": [],
    }


def test_what_changed_in_a_follow_up(span_file):
    scored = {"score": 3, "metric": "quality"}
    events = [outcome(1, "Thin", opts=scored), act(1, "retry", 1)]
    span_file.run(1, "Writer", opts={"a": 1, "b": 2, "same": [1]}, events=events)
    better = [outcome(2, "Thin", opts={**scored, "score": 4})]
    span_file.follow_up(2, "Writer", 1, 1, 2, 1, opts={"b": 3, "same": [1], "c": {"d": 1}}, events=better, start=5)

    first, second = as_json(assemble(read_spans(span_file.path)).chains)["chains"][0]["runs"]

    assert (first["change"], first["verdict"]) == (None, None)
    assert second["change"]["result"] == "better"
    assert second["change"]["score"] == {"metric": "quality", "before": 3, "after": 4}
    assert second["change"]["opts"] == [
        {"key": "a", "kind": "removed", "before": 1, "after": None},
        {"key": "b", "kind": "changed", "before": 2, "after": 3},
        {"key": "c", "kind": "added", "before": None, "after": {"d": 1}},
    ]


def test_a_name_declared_a_success_is_one(span_file):
    span_file.run(1, "Writer", events=[outcome(1, "Merged"), act(1, "announce", 1)])
    chains = assemble(read_spans(span_file.path)).chains

    (run,) = as_json(chains, judge=Judge(["merged"]))["chains"][0]["runs"]

    assert (run["verdict"], run["outcomes"][0]["classification"]) == ("success", None)


def test_what_is_missing_or_unattached_is_marked(span_file):
    span_file.follow_up(2, "Writer", 1, 1, 2, 1)
    span_file.carrier(outcome(8, "Merged"), target_id=native("grp", 99))
    span_file.carrier(act(9, "announce", 98))
    chains = assemble(read_spans(span_file.path))

    found = as_json(chains.chains, chains.unattached)

    first, second = found["chains"][0]["runs"]
    assert (first["missing"], first["startedAt"], first["position"], first["spanId"]) == (True, None, None, None)
    (failed,) = first["outcomes"]
    assert (failed["id"], failed["missing"], failed["at"]) == (None, True, None)
    assert (failed["acts"][0]["missing"], failed["acts"][0]["followUpRunIds"]) == (True, [second["id"]])
    assert {each["type"]: each["name"] for each in found["unattached"]} == {"outcome": "Merged", "act": "announce"}


def deep(levels):
    value = "bottom"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("opts", "given"),
    [
        ('{"a": NaN, "b": -Infinity, "c": 1e999}', {"a": "nan", "b": "-inf", "c": "inf"}),
        ('"\\ud800"', "\ud800"),
        (json.dumps(deep(99)), deep(99)),
        ("[" * 200 + "]" * 200, None),
        ("12345678901234567890123", 12345678901234567890123),
    ],
)
def test_opts_are_json_by_the_letter(span_file, opts, given):
    span_file.run(1, "Writer", opts=opts)

    found = as_json(assemble(read_spans(span_file.path)).chains)

    json.dumps(found, allow_nan=False)
    opts = found["chains"][0]["runs"][0]["opts"]
    if given is None:
        while isinstance(opts, list):
            (opts,) = opts
        assert opts == "…"
    else:
        assert opts == given
