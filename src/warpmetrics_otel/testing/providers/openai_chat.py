"""Answers in the format of OpenAI's chat completions, whole and as a stream of chunks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from warpmetrics_otel.testing.providers.answer import Answer, Request, pieces

Event = dict[str, Any]


def body(answer: Answer, request: Request, number: int) -> dict[str, Any]:
    """The JSON body of a plain answer; `number` makes its ids."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.text or None,
        "refusal": answer.refusal,
        "annotations": [],
    }
    if answer.tool_calls:
        message["tool_calls"] = _tool_calls(answer, number)
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
        for index in range(request.body.get("n") or 1)
    ]
    return {**_head(answer, request, number, "chat.completion"), "choices": choices, "usage": _usage(answer, request)}


def events(answer: Answer, request: Request, number: int) -> Iterator[tuple[str | None, Event]]:
    """The chunks of a stream, as pairs of the SSE event name (none here) and its data."""
    head = _head(answer, request, number, "chat.completion.chunk")
    with_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
    # The API sends a null usage with every chunk once it was asked for, and no key at all otherwise.
    rest: Event = {"usage": None} if with_usage else {}

    def chunk(delta: Event, finish: str | None = None) -> tuple[None, Event]:
        return None, {
            **head,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
            **rest,
        }

    yield chunk({"role": "assistant", "content": "" if answer.text else None, "refusal": None})
    for piece in pieces(answer.text):
        yield chunk({"content": piece})
    for piece in pieces(answer.refusal or ""):
        yield chunk({"refusal": piece})
    for index, call in enumerate(_tool_calls(answer, number)):
        arguments = call["function"]["arguments"]
        start = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
        yield chunk({"tool_calls": [start]})
        for part in (arguments[:5], arguments[5:]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]})
    yield chunk({}, _finish(answer))
    if with_usage:
        yield None, {**head, "choices": [], "usage": _usage(answer, request)}


def error(answer: Answer) -> dict[str, Any]:
    """The body of a failed request, also sent as data of a stream that fails midway."""
    kind = "invalid_request_error" if 400 <= answer.status < 500 else "server_error"
    return {"error": {"message": answer.message, "type": kind, "param": None, "code": None}}


def midway_error(answer: Answer, _request: Request, _number: int) -> tuple[str | None, Event]:
    """What the API sends when a stream fails after it began."""
    return None, error(answer)


def _head(answer: Answer, request: Request, number: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{number}",
        "object": kind,
        "created": int(time.time()),
        "model": answer.model or request.model,
        "service_tier": "default",
        "system_fingerprint": "fp_local",
    }


def _tool_calls(answer: Answer, number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_{number}_{index}",
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for index, call in enumerate(answer.tool_calls)
    ]


def _finish(answer: Answer) -> str:
    return answer.finish or ("tool_calls" if answer.tool_calls else "stop")


def _usage(answer: Answer, request: Request) -> dict[str, Any]:
    usage = answer.counted(request)
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
