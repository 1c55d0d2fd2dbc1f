"""Call data as the message structures of the GenAI conventions (`gen_ai.input.messages` and its siblings).

These are pure functions that never raise: users hand in messages of any form, and what has none of
the known forms becomes a text part with its JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel.translate.call_data import CallContent
from warpmetrics_otel.translate.content_parts import Part, as_json, as_parsed, as_text, content_parts, text_part

Message = dict[str, Any]

_CALL_KINDS = ("function_call", "custom_tool_call")


def input_messages(data: CallContent) -> list[Message] | None:
    """The messages of the request, one `{"role", "parts"}` each; None when there are none."""
    given = data.messages
    if given is None or given in ("", []):
        return None
    items = list(given) if isinstance(given, list | tuple) else [given]
    return [as_message(item) for item in items]


def output_messages(data: CallContent) -> list[Message] | None:
    """The model's answer: its reasoning, text and tool calls as one message; None when there was none."""
    parts: list[Part] = []
    if data.reasoning:
        parts.append({"type": "reasoning", "content": as_text(data.reasoning)})
    response: Any = data.response  # what is recorded by hand need not be a text
    if response:
        parts.append(text_part(response if isinstance(response, str) else as_json(response)))
    calls = data.tool_calls
    parts.extend(map(_given_call, calls if isinstance(calls, list | tuple) else []))
    if not parts:
        return None
    message: Message = {"role": "assistant", "parts": parts}
    if data.finish_reasons:
        message["finish_reason"] = data.finish_reasons[0]
    return [message]


def system_instructions(data: CallContent) -> list[Part] | None:
    """The instructions given apart from the messages; None when there are none."""
    return content_parts(data.instructions) or None


def tool_definitions(data: CallContent) -> list[dict[str, Any]] | None:
    """The tools offered to the model, `{"type", "name", "description", "parameters"}` where known; None without any."""
    tools = data.tool_definitions
    if isinstance(tools, list | tuple) and tools:
        return [_definition(tool) for tool in tools]
    return [{"type": "function", "name": name} for name in data.tools] if data.tools else None


def as_message(item: Any) -> Message:
    """A message of OpenAI, Anthropic or anybody as `{"role", "parts"}`."""
    if not isinstance(item, Mapping):
        return {"role": "user", "parts": content_parts(item)}
    kind = item.get("type")
    if kind in _CALL_KINDS:
        return {"role": "assistant", "parts": [_call(item, "call_id", item.get("arguments", item.get("input")))]}
    if kind in ("function_call_output", "custom_tool_call_output"):
        return {"role": "tool", "parts": [_answered(item.get("call_id"), item.get("output"))]}
    if kind == "reasoning":
        return {"role": "assistant", "parts": content_parts([{"type": "reasoning", "content": _summary(item)}])}
    role = item.get("role")
    if role == "tool":
        return _named(item, "tool", [_answered(item.get("tool_call_id"), item.get("content"))])
    if role is None and "content" not in item:
        return {"role": "user", "parts": [text_part(as_json(item))]}
    parts = content_parts(item.get("content"))
    if item.get("refusal"):
        parts.append(text_part(as_text(item["refusal"])))
    calls = item.get("tool_calls")
    parts.extend(map(_given_call, calls if isinstance(calls, list | tuple) else []))
    return _named(item, as_text(role or "user"), parts)


def _named(item: Mapping[str, Any], role: str, parts: list[Part]) -> Message:
    name = item.get("name")
    return {"role": role, "parts": parts, "name": name} if isinstance(name, str) else {"role": role, "parts": parts}


def _summary(item: Mapping[str, Any]) -> str:
    summary = item.get("summary")
    texts = [part.get("text") for part in summary if isinstance(part, Mapping)] if isinstance(summary, list) else []
    return "".join(text for text in texts if isinstance(text, str))


def _answered(call_id: Any, response: Any) -> Part:
    return {"type": "tool_call_response", "id": call_id, "response": response}


def _given_call(call: Any) -> Part:
    """A tool call of chat completions, or of our own flat form."""
    if not isinstance(call, Mapping):
        return text_part(as_json(call))
    inner = call.get("function") or call.get("custom")
    named = inner if isinstance(inner, Mapping) else call
    return _call({**named, "id": call.get("id")}, "id", named.get("arguments", named.get("input")))


def _call(call: Mapping[str, Any], id_key: str, arguments: Any) -> Part:
    return {
        "type": "tool_call",
        "id": call.get(id_key),
        "name": as_text(call.get("name") or ""),
        "arguments": as_parsed(arguments),
    }


def _definition(tool: Any) -> dict[str, Any]:
    if not isinstance(tool, Mapping):
        return {"type": "function", "name": as_text(getattr(tool, "name", tool))}
    inner = tool.get("function") or tool.get("custom")
    named = inner if isinstance(inner, Mapping) else tool
    definition = {
        "type": tool.get("type") or "function",
        "name": named.get("name") or tool.get("type"),
        "description": named.get("description"),
        "parameters": named.get("parameters", named.get("input_schema")),
    }
    return {key: value for key, value in definition.items() if value is not None}
