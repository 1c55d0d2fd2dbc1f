"""Anthropic messages: requests, responses and streamed events read into call data.

The provider's input tokens leave out what came from or went into its cache; ours hold all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.arguments import asked, given, scalars, snapshot, texts
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.capture.shape import Shape

_PARAMETERS = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "top_k": semconv.GEN_AI_REQUEST_TOP_K,
    "max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
}
_COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def request(kwargs: Mapping[str, Any]) -> CallData:
    """What the arguments of `create`, `parse` or `stream` say."""
    parameters = scalars(kwargs, _PARAMETERS)
    stop = texts(kwargs.get("stop_sequences"))
    if stop:
        parameters[semconv.GEN_AI_REQUEST_STOP_SEQUENCES] = stop
    config = given(kwargs, "output_config") or {}
    if isinstance(kwargs.get("output_format"), type) or config.get("format"):
        parameters[semconv.GEN_AI_OUTPUT_TYPE] = "json"
    if config.get("effort"):
        parameters[semconv.GEN_AI_REQUEST_REASONING_LEVEL] = config["effort"]
    return asked(
        kwargs,
        "anthropic",
        parameters,
        snapshot(given(kwargs, "messages")),
        instructions=snapshot(given(kwargs, "system")),
    )


def respond(data: CallData, response: Any) -> None:
    """Write what a `Message` says."""
    data.response_model = getattr(response, "model", None)
    data.response_id = getattr(response, "id", None)
    stop = getattr(response, "stop_reason", None)
    data.finish_reasons = [stop] if stop else None
    blocks = getattr(response, "content", None) or []
    data.response = "".join(block.text for block in blocks if block.type == "text") or None
    data.reasoning = "".join(block.thinking for block in blocks if block.type == "thinking") or None
    data.tool_calls = [
        {"id": block.id, "name": block.name, "arguments": json.dumps(block.input, ensure_ascii=False, default=str)}
        for block in blocks
        if block.type == "tool_use"
    ] or None
    usage = getattr(response, "usage", None)
    if usage is not None:
        _usage(data, _counts(usage))


def _counts(usage: Any) -> dict[str, int]:
    counts = {name: getattr(usage, name, None) for name in _COUNTS}
    counts["thinking_tokens"] = getattr(getattr(usage, "output_tokens_details", None), "thinking_tokens", None)
    return {name: count for name, count in counts.items() if count is not None}


def _usage(data: CallData, counts: Mapping[str, int]) -> None:
    written, read = counts.get("cache_creation_input_tokens", 0), counts.get("cache_read_input_tokens", 0)
    prompt = counts.get("input_tokens", 0) + written + read
    completion = counts.get("output_tokens", 0)
    data.tokens = {
        "prompt": prompt,
        "completion": completion,
        "total": prompt + completion,
        "cacheWrite": written,
        "cacheRead": read,
    }
    data.reasoning_tokens = counts.get("thinking_tokens")


class Events:
    """The events of a stream, or of the stream helper, which adds some of its own that are passed over."""

    def __init__(self) -> None:
        self._model: str | None = None
        self._id: str | None = None
        self._stop: str | None = None
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._counts: dict[str, int] = {}

    def add(self, event: Any) -> bool:
        """Take in an event; True for the one that ends the message."""
        kind = getattr(event, "type", "")
        if kind == "message_start":
            self._model, self._id = event.message.model, event.message.id
            self._counts.update(_counts(event.message.usage))
        elif kind == "content_block_start" and event.content_block.type == "tool_use":
            block = event.content_block
            self._calls[event.index] = {"id": block.id, "name": block.name, "arguments": []}
        elif kind == "content_block_delta":
            self._delta(event.index, event.delta)
        elif kind == "message_delta":
            self._stop = event.delta.stop_reason or self._stop
            # Counts of a delta are totals so far; those it leaves out stay as the start gave them.
            self._counts.update(_counts(event.usage))
        return bool(kind == "message_stop")

    def _delta(self, index: int, delta: Any) -> None:
        if delta.type == "text_delta":
            self._text.append(delta.text)
        elif delta.type == "thinking_delta":
            self._thinking.append(delta.thinking)
        elif delta.type == "input_json_delta" and index in self._calls:
            self._calls[index]["arguments"].append(delta.partial_json)

    def fill(self, data: CallData) -> None:
        """Write the text, tool calls and whatever else has come so far."""
        data.response_model = self._model
        data.response_id = self._id
        data.finish_reasons = [self._stop] if self._stop else None
        data.response = "".join(self._text) or None
        data.reasoning = "".join(self._thinking) or None
        calls = [{**call, "arguments": "".join(call["arguments"]) or "{}"} for call in self._calls.values()]
        data.tool_calls = calls or None
        if self._counts:
            _usage(data, self._counts)


SHAPE = Shape("anthropic.messages", request, respond, Events)
