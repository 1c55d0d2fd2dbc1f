"""Answers in the format of Anthropic's messages, whole and as a stream of content blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from warpmetrics_otel.testing.providers.answer import Answer, Request, pieces

Event = dict[str, Any]

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def body(answer: Answer, request: Request, number: int) -> dict[str, Any]:
    """The JSON body of a plain answer; `number` makes its ids."""
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": answer.model or request.model,
        "content": _blocks(answer, number),
        "stop_reason": _finish(answer),
        "stop_sequence": None,
        "usage": _usage(answer, request),
    }


def events(answer: Answer, request: Request, number: int) -> Iterator[tuple[str | None, Event]]:
    """The events of a stream, as pairs of the SSE event name and its data."""
    whole = body(answer, request, number)
    start = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    yield _event("message_start", message=start)
    yield _event("ping")
    for index, block in enumerate(whole["content"]):
        yield _event("content_block_start", index=index, content_block=_empty(block))
        for delta in _deltas(block):
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    yield _event(
        "message_delta",
        delta={"stop_reason": whole["stop_reason"], "stop_sequence": None},
        usage={"output_tokens": whole["usage"]["output_tokens"]},
    )
    yield _event("message_stop")


def error(answer: Answer) -> dict[str, Any]:
    """The body of a failed request, also the data of a stream's error event."""
    kind = _ERROR_TYPES.get(answer.status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": answer.message}, "request_id": "req_local"}


def midway_error(answer: Answer, _request: Request, _number: int) -> tuple[str | None, Event]:
    """What the API sends when a stream fails after it began."""
    return "error", {"type": "error", "error": {"type": "overloaded_error", "message": answer.message}}


def _event(kind: str, **fields: Any) -> tuple[str, Event]:
    return kind, {"type": kind, **fields}


def _blocks(answer: Answer, number: int) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning is not None:
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": "c2lnbmF0dXJl"})
    text = answer.text or answer.refusal
    if text:
        blocks.append({"type": "text", "text": text})
    for index, call in enumerate(answer.tool_calls):
        call_id = call.id or f"toolu_{number}_{index}"
        blocks.append({"type": "tool_use", "id": call_id, "name": call.name, "input": dict(call.arguments)})
    return blocks


def _empty(block: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, Event] = {
        "thinking": {"thinking": "", "signature": ""},
        "text": {"text": ""},
        "tool_use": {"input": {}},
    }
    return {**block, **blank[block["type"]]}


def _deltas(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        for piece in pieces(block["text"]):
            yield {"type": "text_delta", "text": piece}
    elif block["type"] == "thinking":
        for piece in pieces(block["thinking"]):
            yield {"type": "thinking_delta", "thinking": piece}
        yield {"type": "signature_delta", "signature": block["signature"]}
    else:
        arguments = json.dumps(block["input"])
        for part in (arguments[:5], arguments[5:]):
            yield {"type": "input_json_delta", "partial_json": part}


def _finish(answer: Answer) -> str:
    if answer.finish:
        return answer.finish
    if answer.refusal is not None:
        return "refusal"
    return "tool_use" if answer.tool_calls else "end_turn"


def _usage(answer: Answer, request: Request) -> dict[str, Any]:
    usage = answer.counted(request)
    # `input_tokens` of this API leaves out what was written to and read from the cache.
    return {
        "input_tokens": usage.prompt - usage.cached - usage.cache_write,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
        "service_tier": "standard",
        **({"output_tokens_details": {"thinking_tokens": usage.reasoning}} if usage.reasoning else {}),
    }
