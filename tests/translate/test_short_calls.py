"""A call in short is the same call, or is not written in short."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.entities import Call
from warpmetrics_otel.translate.records import entity_of, record_of
from warpmetrics_otel.translate.short_calls import short_call, whole_call
from warpmetrics_otel.translate.times import iso

STARTED = 1_790_000_000_123_000_000
ASCII = st.text(st.characters(max_codepoint=127, min_codepoint=1), max_size=30)


def short(
    provider="openai", model="m", turns=("user", "Hello"), response="Hi", tokens=None, duration=3, ended_ns=STARTED
):
    return short_call("wm_call_1", provider, model, turns, response, tokens, duration, STARTED, ended_ns)


@given(
    provider=ASCII,
    model=ASCII,
    turns=st.lists(st.tuples(ASCII, ASCII), min_size=1, max_size=3),
    response=ASCII,
    tokens=st.none() | st.dictionaries(st.text(max_size=5), st.integers() | st.floats(0, 9), max_size=3),
    duration=st.integers(0) | st.floats(0, 10**9),
    took=st.integers(0, 10**15),
)
def test_it_is_the_same_call(provider, model, turns, response, tokens, duration, took):
    record = short(
        provider, model, tuple(text for turn in turns for text in turn), response, tokens, duration, STARTED + took
    )
    call = Call(
        "wm_call_1",
        provider,
        model,
        [{"role": role, "content": text} for role, text in turns],
        response,
        None,
        None,
        tokens,
        duration,
        iso(STARTED),
        iso(STARTED + took),
        "success",
    )
    assert json.loads(whole_call(record)[1:]) == json.loads(record_of(call)[1:])
    assert list(json.loads(whole_call(record)[1:])) == list(json.loads(record_of(call)[1:]))
    assert entity_of(record) == call


@pytest.mark.parametrize(
    "odd",
    [
        {"provider": "my\0own"},
        {"provider": 3},
        {"model": None},
        {"response": None},
        {"response": "J\u016brmala"},
        {"response": "\ud800"},
        {"turns": ("user", "zero \0 byte")},
        {"turns": ("us\0er", "Hello")},
        {"turns": ()},
    ],
    ids=repr,
)
def test_what_could_be_mistaken_is_written_in_full(odd):
    assert short(**odd) is None
