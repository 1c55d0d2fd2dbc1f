"""Lists that stand in attributes one value each, such as `llm.input_messages.0.message.role`, as lists again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_DIGITS = 5
"""An index with more is none: nothing has as many elements."""


def unfolded(attributes: Mapping[str, Any], prefix: str) -> list[Any] | None:
    """The list whose values' names begin with `prefix`, a dot and an index; None when there are no such attributes.

    Names within an element that are followed by an index again are lists too; others stay as they are, so that
    ``tool_calls.0.function.name`` gives a list under ``tool_calls`` of mappings with ``function.name``.
    """
    start, length = f"{prefix}.", len(prefix) + 1
    found: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        if name.startswith(start):
            index, _, rest = name[length:].partition(".")
            if _is_index(index):
                found.setdefault(int(index), {})[rest] = value
    if not found:
        return None
    return [_folded(found[index]) for index in sorted(found)]


def _folded(element: dict[str, Any]) -> Any:
    if element.keys() == {""}:
        return element[""]
    lists: dict[str, dict[str, Any]] = {}
    plain: dict[str, Any] = {}
    for name, value in element.items():
        before = _list_in(name)
        if before is None:
            plain[name] = value
        else:
            lists.setdefault(before, {})[name] = value
    for before, values in lists.items():
        plain[before] = unfolded(values, before)
    return plain


def _list_in(name: str) -> str | None:
    parts = name.split(".")
    for number, part in enumerate(parts):
        if number and _is_index(part):
            return ".".join(parts[:number])
    return None


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
