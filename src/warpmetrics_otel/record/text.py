"""Making text safe to put on a span.

One lone surrogate loses a whole OTLP batch, the user's own spans included, because protobuf
strings are UTF-8. Whatever comes from outside passes through here before it reaches a span.
"""

from __future__ import annotations

MAX_NAME_LENGTH = 128


def encodable(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD; the same object when there is none."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text


def plain(value: object) -> str:
    """Any value as encodable text."""
    return value if type(value) is str and value.isascii() else encodable(text_of(value))


def text_of(value: object) -> str:
    """Any value as text: strings as they are, None as the empty string, the rest by ``str``; never raises."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 -- a user's __str__ may raise anything
        return f"<{type(value).__name__} without text: {type(error).__name__}>"


def exception_type(error: BaseException) -> str:
    """The fully qualified name of an exception's class, built-in ones without a module (GenAI ``error.type``)."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
