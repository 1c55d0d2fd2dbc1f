"""Any value as what JSON can hold, with a list of what had to be replaced and where.

What users hand over is kept as near as JSON allows and never raises: a container that breaks while
it is read costs itself, not its neighbours.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import math
import pathlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from warpmetrics_otel.translate.text import MAX_PRINTED_BITS, int_text, text_of

MAX_DEPTH = 64
_MAX_KEY_IN_PATH = 64
_KEYS = {None: "null", True: "true", False: "false"}
"""Keys as `json` writes them."""
_T = TypeVar("_T")


class Plain:
    """Converts values, remembering in `replaced` (in words, with the path) what it had to replace.

    Args:
        longest_text: characters that a text or key may have; longer ones are cut.
        most_items: values that are kept in all, those inside of others included.
    """

    def __init__(self, longest_text: int, most_items: int) -> None:
        self.replaced: list[str] = []
        self._longest_text = longest_text
        self._left = most_items
        self._open: set[int] = set()

    def convert(self, value: Any, path: str, depth: int = 0) -> Any:
        """What JSON can hold of a value: dict, list, str, int, finite float, bool and None, of exactly those types."""
        self._left -= 1
        try:
            return self._converted(value, path, depth)
        except Exception as error:  # noqa: BLE001 -- a user's object may raise anything while it is read
            return self._note(path, f"{type(value).__name__} that raised {type(error).__name__}", "[unreadable]")

    def _converted(self, value: Any, path: str, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return self._note(path, "enum member", self.convert(value.value, path, depth + 1))
        if isinstance(value, str):
            return self._text(text_of(value), path)
        if isinstance(value, int):
            number = int(value)
            if number.bit_length() <= MAX_PRINTED_BITS:
                return number
            return self._note(path, "integer", self._text(int_text(number), path))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else self._note(path, "float", repr(float(value)))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._note(path, "bytes", self._text(_bytes_text(bytes(value)), path))
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return self._note(path, "date", value.isoformat())
        if isinstance(value, (decimal.Decimal, uuid.UUID, pathlib.PurePath, datetime.timedelta)):
            return self._note(path, type(value).__name__, self._text(str(value), path))
        return self._container(value, path, depth)

    def _container(self, value: Any, path: str, depth: int) -> Any:
        if id(value) in self._open:
            return self._note(path, "reference to itself", "[circular]")
        if depth >= MAX_DEPTH:
            return self._note(path, "value nested too deep", "[too deep]")
        self._open.add(id(value))
        try:
            if isinstance(value, Mapping):
                return self._mapping(value, path, depth)
            if isinstance(value, Sequence):
                return self._items(value, path, depth)
            if isinstance(value, AbstractSet):
                return self._note(path, type(value).__name__, self._items(value, path, depth))
            fields = _fields(value)
            if fields is not None:
                return self._note(path, type(value).__name__, self._mapping(fields, path, depth))
        finally:
            self._open.discard(id(value))
        return self._note(path, type(value).__name__, self._text(text_of(value), path))

    def _mapping(self, value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, item in value.items():
            if self._left <= 0:
                self._note_left_out(path, len(plain), len(value))
                break
            name = self._key(key, path)
            while name in plain:
                # JSON has one kind of key, Python has 1 and "1"; and keys that were cut may be the same.
                name = self._note(f"{path}.{name[:_MAX_KEY_IN_PATH]}", "second such key", f"{name} ({len(plain) + 1})")
            plain[name] = self.convert(item, f"{path}.{name[:_MAX_KEY_IN_PATH]}", depth + 1)
        return plain

    def _items(self, value: Iterable[Any], path: str, depth: int) -> list[Any]:
        plain: list[Any] = []
        for index, item in enumerate(value):
            if self._left <= 0:
                self._note_left_out(path, len(plain), len(value))  # type: ignore[arg-type]
                break
            plain.append(self.convert(item, f"{path}[{index}]", depth + 1))
        return plain

    def _key(self, key: Any, path: str) -> str:
        if type(key) is str and len(key) <= self._longest_text:
            return key
        name = _KEYS[key] if key is None or type(key) is bool else text_of(key)
        return self._note(f"{path}.{name[:_MAX_KEY_IN_PATH]}", "key", name[: self._longest_text])

    def _text(self, text: str, path: str) -> str:
        if len(text) <= self._longest_text:
            return text
        return self._note(path, f"text of {len(text)} characters", text[: self._longest_text] + "[cut]")

    def _note_left_out(self, path: str, kept: int, count: int) -> None:
        self._note(path, f"only {kept} of {count} items", None)

    def _note(self, path: str, what: str, instead: _T) -> _T:
        self.replaced.append(f"{path} ({what})")
        return instead


def _fields(value: Any) -> dict[str, Any] | None:
    """The fields of a dataclass or pydantic model; None for anything else, and for a model that cannot be dumped."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name, None) for item in dataclasses.fields(value)}
    dump = getattr(type(value), "model_dump", None)
    if not callable(dump):
        return None
    try:
        fields = dump(value)
    except Exception:  # noqa: BLE001 -- a broken model is shown by its text instead
        return None
    return fields if isinstance(fields, dict) else None


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
