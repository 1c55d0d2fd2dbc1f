"""OpenAI responses: requests, responses and streamed events read into call data.

A response can fail although the request succeeded; such a call has failed here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.arguments import asked, given, scalars, snapshot
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.capture.openai_parts import add_output_type, add_usage
from warpmetrics_otel.capture.shape import Shape

_PARAMETERS = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "max_output_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "previous_response_id": semconv.GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID,
}
_CUT = {"max_output_tokens": "length"}
_FINAL = ("response.completed", "response.incomplete", "response.failed")


def request(kwargs: Mapping[str, Any]) -> CallData:
    """What the arguments of `create`, `parse` or `stream` say."""
    parameters = scalars(kwargs, _PARAMETERS)
    reasoning = given(kwargs, "reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    if isinstance(effort, str):
        parameters[semconv.GEN_AI_REQUEST_REASONING_LEVEL] = effort
    text = given(kwargs, "text")
    wanted = kwargs.get("text_format")
    add_output_type(parameters, wanted if isinstance(wanted, type) else text.get("format") if text else None)
    return asked(
        kwargs, "openai", parameters, snapshot(given(kwargs, "input")), instructions=given(kwargs, "instructions")
    )


def respond(data: CallData, response: Any) -> None:
    """Write what a `Response` says."""
    data.response_model = getattr(response, "model", None)
    data.response_id = getattr(response, "id", None)
    items = getattr(response, "output", None) or []
    data.response = _join(part for item in items if item.type == "message" for part in map(_said, item.content))
    data.reasoning = _join(
        part.text for item in items if item.type == "reasoning" for part in getattr(item, "summary", None) or []
    )
    data.tool_calls = [call for call in map(_tool_call, items) if call] or None
    data.finish_reasons = _finish(response, bool(data.tool_calls))
    error = getattr(response, "error", None)
    if getattr(response, "status", None) == "failed":
        data.error = getattr(error, "message", None)
        data.error_type = getattr(error, "code", None) or "failed"
    add_usage(data, getattr(response, "usage", None), "input", "output")


def _join(parts: Any) -> str | None:
    return "".join(part for part in parts if part) or None


def _said(part: Any) -> str | None:
    return getattr(part, "text", None) or getattr(part, "refusal", None)


def _tool_call(item: Any) -> dict[str, Any] | None:
    if item.type == "function_call":
        return {"id": item.call_id, "name": item.name, "arguments": item.arguments}
    if item.type == "custom_tool_call":
        return {"id": item.call_id, "name": item.name, "arguments": item.input}
    return None


def _finish(response: Any, calls: bool) -> list[str] | None:
    status = getattr(response, "status", None)
    if status == "incomplete":
        reason = getattr(getattr(response, "incomplete_details", None), "reason", None)
        return [_CUT.get(reason, reason)] if reason else None
    if status == "completed":
        return ["tool_calls" if calls else "stop"]
    return None


class Events:
    """The events of a stream; the last one holds the whole response, the others what is seen when it never comes."""

    def __init__(self) -> None:
        self._response: Any = None
        self._final = False
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._error: Any = None

    def add(self, event: Any) -> bool:
        """Take in an event; True for the one that ends the response."""
        kind = getattr(event, "type", "")
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            self._text.append(event.delta)
        elif kind == "response.reasoning_summary_text.delta":
            self._reasoning.append(event.delta)
        elif kind in ("response.output_item.added", "response.output_item.done"):
            call = _tool_call(event.item) if event.item is not None else None
            if call:
                self._calls[event.output_index] = call
        elif kind == "response.function_call_arguments.delta" and event.output_index in self._calls:
            self._calls[event.output_index]["arguments"] += event.delta
        elif kind == "error":
            self._error = event
            return True
        elif kind == "response.created" or kind in _FINAL:
            self._response = event.response
            self._final = kind in _FINAL
        return self._final

    def fill(self, data: CallData) -> None:
        """Write the whole response, or the deltas of the part that came."""
        if self._response is not None:
            respond(data, self._response)
        if not getattr(self._response, "output", None):
            data.response = "".join(self._text) or None
            data.reasoning = "".join(self._reasoning) or None
            data.tool_calls = list(self._calls.values()) or None
        if self._error is not None:
            data.error = self._error.message
            data.error_type = self._error.code or "error"


SHAPE = Shape("openai.responses", request, respond, Events)
