"""What the stand-in accepts, and every rule that it sees broken."""

import base64
import json
import re
from pathlib import Path

import pytest

from tests.testing.native_api.sending import (
    AT,
    act,
    batch,
    call,
    client,
    envelope,
    failed_call,
    group,
    link,
    outcome,
    rules,
    run,
)
from warpmetrics_otel.testing import NativeApi


def whole_chain():
    first = run()
    drafting, good, bad, failed = group(), call(opts={"t": 0.2}, cost=0.001), failed_call(), outcome(first)
    retry = act(failed)
    return batch(
        runs=[run(refId=retry["id"]), first],
        groups=[drafting],
        calls=[good, bad],
        links=[link(drafting, good), link(first, drafting), link(drafting, bad)],
        outcomes=[failed, outcome(good)],
        acts=[retry],
    )


def test_a_batch_as_it_should_be_is_taken_in_whatever_the_order_of_its_rows(api, client):
    sent = whole_chain()
    answer = client.post(sent)
    assert (answer.status, answer.json()) == (200, {"success": True, "data": {"received": 11, "processed": 11}})
    assert api.violations == []
    assert api.batches == [sent]
    assert api.entities("calls") == sent["calls"]
    assert api.incomplete() == []
    api.check()


def test_the_plain_batch_is_taken_as_a_body_too(api, client):
    assert client.post(json.dumps(whole_chain()).encode()).status == 200
    assert api.violations == []
    assert len(api.batches) == 1


def test_parents_may_come_in_earlier_batches(api, client):
    first, drafting, one = run(), group(), call()
    failed = outcome(first)
    retry = act(failed)
    client.post(batch(runs=[first]))
    client.post(batch(groups=[drafting], links=[link(first, drafting)]))
    client.post(batch(calls=[one], links=[link(drafting, one)], outcomes=[failed]))
    client.post(batch(acts=[retry]))
    client.post(batch(runs=[run(refId=retry["id"])]))
    assert api.violations == []
    assert [request.status for request in api.requests] == [200] * 5


def enveloped(raw):
    return json.dumps({"d": base64.b64encode(raw).decode()}).encode()


