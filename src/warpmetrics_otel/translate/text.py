"""Making text and numbers safe to put on a span.

One lone surrogate loses a whole OTLP batch, the user's own spans included, because protobuf
strings are UTF-8; so does an attribute that is larger than what a receiver takes. Whatever comes
from outside passes through here before it reaches a span.
"""

from __future__ import annotations

from typing import Any

MAX_NAME_LENGTH = 128
"""Characters of a label or model that a span's name holds: backends list names in a column."""

MAX_TEXT_LENGTH = 65_536
"""Characters one text may take on a span; OTLP receivers commonly refuse messages over 4 MiB."""

MAX_ITEMS = 20_000
"""Values that are worth keeping of one bag or one conversation: beyond it nobody reads."""

INT64 = range(-(1 << 63), 1 << 63)
MAX_PRINTED_BITS = 2_000
"""Integers above are written in hex: CPython may be told to refuse to print more than 640 digits (CVE-2020-10735)."""


def encodable(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD; the same object when there is none."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # In UTF-16 a surrogate is one unit, so that it becomes one mark, and two that are halves of a character join.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def plain(value: object) -> str:
    """Any value as encodable text of bounded length."""
    if type(value) is str and len(value) <= MAX_TEXT_LENGTH and value.isascii():
        return value
    return encodable(text_of(value)[:MAX_TEXT_LENGTH])


def text_of(value: object) -> str:
    """Any value as text: strings as they are, None as the empty string, the rest by ``str``; never raises."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    try:
        if isinstance(value, str):
            # A subclass may say something else of itself (`Color.RED`) than what it holds.
            return str.__str__(value)
        if isinstance(value, int):
            return int_text(value)
        return str.__str__(str(value))
    except Exception as error:  # noqa: BLE001 -- a user's __str__ or __class__ may raise anything
        return f"<{type(value).__name__} without text: {type(error).__name__}>"


def int_text(value: int) -> str:
    """An integer of any size as text, hexadecimal where it is too long to be printed."""
    return str(value) if value.bit_length() <= MAX_PRINTED_BITS else hex(value)


def brief(value: object) -> str:
    """A value as it is named in a log message: short, encodable, on one line."""
    text = repr(value) if type(value) in (str, float, bool) else text_of(value)
    return encodable(" ".join(text[:100].split())) if text else type(value).__name__


def fit(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes that every exporter can encode: the same object when these are such."""
    for value in attributes.values():
        kind = type(value)
        if kind is str:
            if value.isascii():
                continue
        elif kind is bool or kind is float or (kind is int and value in INT64):
            continue
        break
    else:
        return attributes
    return {key: _fitting(value) for key, value in attributes.items()}


def _fitting(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return encodable(value)
    if kind is bool or kind is float:
        return value
    if kind is int:
        return value if value in INT64 else int_text(value)
    if isinstance(value, (list, tuple)):
        return [_fitting(item) for item in value]
    return plain(value)


def exception_type(error: BaseException) -> str:
    """The fully qualified name of an exception's class, built-in ones without a module (GenAI ``error.type``)."""
    cls = type(error)
    module = cls.__module__
    return plain(cls.__qualname__ if module == "builtins" else f"{module}.{cls.__qualname__}")
