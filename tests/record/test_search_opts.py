"""Copies of opts as attributes of their own, for backends that search attributes but not JSON."""

import json

from tests.record.memory import Memory, attributes
from tests.record.strange import SURROGATE
from warpmetrics_otel import semconv


def test_search_copies_are_scalars_and_lists_of_scalars(memory: Memory):
    opts = {
        "text": "t",
        "number": 1,
        "ratio": 0.5,
        "flag": True,
        "texts": ["a", "b"],
        "numbers": (1, 2),
        "mixed": ["a", 1],
        "huge": 2**63,
        "huge list": [2**63, 2**64],
        "lone": SURROGATE,
        "none": None,
        "empty": [],
        "nested": {"a": 1},
        "lists": [[1]],
        "": "no key",
        "k" * 129: "long key",
        7: "key of another type",
    }
    memory.wm.run("Search", opts).end()
    recorded = attributes(memory.spans[0])
    prefix = semconv.WARPMETRICS_OPTS_PREFIX
    copies = {key.removeprefix(prefix): value for key, value in recorded.items() if key.startswith(prefix)}
    assert copies == {
        "text": "t",
        "number": 1,
        "ratio": 0.5,
        "flag": True,
        "texts": ("a", "b"),
        "numbers": (1, 2),
        "mixed": ("a", "1"),
        "huge": "9223372036854775808",
        "huge list": ("9223372036854775808", "18446744073709551616"),
        "lone": "\ufffd",
        "7": "key of another type",
    }
    assert json.loads(recorded[semconv.WARPMETRICS_OPTS])["lone"] == SURROGATE


def test_search_copies_are_bounded_in_number_length_and_items(memory: Memory):
    memory.wm.run("Search", {f"key{number}": "x" * 2000 for number in range(17)}).end()
    memory.wm.run("Search", {"list": list(range(1000))}).end()
    many, long = (attributes(span) for span in memory.spans)
    copies = [value for key, value in many.items() if key.startswith(semconv.WARPMETRICS_OPTS_PREFIX)]
    assert [len(copy) for copy in copies] == [1024] * 16
    assert long[semconv.WARPMETRICS_OPTS_PREFIX + "list"] == tuple(range(64))
