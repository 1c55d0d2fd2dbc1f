"""What users hand over by mistake: values that break somewhere on their way to a backend."""

import datetime
import decimal
import enum
import pathlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SURROGATE = "\ud800"
"""Half of a character: no UTF-8, and so no protobuf string, can hold it."""


class NoText:
    """Raises when it is asked for its text."""

    def __str__(self) -> str:
        raise RuntimeError(f"no text {SURROGATE}")

    __repr__ = __str__


class OtherText(str):
    """A text that raises when it is asked for its text."""

    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Unbound:
    """A proxy outside of what it stands for, as web frameworks have them: even its class cannot be asked."""

    @property
    def __class__(self):
        raise RuntimeError("working outside of request context")


class BrokenMapping(Mapping):
    """Breaks while it is read."""

    def __getitem__(self, key: object) -> Any:
        raise RuntimeError("broken")

    def __iter__(self):
        yield "first"
        raise RuntimeError("broken")

    def __len__(self) -> int:
        return 2


class BrokenDict(dict):
    """A dict whose own methods raise what no encoder expects."""

    def items(self):
        raise LookupError("broken")

    def get(self, *key: object) -> Any:
        raise LookupError("broken")


class BrokenSequence(Sequence):
    """Breaks at its second item."""

    def __getitem__(self, index: int) -> Any:
        if index == 0:
            return "first"
        raise RuntimeError("broken")

    def __len__(self) -> int:
        return 3


class BrokenZone(datetime.tzinfo):
    """A time zone that does not know its offset."""

    def utcoffset(self, when: object) -> datetime.timedelta:
        raise RuntimeError("no offset")


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Word(enum.StrEnum):
    YES = "yes"


@dataclass
class Point:
    x: int
    y: Any = None


def circular() -> dict[str, Any]:
    """A dict that holds itself."""
    bag: dict[str, Any] = {"kept": 1}
    bag["self"] = bag
    return bag


def deep(levels: int = 100_000) -> list[Any]:
    """Lists inside of each other, deeper than any recursion goes."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


NAMES: dict[str, Any] = {
    "empty": "",
    "none": None,
    "integer": 7,
    "huge integer": 10**5000,
    "not a number": float("nan"),
    "true": True,
    "bytes": b"\xff\x00",
    "list": [SURROGATE],
    "dict": {"a": SURROGATE},
    "object": object(),
    "object without text": NoText(),
    "text without text": OtherText("kept"),
    "unbound proxy": Unbound(),
    "10,000 characters": "x" * 10_000,
    "6 million characters": "x" * 6_000_000,
    "lone surrogate": SURROGATE,
    "surrogate within": f"a{SURROGATE}é",
    "control characters": "a\x00b\x1b[31m\r\n",
}
"""What a label, a name, a model or a text may turn out to be."""

VALUES: dict[str, Any] = {
    **NAMES,
    "enum": Color.RED,
    "infinity": float("-inf"),
    "beyond 64 bits": 2**64,
    "date": datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC),
    "date without offset": datetime.datetime(2026, 11, 21, tzinfo=BrokenZone()),
    "decimal": decimal.Decimal("1.5"),
    "uuid": uuid.UUID(int=1),
    "path": pathlib.PurePosixPath("a/b"),
    "dataclass": Point(1),
    "set": {1},
    "broken mapping": BrokenMapping(),
    "broken dict": BrokenDict(a=1),
    "broken sequence": BrokenSequence(),
    "circular": circular(),
    "deep": deep(),
    "keys of other types": {1: "a", None: "b", (1, 2): "c", SURROGATE: "d"},
}
"""What opts, messages, tokens or a cost may turn out to be."""

TIMES: dict[str, Any] = {
    "before 1970": datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC),
    "negative": -1,
    "very negative": -(10**30),
    "beyond 64 bits": 2**64,
    "far beyond": 10**400,
    "too long to print": 10**5000,
    "infinity": float("inf"),
    "not a number": float("nan"),
    "no time": "yesterday",
    "first": datetime.datetime.min,
    "last": datetime.datetime.max,
    "without offset": datetime.datetime(2026, 11, 21, tzinfo=BrokenZone()),
    "date": datetime.date(2026, 11, 21),
    "object without text": NoText(),
}
"""What a time may turn out to be."""
