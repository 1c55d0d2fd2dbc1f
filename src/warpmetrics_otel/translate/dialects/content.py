"""What was said, in one form whatever the convention: messages, the answer's text, tool calls, names of tools.

A message that is one text is ``{"role", "content"}``, as clients take it; any other is ``{"role", "parts"}`` with the
parts of the GenAI conventions. Nothing here raises: what is in no known form is kept as it is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from warpmetrics_otel.translate.content import as_message
from warpmetrics_otel.translate.content_parts import as_parsed
from warpmetrics_otel.translate.dialects.values import as_json, parsed
from warpmetrics_otel.translate.text import text_of

_TEXT_ONLY = {"role", "content"}
_MESSAGE = frozenset({"role", "content", "parts", "tool_calls", "type"})


class Answer(NamedTuple):
    """What a model answered."""

    response: Any = None
    tool_calls: list[dict[str, Any]] | None = None
    texts: int = 0
    """In how many messages there was text."""


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
        made = {"role": item.get("role"), "parts": [_part(part) for part in parts]}
        return made if name is None else {**made, "name": name}
    if isinstance(item.get("content"), str) and item.keys() == _TEXT_ONLY:
        return item
    made = as_message(item)
    return message(made) if made.get("parts") else {"role": made["role"], "content": ""}


def _part(part: Any) -> Any:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "thinking":
        return {**part, "type": "reasoning"}
    if kind == "tool_call":
        return {**part, "arguments": as_parsed(part.get("arguments"))}
    if kind == "tool_call_response" and "result" in part:
        # So it is called in the conventions' examples, and otherwise in their schema.
        return {"response" if name == "result" else name: value for name, value in part.items()}
    return part


def answer(output: Any) -> Answer:
    """What was answered, of a list of messages, one, or a text, as the GenAI conventions or clients have them.

    Of several answers to choose from the first counts. One that comes in several messages, as its reasoning, its text
    and its tool calls, is put together.
    """
    read = parsed(output)
    listed = [read] if isinstance(read, dict) else read
    if not isinstance(listed, list) or not any(_is_message(item) for item in listed):
        # What it was told to answer may be JSON itself.
        return Answer(
            None if read in ([], {}) else output if isinstance(output, str) or output is None else as_json(output)
        )
    whole = _answered(listed)
    if len(listed) == 1 or whole.texts < 2:
        return whole
    return next(found for item in listed if (found := _answered([item])).texts or found.tool_calls)


def _is_message(item: Any) -> bool:
    return isinstance(item, dict) and not _MESSAGE.isdisjoint(item)


def _answered(messages: list[Any]) -> Answer:
    texts: list[str] = []
    calls: list[dict[str, Any]] = []
    with_text = 0
    for item in messages:
        if not isinstance(item, dict):
            continue
        before = len(texts)
        for part in _parts(item):
            kind = part.get("type")
            content = part.get("content")
            if kind == "text" and isinstance(content, str):
                texts.append(content)
            elif kind == "tool_call":
                calls.append(tool_call(part.get("id"), part.get("name"), part.get("arguments")))
        with_text += len(texts) > before
    return Answer("".join(texts) if texts else None, calls or None, with_text)


def _parts(item: dict[str, Any]) -> list[dict[str, Any]]:
    parts = item.get("parts")
    if not isinstance(parts, list):
        content = item.get("content")
        if isinstance(content, str) and item.keys() == _TEXT_ONLY:
            return [{"type": "text", "content": content}]
        parts = as_message(item)["parts"]
    return [part for part in parts if isinstance(part, dict)]


def tool_call(call_id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    """A tool call as the native API has it."""
    # Tracers leave out what is empty.
    return {"id": call_id, "name": text_of(name), "arguments": "{}" if arguments is None else as_json(arguments)}


def tool_names(definitions: Any) -> list[Any] | None:
    """The names of tools, of definitions in the form of the GenAI conventions, of OpenAI or Anthropic, or JSON."""
    definitions = parsed(definitions)
    if isinstance(definitions, dict):
        definitions = list(definitions.values())
    if not isinstance(definitions, list):
        return None
    return [name for item in definitions if (name := _tool_name(parsed(item))) is not None] or None


def _tool_name(tool: Any) -> str | None:
    if isinstance(tool, dict):
        inner = tool.get("function")
        tool = (inner.get("name") if isinstance(inner, dict) else None) or tool.get("name") or tool.get("type")
    return tool if isinstance(tool, str) else None


def _is_parts(system: Any) -> bool:
    return isinstance(system, list) and all(isinstance(part, dict) and "content" in part for part in system)


def _said(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}
