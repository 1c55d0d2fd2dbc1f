"""The opts bag as JSON: nothing raises, as little as possible is lost, and what was replaced is said."""

import datetime
import decimal
import json
import math
import pathlib
import uuid
from collections import OrderedDict, deque
from types import MappingProxyType
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.memory import Memory
from tests.record.strange import (
    SURROGATE,
    VALUES,
    BrokenDict,
    BrokenMapping,
    BrokenSequence,
    BrokenZone,
    Color,
    Level,
    NoText,
    OtherText,
    Point,
    Unbound,
    Word,
    circular,
    deep,
)
from warpmetrics_otel import semconv
from warpmetrics_otel.translate.opts import encode
from warpmetrics_otel.translate.text import MAX_TEXT_LENGTH

texts = st.text(st.characters(codec=None), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
exact = st.recursive(scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5))
anything = st.recursive(
    scalars | st.floats() | st.binary() | st.dates() | st.decimals() | st.uuids() | st.sampled_from(Color),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.dictionaries(scalars, inner) | st.builds(Point, st.just(1), inner)
    ),
)


def decoded(opts):
    """What comes out of the JSON, and what was said to be replaced."""
    text, replaced = encode(opts)
    assert text.isascii()
    assert len(text) <= MAX_TEXT_LENGTH
    return json.loads(text, parse_constant=pytest.fail), replaced


@given(exact)
def test_what_json_can_hold_comes_out_as_it_went_in(opts):
    assert decoded(opts) == (opts, [])


@given(anything)
def test_any_shape_becomes_json_once_and_for_all(opts):
    plain, _ = decoded(opts)
    assert decoded(plain) == (plain, [])


@pytest.mark.parametrize("kind", VALUES)
def test_every_strange_value_becomes_json_without_harm_to_its_neighbours(kind):
    plain, _ = decoded({"before": 1, "strange": VALUES[kind], "after": "x"})
    assert (plain["before"], plain["after"]) == (1, "x")


class Pair(NamedTuple):
    x: int
    y: int


class Dumped:
    def model_dump(self):
        return {"a": 1}


class Undumpable:
    def model_dump(self):
        raise RuntimeError("no")

    def __str__(self):
        return "shown"


class Fielded(Point):
    @property
    def y(self):
        raise RuntimeError("no")

    @y.setter
    def y(self, value):
        return