BAD_BODIES = {
    "nothing": b"",
    "not JSON": b'{"d": ',
    "no object": b"[]",
    "no text": b'{"d": 1}',
    "not base64": b'{"d": "e30*"}',
    "something beside it": b'{"d": "e30=", "v": 1}',
    "not UTF-8": enveloped(b'{"runs": "\xff"}'),
    "not a number of JSON": enveloped(b'{"runs": NaN}'),
    "no JSON inside": enveloped(b"nothing"),
    "compressed": b"\x1f\x8b\x08\x00",
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_without_a_batch_is_refused(api, client, body):
    answer = client.post(body)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert rules(api) == ["envelope"]
    assert (api.requests[0].body, api.requests[0].batch) == (body, None)


def without(row, name):
    return {key: value for key, value in row.items() if key != name}


WRONG = {
    "array missing": without(batch(), "acts"),
    "array unknown": {**batch(), "spans": []},
    "array null": {**batch(), "runs": None},
    "row no object": batch(runs=["wm_run_1"]),
    "id missing": batch(runs=[without(run(), "id")]),
    "id of another kind": batch(runs=[run(id="wm_act_1")]),
    "id null": batch(groups=[group(id=None)]),
    "reference to a run": batch(runs=[run(refId="wm_run_1")]),
    "time missing": batch(runs=[without(run(), "startedAt")]),
    "time null": batch(groups=[group(startedAt=None)]),
    "status unknown": batch(calls=[call(status="done")]),
    "status no text": batch(calls=[call(status=["success"])]),
    "duration missing": batch(calls=[without(call(), "duration")]),
    "duration text": batch(calls=[call(duration="230")]),
    "cost true": batch(calls=[call(cost=True)]),
    "outcome on an act": batch(outcomes=[outcome({"id": "wm_act_1"})]),
    "outcome on nothing": batch(outcomes=[without(outcome(run()), "refId")]),
    "act on a run": batch(acts=[act(run())]),
    "link from a call": batch(links=[link(call(), call())]),
    "link of another type": batch(links=[{**link(run(), call()), "type": "group"}]),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_a_batch_that_cannot_be_read_is_refused_whole(api, client, content):
    answer = client.post(content)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert set(rules(api)) == {"schema"}
    assert api.batches == []
    assert api.requests[0].batch == content


ODD = {
    "label absent": batch(runs=[without(run(), "label")]),
    "label no text": batch(runs=[run(label=3)]),
    "opts absent": batch(groups=[without(group(), "opts")]),
    "opts text": batch(runs=[run(opts="draft")]),
    "reference absent": batch(runs=[without(run(), "refId")]),
    "time a number": batch(runs=[run(startedAt=1769940000000)]),
    "time without milliseconds": batch(runs=[run(startedAt="2026-02-01T10:00:00Z")]),
    "time in another zone": batch(runs=[run(startedAt="2026-02-01T10:00:00.000+01:00")]),
    "tokens of a fraction": batch(calls=[call(tokens={"prompt": 1.5})]),
    "tokens below zero": batch(calls=[call(tokens={"prompt": -1})]),
    "tokens unknown": batch(calls=[call(tokens={"thinking": 3})]),
    "tokens a list": batch(calls=[call(tokens=[1])]),
    "duration of a fraction": batch(calls=[call(duration=0.5)]),
    "error an object": batch(calls=[failed_call(error={"message": "x"})]),
    "response absent": batch(calls=[without(call(), "response")]),
    "response a list": batch(calls=[call(response=["x"])]),
    "tools not names": batch(calls=[call(tools=[{"name": "search"}])]),
    "tool call without arguments": batch(calls=[call(toolCalls=[{"id": "t1", "name": "search"}])]),
    "tool call no object": batch(calls=[call(toolCalls=["search"])]),
    "field unknown": batch(runs=[run(traceId="1")]),
    "lone surrogate": batch(runs=[run(label="\ud800")]),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_what_other_sdks_send_oddly_is_written_down_and_taken_in(api, client, content):
    assert client.post(content).status == 200
    assert rules(api) == ["odd"]
    assert api.batches == [content]


RIGHT = {
    "short id": batch(runs=[run(id="wm_run_abc123")]),
    "call by hand": batch(calls=[call(messages=None, response=None, tools=None, toolCalls=None, tokens=None)]),
    "failed call with nulls": batch(calls=[call(status="error", error="x", response=None, tokens=None)]),
    "stream without tool calls": batch(calls=[without(call(), "toolCalls")]),
    "Anthropic": batch(
        calls=[call(tokens={"prompt": 1, "completion": 2, "total": 3, "cacheWrite": 0, "cacheRead": 0})]
    ),
}


@pytest.mark.parametrize("content", RIGHT.values(), ids=RIGHT)
def test_what_the_sdk_sends_is_right(api, client, content):
    assert client.post(content).status == 200
    assert api.violations == []


VENDOR = Path(__file__).parents[4] / "shared" / "reference" / "native" / "vendor-batches.json"


@pytest.mark.skipif(not VENDOR.exists(), reason="needs the batches of the vendor's SDK")
def test_what_the_vendors_sdk_sent_for_six_programs_is_right(api, client):
    programs = json.loads(VENDOR.read_text(encoding="utf-8"))["programs"]
    for name, program in programs.items():
        text = re.sub(r"<(run|grp|call|oc|act)(\d+)>", rf"wm_\1_{name}\2", json.dumps(program["batch"]))
        sent = json.loads(text.replace('"T"', f'"{AT}"').replace('"D"', "7"))
        assert client.post(sent).status == 200
    assert len(api.batches) == 6
    assert (api.violations, api.incomplete()) == ([], [])


FIRST, DRAFTING, CALL = run(), group(), call()
LATE = {
    "link before its parent": [batch(calls=[CALL], links=[link(FIRST, CALL)]), batch(runs=[FIRST])],
    "child before its parent": [
        batch(groups=[DRAFTING]),
        batch(runs=[FIRST]),
        batch(links=[link(FIRST, DRAFTING)]),
    ],
    "outcome before its target": [batch(outcomes=[outcome(CALL)]), batch(calls=[CALL])],
    "act before its outcome": [batch(acts=[act(outcome(FIRST))])],
    "follow-up before its act": [batch(runs=[run(refId=act(outcome(FIRST))["id"])])],
}


@pytest.mark.parametrize("batches", LATE.values(), ids=LATE)
def test_what_comes_before_its_parent_is_written_down(api, client, batches):
    for content in batches:
        assert client.post(content).status == 200
    assert rules(api) == ["order"]


def test_a_parent_from_elsewhere_can_be_made_known(api, client):
    api.know(FIRST["id"])
    client.post(batch(calls=[CALL], links=[link(FIRST, CALL)], outcomes=[outcome(FIRST)]))
    assert api.violations == []
    assert api.incomplete() == []


def test_a_child_has_one_parent(api, client):
    first, second, one = run(), run(), call()
    client.post(batch(runs=[first, second], calls=[one], links=[link(first, one), link(second, one)]))
    assert rules(api) == ["parent"]


def test_nothing_comes_twice(api, client):
    first, one = run(), call()
    content = batch(runs=[first], calls=[one], links=[link(first, one)])
    client.post(content)
    client.post(content)
    assert rules(api) == ["duplicate"] * 3
    assert api.entities("runs") == [first]


def test_nothing_comes_twice_in_one_batch(api, client):
    first = run()
    client.post(batch(runs=[first, first]))
    assert rules(api) == ["duplicate"]


def test_an_id_keeps_its_content(api, client):
    first = run()
    client.post(batch(runs=[first]))
    client.post(batch(runs=[{**first, "label": "Other"}]))
    assert rules(api) == ["duplicate", "changed"]
    assert api.row(first["id"]) == first


def test_rules_can_be_allowed_to_be_broken_from_the_start_or_later():
    with NativeApi(allow=["order"]) as api, client(api) as one:
        content = batch(outcomes=[outcome(run())])
        one.post(content)
        assert api.violations == []
        api.allow.add("duplicate")
        one.post(content)
        assert api.violations == []


def test_what_still_waits_for_another_row_is_said(api, client):
    first, lost, lonely = run(), call(), group()
    client.post(batch(runs=[first], groups=[lonely], links=[link(first, lost)]))
    assert api.violations == []
    assert api.incomplete() == [f"{first['id']}>{lost['id']} lacks {lost['id']}", f"{lonely['id']} has no link"]


def test_check_says_what_was_broken_and_where(api, client):
    client.post(envelope(batch()))
    client.post(batch(runs=[run(label=3)]))
    with pytest.raises(AssertionError, match=r"(?s)1 violations.*odd, request 1: runs\[0\]\.label is 3"):
        api.check()
