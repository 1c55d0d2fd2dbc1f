"""Reading the keyword arguments of a request without keeping or changing anything of the caller's.

Arguments that were not given are values of a class of the client's own, so only plain values count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from warpmetrics_otel.capture.data import CallData

_DEEPEST = 40
_PLAIN = (str, bool, int, float)
_LISTED = ("messages", "input", "tools", "system", "stop", "stop_sequences")


def snapshot(value: Any, depth: int = 0) -> Any:
    """Copy lists and dicts so that the agent may go on changing its own; models become dicts, other values stay."""
    if isinstance(value, _PLAIN) or value is None or depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: snapshot(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [snapshot(item, depth + 1) for item in value]
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", exclude_none=True) if callable(dump) and not isinstance(value, type) else value


def materialised(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same arguments with one-time iterators made lists: reading them would leave nothing for the request."""
    for name in _LISTED:
        value = kwargs.get(name)
        if isinstance(value, Iterable) and not isinstance(value, str | bytes | list | tuple | Mapping):
            kwargs = {**kwargs, name: list(value)}
    return kwargs


def given(kwargs: Mapping[str, Any], name: str) -> Any:
    """The argument, or None when it was left out."""
    value = kwargs.get(name)
    return value if isinstance(value, (*_PLAIN, list, tuple, Mapping)) else None


def scalars(kwargs: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Request attributes from arguments; `names` maps an argument to its attribute."""
    return {attribute: kwargs[name] for name, attribute in names.items() if isinstance(kwargs.get(name), _PLAIN)}


def texts(value: Any) -> list[str] | None:
    """A text or a list of texts as a list; None for anything else."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return list(value) or None
    return None


def asked(
    kwargs: Mapping[str, Any], provider: str, parameters: dict[str, Any], messages: Any, instructions: Any = None
) -> CallData:
    """What is known of a call before it is made.

    Args:
        kwargs: the request's arguments.
        provider: who is asked.
        parameters: request attributes.
        messages: a copy of what is asked.
        instructions: those that are given apart from the messages.
    """
    model = given(kwargs, "model")
    return CallData(
        provider=provider,
        request_model=str(model) if model else None,
        request_parameters=parameters,
        messages=messages,
        instructions=instructions,
        tools=tool_names(kwargs.get("tools")),
        tool_definitions=given(kwargs, "tools"),
    )


def tool_names(tools: Any) -> list[str] | None:
    """The names of the offered tools, or the kinds of those that have no name; None when none are offered."""
    if not isinstance(tools, list | tuple) or not tools:
        return None
    return [name for name in map(_tool_name, tools) if name]


def _tool_name(tool: Any) -> str | None:
    if not isinstance(tool, Mapping):
        name = getattr(tool, "__name__", None) or getattr(tool, "name", None)
        return name if isinstance(name, str) else None
    inner = tool.get("function") or tool.get("custom")
    name = tool.get("name") or (inner.get("name") if isinstance(inner, Mapping) else None) or tool.get("type")
    return name if isinstance(name, str) else None
