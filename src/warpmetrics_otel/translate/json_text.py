"""Compact JSON encoders, built once: what `json.dumps` spends on building one for every value is half its time."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as json_encoder
from typing import Any


def encoder(*, ascii_only: bool, default: Callable[[Any], Any] | None = None) -> Callable[[Any], str]:
    """Make a function from a value to compact JSON text.

    Args:
        ascii_only: escape everything beyond ASCII.
        default: turns what JSON has no form for into something it has; without one TypeError is raised.

    Returns:
        The function. It raises ValueError for NaN and infinities, and RecursionError for values that hold themselves.
    """
    plain = json.JSONEncoder(separators=(",", ":"), ensure_ascii=ascii_only, allow_nan=False, default=default)
    make = getattr(json_encoder, "c_make_encoder", None)
    if make is None:  # an interpreter without the C accelerator
        return plain.encode
    quote = json_encoder.encode_basestring_ascii if ascii_only else json_encoder.encode_basestring
    write = make(None, plain.default, quote, None, ":", ",", False, False, False)
    return lambda value: "".join(write(value, 0))


def has_exact_json(value: Any) -> bool:
    """Whether `json` holds all of a value that it has just encoded: it turns keys of other types into texts."""
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str or (type(item) not in _LEAVES and not has_exact_json(item)):
                return False
    elif isinstance(value, (list, tuple)):
        return all(type(item) in _LEAVES or has_exact_json(item) for item in value)
    return True


_LEAVES = frozenset({str, int, float, bool, type(None)})
