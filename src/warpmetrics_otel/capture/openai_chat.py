"""OpenAI chat completions: requests, responses and streamed chunks read into call data.

Nothing here talks to the client or changes what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.arguments import asked, given, scalars, snapshot, texts
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.capture.openai_parts import add_output_type, add_usage
from warpmetrics_otel.capture.shape import Shape

_PARAMETERS = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "max_completion_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "frequency_penalty": semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": semconv.GEN_AI_REQUEST_PRESENCE_PENALTY,
    "seed": semconv.GEN_AI_REQUEST_SEED,
    "reasoning_effort": semconv.GEN_AI_REQUEST_REASONING_LEVEL,
}


def request(kwargs: Mapping[str, Any]) -> CallData:
    """What the arguments of `create`, `parse` or `stream` say."""
    parameters = scalars(kwargs, _PARAMETERS)
    stop = texts(kwargs.get("stop"))
    if stop:
        parameters[semconv.GEN_AI_REQUEST_STOP_SEQUENCES] = stop
    choices = given(kwargs, "n")
    if isinstance(choices, int) and choices != 1:
        parameters[semconv.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    add_output_type(parameters, kwargs.get("response_format"))
    return asked(kwargs, "openai", parameters, snapshot(given(kwargs, "messages")))


def respond(data: CallData, response: Any) -> None:
    """Write what a `ChatCompletion` says; the text and tool calls are those of the first choice."""
    data.response_model = getattr(response, "model", None)
    data.response_id = getattr(response, "id", None)
    choices = getattr(response, "choices", None) or []
    data.finish_reasons = [choice.finish_reason for choice in choices if choice.finish_reason] or None
    if choices:
        message = choices[0].message
        data.response = message.content if message.content is not None else getattr(message, "refusal", None)
        data.reasoning = getattr(message, "reasoning_content", None)
        data.tool_calls = [_tool_call(call) for call in getattr(message, "tool_calls", None) or []] or None
    add_usage(data, getattr(response, "usage", None), "prompt", "completion")


def _tool_call(call: Any) -> dict[str, Any]:
    function = getattr(call, "function", None)
    if function is not None:
        return {"id": call.id, "name": function.name, "arguments": function.arguments}
    return {"id": call.id, "name": call.custom.name, "arguments": call.custom.input}


class Chunks:
    """The chunks of a stream, or the events of the stream helper, which hold them."""

    def __init__(self) -> None:
        self._model: str | None = None
        self._id: str | None = None
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._reasoning: list[str] = []
        self._finish: dict[int, str] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._usage: Any = None

    def add(self, event: Any) -> bool:
        """Take in a chunk; never True, for usage may follow the last choice."""
        chunk = event.chunk if getattr(event, "type", None) == "chunk" else event
        choices = getattr(chunk, "choices", None)
        if choices is None:
            return False
        self._model = getattr(chunk, "model", None) or self._model
        self._id = getattr(chunk, "id", None) or self._id
        self._usage = getattr(chunk, "usage", None) or self._usage
        for choice in choices:
            if choice.finish_reason:
                self._finish[choice.index] = choice.finish_reason
            if choice.index == 0 and choice.delta is not None:
                self._delta(choice.delta)
        return False

    def _delta(self, delta: Any) -> None:
        if delta.content:
            self._text.append(delta.content)
        if getattr(delta, "refusal", None):
            self._refusal.append(delta.refusal)
        if getattr(delta, "reasoning_content", None):
            self._reasoning.append(delta.reasoning_content)
        for part in getattr(delta, "tool_calls", None) or []:
            call = self._calls.setdefault(part.index, {"id": None, "name": None, "arguments": []})
            call["id"] = part.id or call["id"]
            function = getattr(part, "function", None)
            if function is not None:
                call["name"] = function.name or call["name"]
                call["arguments"].append(function.arguments or "")

    def fill(self, data: CallData) -> None:
        """Write the text, tool calls and whatever else has come so far."""
        data.response_model = self._model
        data.response_id = self._id
        data.response = "".join(self._text or self._refusal) or None
        data.reasoning = "".join(self._reasoning) or None
        data.finish_reasons = [self._finish[index] for index in sorted(self._finish)] or None
        calls = [{**call, "arguments": "".join(call["arguments"])} for _, call in sorted(self._calls.items())]
        data.tool_calls = calls or None
        add_usage(data, self._usage, "prompt", "completion")


SHAPE = Shape("openai.chat", request, respond, Chunks)
