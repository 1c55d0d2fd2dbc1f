"""What was said in a call: the content fields of a native call, and the GenAI content attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import Call
from warpmetrics_otel.translate.content import input_messages, output_messages, tool_definitions
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.text import encodable, text_of

_encode = encoder(ascii_only=False, default=text_of)


class _Said(NamedTuple):
    """A native call in the form that `content` reads."""

    messages: Any
    response: Any
    tools: Any
    tool_calls: Any
    instructions: Any = None
    reasoning: str | None = None
    finish_reasons: list[str] | None = None
    tool_definitions: Any = None


def add_content(attributes: dict[str, Any], call: Call) -> None:
    """Add the content of a native call, as far as there is a place for it."""
    tools = call.tools if isinstance(call.tools, list) else None
    said = _Said(call.messages or None, call.response or None, tools, call.tool_calls or None)
    for key, structure in (
        (semconv.GEN_AI_TOOL_DEFINITIONS, tool_definitions(said)),
        (semconv.GEN_AI_INPUT_MESSAGES, input_messages(said)),
        (semconv.GEN_AI_OUTPUT_MESSAGES, output_messages(said)),
    ):
        if structure:
            attributes[key] = encodable(_encode(structure))


def messages_of(attributes: Mapping[str, Any]) -> Any:
    """The request's messages: plain texts in the form that clients take, others as the GenAI conventions have them."""
    messages = _parsed(attributes.get(semconv.GEN_AI_INPUT_MESSAGES))
    return [_message(message) for message in messages] if isinstance(messages, list) else messages


def response_of(attributes: Mapping[str, Any]) -> Any:
    """The answer's text; None when it had none."""
    output = _parsed(attributes.get(semconv.GEN_AI_OUTPUT_MESSAGES))
    if not isinstance(output, list):
        return output
    texts = [part["content"] for part in _parts(output, "text") if isinstance(part.get("content"), str)]
    return "".join(texts) if texts else None


def tool_calls_of(attributes: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The calls that the answer asked for, their arguments as JSON text; None when there were none."""
    output = _parsed(attributes.get(semconv.GEN_AI_OUTPUT_MESSAGES))
    if not isinstance(output, list):
        return None
    calls = [
        {"id": part.get("id"), "name": part.get("name"), "arguments": _as_text(part.get("arguments"))}
        for part in _parts(output, "tool_call")
    ]
    return calls or None


def tools_of(attributes: Mapping[str, Any]) -> list[Any] | None:
    """The names of the tools offered; None when there were none."""
    tools = _parsed(attributes.get(semconv.GEN_AI_TOOL_DEFINITIONS))
    if not isinstance(tools, list):
        return None
    return [tool.get("name") for tool in tools if isinstance(tool, dict)] or None


def _message(message: Any) -> Any:
    parts = message.get("parts") if isinstance(message, dict) and len(message) == 2 else None
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], dict) and parts[0].get("type") == "text":
        return {"role": message.get("role"), "content": parts[0].get("content")}
    return message


def _parts(messages: list[Any], kind: str) -> list[dict[str, Any]]:
    # The native model has one answer, the first.
    first = messages[0] if messages and isinstance(messages[0], dict) else {}
    parts = first.get("parts")
    listed = parts if isinstance(parts, list) else []
    return [part for part in listed if isinstance(part, dict) and part.get("type") == kind]


def _as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else _encode(arguments)


def _parsed(text: Any) -> Any:
    """The JSON of an attribute; the text itself where a limit cut it, for a part is better than nothing."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
