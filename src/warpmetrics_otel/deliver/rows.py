"""Rows, of which a batch is made: the JSON text of an entity and its kind; and rows as the body of a request."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from warpmetrics_otel.entities import KINDS
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.records import CODES, row_of

_write = encoder(ascii_only=True)
CUT = "[cut by warpmetrics-otel: the server refused the size]"
_TEXT_LENGTHS = (65_536, 16_384, 4096, 1024, 256)
_INSTEAD = {"messages": CUT, "response": CUT, "toolCalls": None, "opts": {"cut": CUT}, "error": CUT}
"""What stands for a field that is too large whatever its texts; each of a kind that the API takes there."""


class Row(NamedTuple):
    """One entity, ready to be sent."""

    kind: str
    text: bytes
    """The JSON object, ASCII."""
    position: Any = None
    """Where it waits; the backlog's own."""


def unchanged(row: Row) -> Row:
    """The row as it is."""
    return row


def packed(row: Row) -> bytes:
    """The record of a row."""
    return CODES[row.kind] + row.text


def unpacked(record: bytes, position: Any) -> Row | None:
    """The row in a record; None when it holds no kind that is known."""
    row = row_of(record)
    return None if row is None else Row(*row, position)


def body(rows: Iterable[Row]) -> bytes:
    """The request's body: the envelope of a batch with all six arrays (native-api.md)."""
    arrays: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
    for kind, text, _ in rows:
        arrays[kind].append(text)
    batch = b",".join([b'"%s":[%s]' % (kind.encode(), b",".join(texts)) for kind, texts in arrays.items()])
    return b'{"d":"%s"}' % base64.b64encode(b"{%s}" % batch)


def shortened(row: Row, longest: int) -> Row | None:
    """The row with its content cut, and a mark wherever something is missing: first in texts, then whole fields.

    Args:
        row: a row that the server refuses for its size.
        longest: the bytes it should have.

    Returns:
        A smaller row, though maybe not as small as that; None when nothing can go.
    """
    values = json.loads(row.text)
    shorter = row
    for letters in _TEXT_LENGTHS:
        shorter = _with(row, {**values, **{field: _cut(values[field], letters) for field in _content(values)}})
        if len(shorter.text) <= longest:
            break
    for field in _content(values):
        if len(shorter.text) <= longest:
            break
        values[field] = _INSTEAD[field]
        shorter = min(shorter, _with(row, values), key=lambda one: len(one.text))
    return shorter if len(shorter.text) < len(row.text) else None


def _with(row: Row, values: dict[str, Any]) -> Row:
    return Row(row.kind, _write(values).encode("ascii"), row.position)


def _content(values: dict[str, Any]) -> list[str]:
    return [field for field in _INSTEAD if values.get(field)]


def _cut(value: Any, letters: int) -> Any:
    """A value with its long texts cut."""
    if isinstance(value, str):
        return value if len(value) <= letters + len(CUT) else value[:letters] + CUT
    if isinstance(value, dict):
        return {key: _cut(item, letters) for key, item in value.items()}
    return [_cut(item, letters) for item in value] if isinstance(value, list) else value
