"""``warpmetrics.native``: the fields of a row that its span or event does not say exactly.

Whoever writes a span reads it back at once and puts here what differs; whoever reads one takes what is here instead.
That keeps rows exact whatever they hold, at no cost for those that hold nothing odd.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import ABSENT
from warpmetrics_otel.translate.json_text import encoder, has_exact_json
from warpmetrics_otel.translate.text import MAX_ITEMS, plain

ABSENT_FIELDS = "!absent"
"""The fields that a row does not have, although its span has something in their place. No field is called so."""

LINK = "!link"
"""The fields of the link to a group or call, in the ``warpmetrics.native`` of that."""

_LONGEST_TEXT = 1 << 20
_EXACT = frozenset({str, int, bool, type(None)})
_encode = encoder(ascii_only=True)


def json_text(value: Any) -> str:
    """Compact ASCII JSON of a value that came from JSON; what is none after all is replaced by the nearest thing."""
    try:
        return _encode(value)
    except (ValueError, TypeError, RecursionError):
        return _encode(_nearest(value))


def plain_value(value: Any) -> Any:
    """A value that JSON holds exactly: the same object when it is one, else the nearest thing that is."""
    if type(value) in _EXACT:
        return value
    try:
        _encode(value)
        if has_exact_json(value):
            return value
    except Exception:  # noqa: BLE001, S110 -- a user's container may raise anything; below it costs only itself
        pass
    return _nearest(value)


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


def _nearest(value: Any) -> Any:
    from warpmetrics_otel.translate.plain_json import Plain

    return Plain(_LONGEST_TEXT, MAX_ITEMS).convert(value, "")
