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
    found: dict[str, dict[str, Any]] = {}
    for name, value in attributes.items():
        if name.startswith(prefixes):
            index = _INDEX.search(name)
            if index is not None:
                found.setdefault(name[: index.start()], {})[name[index.start() + 1 :]] = value
    return {name: _listed(values) for name, values in found.items()} if found else {}


def _listed(values: Mapping[str, Any]) -> list[Any]:
    elements: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        index, _, rest = name.partition(".")
        number = int(index)
        element = elements.get(number)
        if element is None:
            element = elements[number] = {}
        element[rest] = value
    return [_folded(elements[number]) for number in sorted(elements)]


def _folded(element: dict[str, Any]) -> Any:
    if "" in element:
        return element[""]
    lists: dict[str, dict[str, Any]] = {}
    for name in [name for name in element if _INDEX.search(name)]:
        index = _INDEX.search(name)
        if index is not None:
            lists.setdefault(name[: index.start()], {})[name[index.start() + 1 :]] = element.pop(name)
    for name, values in lists.items():
        element[name] = _listed(values)
    return element
