"""What the agent hands over stays as it was then, and makes the rows that the same data gives any other way."""

import copy
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.entities import ABSENT
from warpmetrics_otel.record.told import Json, fixed, fixed_tokens, written_call
from warpmetrics_otel.record.turns import turns_of
from warpmetrics_otel.translate.call_rows import call_from_data
from warpmetrics_otel.translate.exact import json_text, plain_value
from warpmetrics_otel.translate.records import record_of, row_of

ASCII = st.text(st.characters(max_codepoint=127), max_size=40)
TEXTS = st.text(st.characters(codec=None), max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": TEXTS, "content": TEXTS})
    | st.dictionaries(st.sampled_from(["role", "content"]), PLAIN)
)


def told(data, opts=None):
    turns, more = turns_of(data.messages), None
    if turns is None or data.tools is not None or data.tool_calls is not None or opts is not None:
        messages = fixed(data.messages) if turns is None else turns
        more = messages, data.response, fixed(data.tools), fixed(data.tool_calls), fixed(opts)
    return written_call, "wm_call_1", "wm_run_1", data, turns, fixed_tokens(data.tokens), more


@given(
    messages=MESSAGES | PLAIN,
    response=st.none() | TEXTS,
    tools=st.none() | st.lists(TEXTS, max_size=2),
    tool_calls=st.none() | st.lists(st.fixed_dictionaries({"id": TEXTS, "arguments": TEXTS}), max_size=2),
    tokens=st.none() | st.dictionaries(TEXTS, st.integers(0, 99) | st.floats(0, 9), max_size=3),
    error=st.none() | TEXTS,
    opts=PLAIN,
    cost=st.none() | st.floats(0, 9),
    by_hand=st.booleans(),
    exact=st.booleans(),
)
def test_a_calls_row_is_the_one_that_its_data_gives(opts, **given_data):
    data = CallData("openai", request_model="m", started_ns=10**18, ended_ns=10**18 + 1_500_000, **given_data)
    (key, link_key), (record, link), _ = written_call(told(data, opts))
    assert_same_row(record, call_from_data("wm_call_1", data, opts))
    assert key == "wm_call_1"
    assert link_key == "wm_run_1>wm_call_1"
    assert json.loads(link[1:])["timestamp"] == json.loads(record[1:])["endedAt"]


@given(
    messages=st.lists(st.fixed_dictionaries({"role": TEXTS | ASCII, "content": TEXTS | ASCII}), max_size=3),
    response=st.none() | TEXTS | ASCII,
    tokens=st.none() | st.dictionaries(TEXTS, st.integers(0, 99), max_size=3),
    provider=TEXTS | ASCII,
    duration=st.integers(0, 10**10),
)
def test_so_is_that_of_a_call_that_says_no_more_than_most(messages, response, tokens, provider, duration):
    data = CallData.said(provider, "chat", "m")
    data.bare, data.messages, data.response, data.tokens = True, messages, response, tokens
    data.exact, data.started_ns, data.ended_ns = True, 10**18, 10**18 + duration
    _, (record, _), _ = written_call(told(data))
    assert_same_row(record, call_from_data("wm_call_1", data))


@pytest.mark.parametrize(
    ("letter", "more"),
    [(b"g", {}), (b"g", {"by_hand": True}), (b"c", {"cost": 0.5}), (b"c", {"error": "no"}), (b"c", {"tools": ["x"]})],
    ids=repr,
)
def test_a_call_that_says_no_more_than_most_is_written_in_short(letter, more):
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello"}]
    data = CallData("openai", request_model="m", messages=messages, response="Hi", ended_ns=10**18, **more)
    _, (record, _), fact = written_call(told(data))
    assert record[:1] == letter
    assert_same_row(record, call_from_data("wm_call_1", data))
    assert fact == ("calls", "wm_call_1", "openai", "m", None, more.get("cost", ABSENT), 0)


def assert_same_row(record, call):
    row = row_of(record)
    assert row is not None
    assert row[0] == "calls"
    expected = record_of(call)[1:]
    assert json.dumps(json.loads(row[1]), sort_keys=True) == json.dumps(json.loads(expected), sort_keys=True)
    assert list(json.loads(row[1])) == list(json.loads(expected))


@given(PLAIN)
def test_what_the_user_does_to_theirs_afterwards_changes_nothing(value):
    given_value = {"value": copy.deepcopy(value), "list": [1]}
    kept = fixed(given_value)
    given_value["value"] = None
    given_value["list"].append(2)
    assert json.loads(kept) == {"value": value, "list": [1]}


def test_messages_are_kept_as_they_were():
    messages = [{"role": "user", "content": "Hello"}]
    turns = turns_of(messages)
    messages[0]["content"] = "Goodbye"
    messages.append({"role": "user", "content": "more"})
    data = CallData("openai", messages=messages)
    _, (record, _), _ = written_call((written_call, "wm_call_1", "wm_run_1", data, turns, None, None))
    assert json.loads(record[1:])["messages"] == [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    "odd",
    [{"a": {"b": b"bytes"}}, [float("nan")], {"x": object}, 1 << 20_000, [threading.Lock()], {1: "one", "two": 2}],
    ids=["bytes", "nan", "class", "integer", "lock", "keys"],
)
def test_an_odd_value_becomes_what_is_nearest(odd):
    kept = fixed(odd)
    assert type(kept) is Json
    assert json.loads(kept) == json.loads(json_text(plain_value(odd)))


def test_a_value_inside_itself_comes_to_an_end():
    circle = []
    circle.append(circle)
    assert "[circular]" in fixed(circle)


def test_what_is_too_deep_to_be_read_again_is_cut():
    deep = []
    for _ in range(200):
        deep = [deep]
    assert "[too deep]" in fixed(deep)
