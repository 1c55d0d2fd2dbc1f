"""Lists that stand in attributes one value each, such as `llm.input_messages.0.message.role`, as lists again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_INDEX = re.compile(r"\.([0-9]{1,5})(?:\.|$)")
"""A part of a name that is an index; nothing has as many elements that it would be longer."""


def unfolded(attributes: Mapping[str, Any], prefixes: tuple[str, ...]) -> dict[str, list[Any]]:
    """The lists whose values' names begin with one of `prefixes`, a dot and an index, by what is before the index.

    Names within an element that are followed by an index again are lists too; others stay as they are, so that
    ``tool_calls.0.function.name`` gives a list under ``tool_calls`` of mappings with ``function.name``.
    """
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name in attributes:
        if name.startswith(prefixes):
            _put(found, name, attributes[name])
    return {name: _listed(elements) for name, elements in found.items()} if found else {}


def _put(lists: dict[str, dict[int, dict[str, Any]]], name: str, value: Any) -> bool:
    """Put a value into its list, by the first index in its name; whether there is one."""
    parts = _parted(name)
    if parts is None:
        return False
    before, number, rest = parts
    elements = lists.get(before)
    if elements is None:
        elements = lists[before] = {}
    element = elements.get(number)
    if element is None:
        elements[number] = {rest: value}
    else:
        element[rest] = value
    return True


# Names are few, and come with every span.
@lru_cache(maxsize=4096)
def _parted(name: str) -> tuple[str, int, str] | None:
    """What is before the first index of a name, that, and what is behind it."""
    index = _INDEX.search(name)
    return None if index is None else (name[: index.start()], int(index[1]), name[index.end() :])


def _listed(elements: Mapping[int, dict[str, Any]]) -> list[Any]:
    return [_folded(elements[number]) for number in sorted(elements)]


def _folded(element: dict[str, Any]) -> Any:
    if "" in element:
        return element[""]
    lists: dict[str, dict[int, dict[str, Any]]] = {}
    plain = {name: value for name, value in element.items() if not _put(lists, name, value)}
    return plain | {name: _listed(elements) for name, elements in lists.items()} if lists else plain
