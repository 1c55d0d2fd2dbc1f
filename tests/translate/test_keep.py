"""Copies of users' values: equal to what JSON holds of them, and of their own."""

import copy
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.keep import Keep

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def containers(value):
    if isinstance(value, dict | list):
        yield id(value)
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


@given(PLAIN)
def test_a_plain_value_is_copied_whole_and_shares_no_container(value):
    kept = Keep()(value)
    assert kept == value
    assert not set(containers(kept)) & set(containers(value))


@given(PLAIN)
def test_what_the_user_does_to_theirs_afterwards_changes_nothing(value):
    given_value = {"value": copy.deepcopy(value), "list": [1]}
    kept = Keep()(given_value)
    given_value["value"] = None
    given_value["list"].append(2)
    assert kept == {"value": value, "list": [1]}


@pytest.mark.parametrize(
    "odd",
    [(1, (2, 3)), {1: "one"}, {"a": {"b": b"bytes"}}, float("nan"), {"x": object}, 1 << 20_000, [threading.Lock()]],
    ids=lambda value: type(value).__name__,
)
def test_an_odd_value_becomes_what_is_nearest(odd):
    kept = Keep()(odd)
    json.dumps(kept, allow_nan=False)
    if not isinstance(odd, tuple | list):
        assert kept == plain_value(odd)


def test_a_value_inside_itself_comes_to_an_end():
    circle = []
    circle.append(circle)
    assert "[circular]" in json.dumps(Keep()(circle))


@given(st.lists(st.text()))
def test_the_size_is_that_of_the_texts(texts):
    keep = Keep()
    keep({"texts": texts})
    keep("four")
    assert keep.size == sum(map(len, texts)) + 4


def test_an_odd_value_is_not_taken_for_nothing():
    keep = Keep()
    keep({"image": b"\x89PNG"})
    assert keep.size > 0
