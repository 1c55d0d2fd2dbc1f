import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.deliver.entities import call, program, run
from warpmetrics_otel.deliver.rows import CUT, body, packed, shortened, unpacked
from warpmetrics_otel.entities import KINDS, Run
from warpmetrics_otel.translate.records import record_of

TEXTS = st.text(st.characters(codec=None), max_size=400)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def row_of(entity):
    return unpacked(record_of(entity), None)


def rows():
    return [row_of(entity) for entity in program()]


@given(VALUES, VALUES)
def test_a_row_is_its_entity_as_ascii(label, opts):
    entity = Run("wm_run_x", label, opts)
    row = row_of(entity)
    assert row.kind == "runs"
    assert row.text.isascii()
    assert json.loads(row.text) == entity.to_json()


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan"), {(1, 2): 3}])
def test_what_is_no_json_does_not_cost_the_entity(value):
    assert json.loads(row_of(run(opts={"odd": value, "even": 2})).text)["opts"]["even"] == 2


def test_a_circle_does_not_cost_the_entity():
    circle = {}
    circle["self"] = circle
    assert json.loads(row_of(run(opts={"circle": circle})).text)["label"] == "Writer"


def test_a_body_is_an_envelope_of_six_arrays():
    envelope = json.loads(body(rows()))
    assert list(envelope) == ["d"]
    batch = json.loads(base64.b64decode(envelope["d"]))
    assert tuple(batch) == KINDS
    assert [len(batch[kind]) for kind in KINDS] == [1, 1, 1, 2, 1, 1]


def test_records_give_their_rows():
    for row in rows():
        assert unpacked(packed(row), 7) == row._replace(position=7)


def test_a_record_of_another_version_is_none():
    assert unpacked(b"~{}", 1) is None
    assert unpacked(b"", 1) is None


@given(VALUES, VALUES, st.integers(1, 3000))
def test_a_shortened_row_is_shorter_and_still_its_entity(messages, response, longest):
    request, _ = call(run(), messages=messages, response=response)
    row = row_of(request)
    shorter = shortened(row, longest)
    if shorter is None:
        return
    assert len(shorter.text) < len(row.text)
    values = json.loads(shorter.text)
    assert CUT in shorter.text.decode()
    for field in ("id", "provider", "model", "tokens", "duration", "startedAt", "endedAt", "status"):
        assert values[field] == request.to_json()[field]


def test_halving_a_row_as_often_as_it_takes_ends_with_a_small_one():
    tool_calls = [{"id": "x", "arguments": "a" * 9000}]
    request, _ = call(run(), messages="m" * 9000, response="r" * 9000, tool_calls=tool_calls)
    row = row_of(request)
    while shorter := shortened(row, len(row.text) // 2):
        row = shorter
    assert len(row.text) < 600


def test_no_more_is_cut_than_has_to_be():
    request, _ = call(run(), messages="m" * 9000, response="r" * 200)
    values = json.loads(shortened(row_of(request), 6000).text)
    assert values["response"] == "r" * 200
    assert values["messages"][0]["content"] == "m" * 4096 + CUT


def test_a_row_keeps_its_place():
    row = row_of(run(opts={"document": "x" * 9000}))
    assert shortened(row._replace(position=42), 100).position == 42
