"""Entities as rows: the JSON text of one, with its kind, as it waits; and rows as the body of a request."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any

from warpmetrics_otel.entities import KINDS, Entity
from warpmetrics_otel.translate.exact import plain_value
from warpmetrics_otel.translate.json_text import encoder

_write = encoder(ascii_only=True)
_CODES = {kind: bytes([ord("a") + number]) for number, kind in enumerate(KINDS)}
_KINDS = {code: kind for kind, code in _CODES.items()}
CUT = "[cut by warpmetrics-otel: the server refused the call's size]"


@dataclass(frozen=True, slots=True)
class Row:
    """One entity, ready to be sent."""

    kind: str
    text: bytes
    """The JSON object, ASCII."""
    position: Any = None
    """Where it waits; the backlog's own."""


def row_of(entity: Entity) -> Row:
    """The row of an entity."""
    values = entity.to_json()
    try:
        text = _write(values)
    except (TypeError, ValueError, RecursionError):
        # Recording makes plain values; what others hand over is made so here, rather than lost.
        text = _write(plain_value(values))
    return Row(entity.kind, text.encode("ascii"))


def packed(row: Row) -> bytes:
    """A row as one record of a file."""
    return _CODES[row.kind] + row.text


def unpacked(record: bytes, position: Any) -> Row | None:
    """The row in a record; None when it holds no kind that is known."""
    kind = _KINDS.get(record[:1])
    return None if kind is None else Row(kind, record[1:], position)


def body(rows: Iterable[Row]) -> bytes:
    """The request's body: the envelope of a batch with all six arrays (native-api.md)."""
    arrays: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
    for row in rows:
        arrays[row.kind].append(row.text)
    batch = b",".join(b'"%s":[%s]' % (kind.encode(), b",".join(texts)) for kind, texts in arrays.items())
    return b'{"d":"%s"}' % base64.b64encode(b"{%s}" % batch)


def shortened(row: Row, longest: int) -> Row | None:
    """The row of a call without the content that makes it too large, each replaced by a mark; None when nothing can go.

    Args:
        row: a row that the server refuses for its size.
        longest: the bytes it may have.
    """
    values = json.loads(row.text)
    for field in ("messages", "response", "toolCalls", "opts", "error"):
        if len(row.text) <= longest:
            break
        if len(encode_basestring_ascii(str(values.get(field)))) > len(CUT) * 2:
            values[field] = CUT
            row = Row(row.kind, _write(values).encode("ascii"), row.position)
    return row if len(row.text) <= longest else None
