"""What was said, in one form whatever the convention: messages, the answer's text, tool calls, names of tools.

A message that is one text is ``{"role", "content"}``, as clients take it; any other is ``{"role", "parts"}`` with the
parts of the GenAI conventions. Nothing here raises: what is in no known form is kept as it is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from warpmetrics_otel.translate.content import as_message
from warpmetrics_otel.translate.dialects.values import as_json, parsed

_TEXT_ONLY = {"role", "content"}


class Answer(NamedTuple):
    """What a model answered."""

    response: Any = None
    tool_calls: list[dict[str, Any]] | None = None


def conversation(messages: Any, system: Any = None) -> Any:
    """The messages of a request, in the one form.

    Args:
        messages: a list of messages or one, as the GenAI conventions or clients have them, or JSON of that.
        system: instructions given apart, which come first: a text, parts, or JSON of those.
    """
    messages, system = parsed(messages), parsed(system)
    if isinstance(messages, dict):
        messages = [messages]
    if system:
        instructions = [message({"role": "system", "parts" if _is_parts(system) else "content": system})]
        if messages is None:
            return instructions
        return instructions + (messages_in(messages) if isinstance(messages, list) else [_said(messages)])
    return messages_in(messages) if isinstance(messages, list) else messages


def messages_in(listed: list[Any]) -> list[Any]:
    """A list of messages, in the one form."""
    return [message(item) for item in listed]


def message(item: Any) -> Any:
    """One message, in the one form."""
    if not isinstance(item, dict):
        return item
    parts = item.get("parts")
    if isinstance(parts, list):
        name = item.get("name")
        if len(parts) == 1 and name is None and isinstance(parts[0], dict) and parts[0].get("type") == "text":
            return {"role": item.get("role"), "content": parts[0].get("content")}
        made = {"role": item.get("role"), "parts": parts}
        return made if name is None else {**made, "name": name}
    if isinstance(item.get("content"), str) and item.keys() == _TEXT_ONLY:
        return item
    made = as_message(item)
    return message(made) if made.get("parts") else {"role": made["role"], "content": ""}


def answer(output: Any) -> Answer:
    """What was answered first, of a list of messages, one, or a text, as the GenAI conventions or clients have them."""
    output = parsed(output)
    if isinstance(output, list):
        output = output[0] if output else None
    if not isinstance(output, dict):
        return Answer(output)
    parts = output.get("parts")
    if not isinstance(parts, list):
        parts = as_message(output)["parts"]
    texts, calls = [], []
    for part in parts:
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if kind == "text":
            content = part.get("content")
            if isinstance(content, str):
                texts.append(content)
        elif kind == "tool_call":
            calls.append(tool_call(part.get("id"), part.get("name"), part.get("arguments")))
    return Answer("".join(texts) if texts else None, calls or None)


def tool_call(call_id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    """A tool call as the native API has it."""
    return {"id": call_id, "name": name, "arguments": as_json(arguments)}


def tool_names(definitions: Any) -> list[Any] | None:
    """The names of tools, of definitions in the form of the GenAI conventions, of OpenAI or Anthropic, or JSON."""
    definitions = parsed(definitions)
    if isinstance(definitions, dict):
        definitions = list(definitions.values())
    if not isinstance(definitions, list):
        return None
    return [name for item in definitions if (name := _tool_name(parsed(item))) is not None] or None


def _tool_name(tool: Any) -> Any:
    if isinstance(tool, str):
        return tool
    if not isinstance(tool, dict):
        return None
    inner = tool.get("function")
    return (inner.get("name") if isinstance(inner, dict) else None) or tool.get("name") or tool.get("type")


def _is_parts(system: Any) -> bool:
    return isinstance(system, list) and all(isinstance(part, dict) and "content" in part for part in system)


def _said(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}
