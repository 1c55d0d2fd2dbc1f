"""Attributes of any type and form as values that can be used: structures, texts, numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.text import text_of
from warpmetrics_otel.translate.tokens import count

_decode = json.JSONDecoder().raw_decode
_encode = encoder(ascii_only=False, default=text_of)


def first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of these attributes that there is; None without any."""
    for name in names:
        value = attributes.get(name)
        if value is not None:
            return value
    return None


def first_count(attributes: Mapping[str, Any], names: tuple[str, ...]) -> int | float | None:
    """The first of these attributes that is a number."""
    for name in names:
        value = attributes.get(name)
        if value is not None and (number := count(value)) is not None:
            return number
    return None


def first_text(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these attributes that is a text, and not an empty one."""
    for name in names:
        value = attributes.get(name)
        if value and isinstance(value, str):
            return value
    return None


def parsed(value: Any) -> Any:
    """A structure, whether it is there as one or as JSON; any other text, and JSON that was cut, stays a text."""
    if isinstance(value, str):
        # A text like "42" may well be what was said.
        if not value.startswith(("[", "{")):
            return value
        try:
            found, end = _decode(value)
        except (ValueError, RecursionError):
            return value
        return found if end == len(value) or not value[end:].strip() else value
    return list(value) if isinstance(value, tuple) else value


def as_json(value: Any) -> str:
    """Any value as JSON text; texts are taken for JSON already."""
    if isinstance(value, str):
        return value
    try:
        return _encode(value)
    except (ValueError, RecursionError):
        return text_of(value)