@pytest.mark.parametrize(
    ("value", "instead", "said"),
    [
        (math.nan, "nan", "float"),
        (-math.inf, "-inf", "float"),
        (10**5000, hex(10**5000), "integer"),
        (b"abc", "abc", "bytes"),
        (b"\xff", "/w==", "bytes"),
        (bytearray(b"abc"), "abc", "bytes"),
        (memoryview(b"abc"), "abc", "bytes"),
        (datetime.datetime(2026, 11, 21, 1, 2, tzinfo=datetime.UTC), "2026-11-21T01:02:00+00:00", "date"),
        (datetime.date(2026, 11, 21), "2026-11-21", "date"),
        (datetime.time(1, 2), "01:02:00", "date"),
        (datetime.timedelta(hours=1), "1:00:00", "timedelta"),
        (decimal.Decimal("0.10"), "0.10", "Decimal"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001", "UUID"),
        (pathlib.PurePosixPath("a/b"), "a/b", "PurePosixPath"),
        (Color.RED, "red", "enum member"),
        ({1}, [1], "set"),
        (frozenset({"a"}), ["a"], "frozenset"),
        (Point(1, [2]), {"x": 1, "y": [2]}, "Point"),
        (Fielded(1), "[unreadable]", "Fielded that raised RuntimeError"),
        (Dumped(), {"a": 1}, "Dumped"),
        (Undumpable(), "shown", "Undumpable"),
        (1 + 2j, "(1+2j)", "complex"),
        (NoText(), "<NoText without text: RuntimeError>", "NoText"),
        (Unbound(), "[unreadable]", "Unbound that raised RuntimeError"),
        (BrokenMapping(), "[unreadable]", "BrokenMapping that raised RuntimeError"),
        (BrokenDict(a=1), "[unreadable]", "BrokenDict that raised LookupError"),
        (BrokenSequence(), "[unreadable]", "BrokenSequence that raised RuntimeError"),
        (datetime.datetime(2026, 1, 1, tzinfo=BrokenZone()), "[unreadable]", "datetime that raised RuntimeError"),
        (range(3), [0, 1, 2], None),
        (deque([1]), [1], None),
        (Pair(1, 2), [1, 2], None),
        (OrderedDict(a=1), {"a": 1}, None),
        (MappingProxyType({"a": 1}), {"a": 1}, None),
        (OtherText("kept"), "kept", None),
        (Level.HIGH, 3, None),
        (Word.YES, "yes", None),
        (2**64, 2**64, None),
        (SURROGATE, SURROGATE, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_stands_for_a_value(value, instead, said):
    plain, replaced = decoded({"value": value})
    assert plain == {"value": instead}
    assert replaced == ([] if said is None else [f"opts.value ({said})"])


def test_a_released_buffer_costs_itself_only():
    view = memoryview(b"x")
    view.release()
    assert decoded([1, view]) == ([1, "[unreadable]"], ["opts[1] (memoryview that raised ValueError)"])


def test_keys_of_other_types_are_written_as_texts_and_never_collide():
    plain, replaced = decoded({1: "a", "1": "b", None: "c", "null": "d", False: "e", 1.5: "f", (1, 2): "g"})
    assert plain == {"1": "a", "1 (2)": "b", "null": "c", "null (4)": "d", "false": "e", "1.5": "f", "(1, 2)": "g"}
    assert replaced == [
        "opts.1 (key)",
        "opts.1 (second such key)",
        "opts.null (key)",
        "opts.null (second such key)",
        "opts.false (key)",
        "opts.1.5 (key)",
        "opts.(1, 2) (key)",
    ]


def test_a_bag_that_holds_itself_is_cut_where_it_does():
    assert decoded(circular()) == ({"kept": 1, "self": "[circular]"}, ["opts.self (reference to itself)"])
    shared = [1]
    assert decoded([shared, shared]) == ([[1], [1]], [])


def test_a_bag_is_cut_where_it_is_nested_too_deep():
    plain, [said] = decoded(deep())
    assert json.dumps(plain) == "[" * 64 + '"[too deep]"' + "]" * 64
    assert said.endswith("(value nested too deep)")


def test_pydantic_models_are_kept_as_their_fields():
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):
        name: str
        when: datetime.date

    plain, replaced = decoded(Model(name="n", when=datetime.date(2026, 1, 1)))
    assert plain == {"name": "n", "when": "2026-01-01"}
    assert replaced == ["opts.when (date)", "opts (Model)"]


def test_of_10_megabytes_as_much_is_kept_as_a_span_can_take():
    plain, [said] = decoded({"text": "x" * 10_000_000, "after": 1})
    assert plain == {"text": "x" * 60_000 + "[cut]", "after": 1}
    assert said == "opts.text (text of 10000000 characters)"

    plain, replaced = decoded([[number] * 1000 for number in range(1000)])
    assert plain[0] == [0] * 1000
    assert replaced[-1] == f"opts (only {len(plain)} of 1000 items)"


@pytest.mark.parametrize(
    "opts",
    [
        {"😀" * 1000 + str(number): "😀" * 1000 for number in range(1000)},
        [10**5000] * 1000,
        [10**600] * 1000,
        {f"{'k' * 100_000}{number}": {"v" * 100_000} for number in range(100)},
        [math.nan] * 100_000,
        [{str(number): [number] * 100 for number in range(100)}] * 100,
    ],
    ids=["wide characters", "long integers", "integers", "long keys", "no numbers", "tree"],
)
def test_json_is_never_cut_in_the_middle(opts):
    plain, replaced = decoded(opts)
    assert plain
    assert replaced


def test_what_was_replaced_is_said_once_a_place(memory: Memory, caplog):
    for number in range(3):
        memory.wm.run("Strange", {"when": datetime.date(2026, 1, 1), "set": {1}, "number": number}).end()
    [record] = [record for record in caplog.records if "opts" in record.getMessage()]
    assert record.name == "warpmetrics_otel"
    assert "run.opts.when (date), run.opts.set (set)" in record.getMessage()
    assert "pass plain values" in record.getMessage()
    assert __file__ in record.getMessage()


def test_a_long_list_of_replacements_is_summed_up(memory: Memory, caplog):
    memory.wm.run("Strange", {f"{SURROGATE}{number}": {1} for number in range(100)}).end()
    [record] = caplog.records
    record.getMessage().encode()
    assert "and 95 more" in record.getMessage()


@pytest.mark.parametrize("verb", ["run", "group", "record_call", "start_call", "outcome", "act"])
def test_every_verb_takes_a_bag_of_any_shape(memory: Memory, verb):
    wm = memory.wm
    for value in VALUES.values():
        run = wm.run("Bags")
        match verb:
            case "run":
                wm.run("Bag", value).end()
            case "group":
                wm.group(run, "Bag", value).end()
            case "record_call":
                wm.record_call(run, provider="p", model="m", opts=value)
            case "start_call":
                wm.start_call(run, provider="p", model="m", opts=value).end()
            case "outcome":
                wm.outcome(run, "Bag", value)
            case "act":
                wm.act(wm.outcome(run, "o"), "Bag", value)
        run.end()
    bags = [
        dict(thing.attributes).get(semconv.WARPMETRICS_OPTS) for span in memory.spans for thing in (span, *span.events)
    ]
    # None alone is no bag.
    assert len([bag for bag in bags if bag is not None and json.loads(bag) is not None]) == len(VALUES) - 1
