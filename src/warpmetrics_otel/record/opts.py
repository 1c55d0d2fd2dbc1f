"""The opts bag as span attributes: one lossless JSON text, and copies of its scalars for search.

Any object is accepted. What JSON cannot hold is replaced by the nearest thing it can, and the
paths of what was replaced are returned so that the caller can say so.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.record.text import encodable, text_of

MAX_JSON_LENGTH = 65_536
"""Characters of JSON an opts bag may take on a span; OTLP receivers commonly refuse messages over 4 MiB."""

Redact = Callable[[Any, str], Any]

REDACTION_FAILED = "[redaction failed]"
_MAX_DEPTH = 64
_MAX_INT_BITS = 10_000
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=True).encode
_INT64 = range(-(1 << 63), 1 << 63)


def encode(opts: Any, path: str = "opts") -> tuple[str, list[str]]:
    """Encode opts as compact ASCII JSON.

    Returns the JSON and, in words, what had to be replaced to make it (empty when nothing had).
    Never raises.
    """
    try:
        text = _encode(opts)
        if len(text) <= MAX_JSON_LENGTH:
            return text, []
    except (TypeError, ValueError, RecursionError):
        pass
    for longest_text, most_items in ((MAX_JSON_LENGTH, MAX_JSON_LENGTH), (4096, 2000), (512, 200), (64, 50)):
        plain = _Plain(longest_text, most_items)
        text = _encode(plain.convert(opts, path, 0))
        if len(text) <= MAX_JSON_LENGTH:
            return text, plain.replaced
    return text[:MAX_JSON_LENGTH], [*plain.replaced, f"{path} cut at {MAX_JSON_LENGTH} characters"]


def search_copies(opts: Any, limit: int) -> dict[str, Any]:
    """Copies of the bag's scalars, and lists of scalars, as attributes of their own; at most `limit` of them."""
    copies: dict[str, Any] = {}
    if not isinstance(opts, Mapping):
        return copies
    for key, value in opts.items():
        if len(copies) >= limit:
            break
        name = encodable(text_of(key))
        copy = _searchable(value)
        if name and copy is not None:
            copies[semconv.WARPMETRICS_OPTS_PREFIX + name] = copy
    return copies


def redacted(value: Any, redact: Redact, path: str) -> Any:
    """A copy of the value with every leaf passed through ``redact(leaf, path)``; one that raises hides its leaf."""
    return _redacted(value, redact, path, 0)


def _redacted(value: Any, redact: Redact, path: str, depth: int) -> Any:
    if depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            return {key: _redacted(item, redact, f"{path}.{text_of(key)}", depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [_redacted(item, redact, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        opened = _opened(value)
        if opened is not value:
            return _redacted(opened, redact, path, depth + 1)
    try:
        return redact(value, path)
    except Exception:  # noqa: BLE001 -- whatever went wrong, the value must not get out
        return REDACTION_FAILED


def _searchable(value: Any) -> Any:
    if type(value) is str:
        return encodable(value)
    if type(value) in (bool, float):
        return value
    if type(value) is int:
        return value if value in _INT64 else _int_text(value)
    if type(value) in (list, tuple) and value:
        items = [_searchable(item) for item in value if type(item) in (str, bool, int, float)]
        if len(items) < len(value):
            return None
        kinds = {type(item) for item in items}
        return items if len(kinds) == 1 else [text_of(item) for item in items]
    return None


def _int_text(value: int) -> str:
    # CPython refuses to print integers beyond 4,300 digits (CVE-2020-10735).
    return str(value) if value.bit_length() <= _MAX_INT_BITS else hex(value)


def _opened(value: Any) -> Any:
    """Objects that hold others (dataclasses, pydantic models) as plain containers; anything else as it is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name, None) for item in dataclasses.fields(value)}
    dump = getattr(type(value), "model_dump", None)
    if callable(dump):
        try:
            return dump(value)
        except Exception:  # noqa: BLE001 -- a broken model is shown by its text instead
            return value
    return value


class _Plain:
    """Turns any value into what JSON can hold, and remembers what it had to replace."""

    def __init__(self, longest_text: int, most_items: int) -> None:
        self.replaced: list[str] = []
        self._longest_text = longest_text
        self._most_items = most_items
        self._open: set[int] = set()

    def convert(self, value: Any, path: str, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return self._note(path, "enum member", self.convert(value.value, path, depth + 1))
        if isinstance(value, str):
            return self._text(str(value), path)
        if isinstance(value, int):
            return int(value) if value.bit_length() <= _MAX_INT_BITS else self._note(path, "integer", hex(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else self._note(path, "float", repr(float(value)))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._note(path, "bytes", self._text(_bytes_text(bytes(value)), path))
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return self._note(path, "date", value.isoformat())
        if isinstance(value, (decimal.Decimal, uuid.UUID, pathlib.PurePath, datetime.timedelta)):
            return self._note(path, type(value).__name__, str(value))
        return self._container(value, path, depth)

    def _container(self, value: Any, path: str, depth: int) -> Any:
        opened = _opened(value)
        if id(value) in self._open:
            return self._note(path, "reference to itself", "[circular]")
        if depth >= _MAX_DEPTH:
            return self._note(path, "value nested too deep", "[too deep]")
        self._open.add(id(value))
        try:
            if isinstance(opened, Mapping):
                return self._mapping(opened, path, depth)
            if isinstance(opened, (Sequence, AbstractSet)):
                return self._items(opened, path, depth)
        except Exception as error:  # noqa: BLE001 -- a user's container may raise anything while it is read
            return self._note(path, f"{type(value).__name__} that raised {type(error).__name__}", "[unreadable]")
        finally:
            self._open.discard(id(value))
        return self._note(path, type(value).__name__, self._text(text_of(value), path))

    def _mapping(self, value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, item in islice(value.items(), self._most_items):
            name = key if isinstance(key, str) else self._note(f"{path}.{text_of(key)}", "key", text_of(key))
            plain[name] = self.convert(item, f"{path}.{name}", depth + 1)
        self._note_left_out(path, len(value))
        return plain

    def _items(self, value: Sequence[Any] | AbstractSet[Any], path: str, depth: int) -> list[Any]:
        kept: Iterable[Any] = islice(value, self._most_items)
        plain = [self.convert(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(kept)]
        self._note_left_out(path, len(value))
        return plain

    def _text(self, text: str, path: str) -> str:
        if len(text) <= self._longest_text:
            return text
        self._note(path, f"text of {len(text)} characters", None)
        return text[: self._longest_text] + "[cut]"

    def _note_left_out(self, path: str, count: int) -> None:
        if count > self._most_items:
            self.replaced.append(f"{path} (only {self._most_items} of {count} items)")

    def _note(self, path: str, what: str, instead: Any) -> Any:
        self.replaced.append(f"{path} ({what})")
        return instead


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
