"""What a value of a row can be: as the API describes it, as other SDKs are known to send it, or neither. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from warpmetrics_otel.ids import kind_of

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_TOKENS = frozenset({"prompt", "completion", "total", "cachedInput", "cacheWrite", "cacheRead"})
_TOOL_CALL = frozenset({"id", "name", "arguments"})


class Fit(IntEnum):
    """How well a value fits its field."""

    RIGHT = 0
    ODD = 1
    WRONG = 2


Judge = Callable[[Any], Fit]


def an_id(*kinds: str) -> Judge:
    """An id of one of these kinds, such as ``run``."""
    return lambda value: Fit.RIGHT if isinstance(value, str) and kind_of(value) in kinds else Fit.WRONG


def null_or(judge: Judge) -> Judge:
    """None, or what another judge takes."""
    return lambda value: Fit.RIGHT if value is None else judge(value)


def one_of(*words: str) -> Judge:
    """One of these words."""
    return lambda value: Fit.RIGHT if value in words else Fit.WRONG


def text(value: Any) -> Fit:
    """Text."""
    return _right(isinstance(value, str))


def text_or_null(value: Any) -> Fit:
    """Text or null."""
    return _right(value is None or isinstance(value, str))


def bag(value: Any) -> Fit:
    """An object or null."""
    return _right(value is None or isinstance(value, dict))


def anything(_: Any) -> Fit:
    """Any JSON."""
    return Fit.RIGHT


def number(value: Any) -> Fit:
    """A number that is not negative, fractions included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Fit.WRONG
    return _right(value >= 0)


def whole(value: Any) -> Fit:
    """A whole number that is not negative."""
    return max(number(value), _right(isinstance(value, int)))


def time(value: Any) -> Fit:
    """ISO 8601 in UTC with milliseconds; numbers and other texts are odd."""
    if isinstance(value, str):
        return _right(_TIME.fullmatch(value) is not None)
    return max(Fit.ODD, number(value))


def tokens(value: Any) -> Fit:
    """Counts by kind, or null."""
    if value is None:
        return Fit.RIGHT
    return _right(isinstance(value, dict) and value.keys() <= _TOKENS and not any(map(whole, value.values())))


def names(value: Any) -> Fit:
    """A list of names, or null."""
    return _right(value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value)))


def tool_calls(value: Any) -> Fit:
    """A list of calls with id, name and arguments, or null."""
    return _right(value is None or (isinstance(value, list) and all(map(_is_tool_call, value))))


def _is_tool_call(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == _TOOL_CALL and isinstance(value["name"], str)


def _right(fits: bool) -> Fit:
    return Fit.RIGHT if fits else Fit.ODD
