"""``warpmetrics.native``: the fields of a row that its span or event does not say exactly.

Whoever writes a span reads it back at once and puts here what differs; whoever reads one takes what is here instead.
That keeps rows exact whatever they hold, at no cost for those that hold nothing odd.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import ABSENT
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.text import MAX_ITEMS, MAX_PRINTED_BITS, plain

ABSENT_FIELDS = "!absent"
"""The fields that a row does not have, although its span has something in their place. No field is called so."""

LINK = "!link"
"""The fields of the link to a group or call, in the ``warpmetrics.native`` of that."""

_LONGEST_TEXT = 1 << 20
MAX_DEPTH = 64
"""How deep lists and objects are in each other at most; what is deeper is replaced."""
_EXACT = frozenset({str, int, bool, type(None)})
_encode = encoder(ascii_only=True)


def json_text(value: Any) -> str:
    """Compact ASCII JSON of a value that came from JSON; what is none after all is replaced by the nearest thing."""
    try:
        return _encode(value)
    except Exception:  # noqa: BLE001 -- a user's container may raise anything
        return _encode(_nearest(value))


def plain_value(value: Any) -> Any:
    """A value that JSON holds exactly: the same object when it is one, else the nearest thing that is."""
    try:
        plain = _is_plain(value, 0)
    except RuntimeError:
        # Another thread changed it while it was looked at.
        plain = False
    return value if plain else _nearest(value)


def shown(value: Any) -> str:
    """A field as text that every exporter can encode; what the text does not say of it is in the difference."""
    return "" if value is ABSENT else plain(value)


def add_native(attributes: dict[str, Any], native: Mapping[str, Any]) -> None:
    """Add the fields that have to be known beside what a span or event says, if there are any."""
    if native:
        attributes[semconv.WARPMETRICS_NATIVE] = json_text(native)


def difference(row: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be known beside `said` to make `row` of it; empty when they are the same."""
    native = {name: value for name, value in row.items() if name not in said or not _same(value, said[name])}
    absent = [name for name in said if name not in row]
    if absent:
        native[ABSENT_FIELDS] = absent
    return native


def corrected(said: dict[str, Any], native: Mapping[str, Any]) -> dict[str, Any]:
    """What a span or event says, with what is known to be different; the inverse of `difference`."""
    absent = native.get(ABSENT_FIELDS)
    row = {**said, **{name: value for name, value in native.items() if name not in (ABSENT_FIELDS, LINK)}}
    for name in absent if isinstance(absent, list) else ():
        row.pop(name, None)
    return row


def native_of(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields that are there; None when there are none, or when a limit cut their JSON."""
    text = attributes.get(semconv.WARPMETRICS_NATIVE)
    if not isinstance(text, str):
        return None
    try:
        native = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return native if isinstance(native, dict) else None


def _same(value: Any, other: Any) -> bool:
    if value is other:
        return True
    if type(value) is not type(other):
        return False
    if type(value) in _EXACT:
        return bool(value == other)
    return json_text(value) == json_text(other)


def _is_plain(value: Any, depth: int) -> bool:
    # Half the time of encoding the value to see whether that works.
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(value.bit_length() <= MAX_PRINTED_BITS)
    if kind is float:
        return isfinite(value)
    if depth == MAX_DEPTH:
        return False
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not (type(item) is str or _is_plain(item, depth + 1)):
                return False
        return True
    return (kind is list or kind is tuple) and all(_is_plain(item, depth + 1) for item in value)


def _nearest(value: Any) -> Any:
    from warpmetrics_otel.translate.plain_json import Plain

    return Plain(_LONGEST_TEXT, MAX_ITEMS).convert(value, "")
