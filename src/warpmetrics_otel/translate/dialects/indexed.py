"""Lists that stand in attributes one value each, such as `llm.input_messages.0.message.role`, as lists again."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    index = _INDEX.search(name)
    if index is None:
        return False
    elements = lists.setdefault(name[: index.start()], {})
    elements.setdefault(int(index[1]), {})[name[index.end() :]] = value
    return True


def _listed(elements: Mapping[int, dict[str, Any]]) -> list[Any]:
    return [_folded(elements[number]) for number in sorted(elements)]


def _folded(element: dict[str, Any]) -> Any:
    if "" in element:
        return element[""]
    lists: dict[str, dict[int, dict[str, Any]]] = {}
    plain = {name: value for name, value in element.items() if not _put(lists, name, value)}
    return plain | {name: _listed(elements) for name, elements in lists.items()} if lists else plain
