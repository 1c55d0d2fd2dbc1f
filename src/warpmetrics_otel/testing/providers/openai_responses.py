"""Answers in the format of OpenAI's responses, whole and as a stream of typed events."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from warpmetrics_otel.testing.providers.answer import Answer, Request, pieces
from warpmetrics_otel.testing.providers.openai_chat import error

__all__ = ["body", "error", "events", "midway_error"]

Event = dict[str, Any]


def body(answer: Answer, request: Request, number: int) -> dict[str, Any]:
    """The JSON body of a plain answer; `number` makes its ids."""
    usage = answer.counted(request)
    cut = answer.finish == "max_output_tokens"
    return {
        **_head(answer, request, number),
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": _output(answer, number),
        "usage": {
            "input_tokens": usage.prompt,
            "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_write},
            "output_tokens": usage.completion,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": usage.prompt + usage.completion,
        },
    }


def events(answer: Answer, request: Request, number: int) -> Iterator[tuple[str | None, Event]]:
    """The events of a stream, as pairs of the SSE event name and its data."""
    whole = body(answer, request, number)
    head = {**whole, "status": "in_progress", "incomplete_details": None, "output": [], "usage": None}
    sequence = count()

    def event(kind: str, **fields: Any) -> tuple[str, Event]:
        return kind, {"type": kind, "sequence_number": next(sequence), **fields}

    yield event("response.created", response=head)
    yield event("response.in_progress", response=head)
    for index, item in enumerate(whole["output"]):
        yield event("response.output_item.added", output_index=index, item=_empty(item))
        for kind, fields in _deltas(item):
            yield event(kind, item_id=item["id"], output_index=index, **fields)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event(f"response.{whole['status']}", response=whole)


def midway_error(answer: Answer, request: Request, number: int) -> tuple[str | None, Event]:
    """What the API sends when a stream fails after it began."""
    failed = {
        **_head(answer, request, number),
        "status": "failed",
        "error": {"code": "server_error", "message": answer.message},
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }
    return "response.failed", {"type": "response.failed", "sequence_number": 99, "response": failed}


def _head(answer: Answer, request: Request, number: int) -> dict[str, Any]:
    asked = request.body
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": int(time.time()),
        "background": False,
        "error": None,
        "instructions": asked.get("instructions"),
        "max_output_tokens": asked.get("max_output_tokens"),
        "metadata": asked.get("metadata") or {},
        "model": answer.model or request.model,
        "parallel_tool_calls": True,
        "previous_response_id": asked.get("previous_response_id"),
        "reasoning": asked.get("reasoning") or {"effort": None, "summary": None},
        "service_tier": "default",
        "store": True,
        "temperature": asked.get("temperature", 1.0),
        "text": asked.get("text") or {"format": {"type": "text"}},
        "tool_choice": asked.get("tool_choice", "auto"),
        "tools": asked.get("tools") or [],
        "top_p": asked.get("top_p", 1.0),
        "truncation": "disabled",
        "user": None,
    }


def _output(answer: Answer, number: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if answer.reasoning is not None:
        summary = [{"type": "summary_text", "text": answer.reasoning}]
        items.append({"id": f"rs_{number}", "type": "reasoning", "summary": summary})
    content: list[dict[str, Any]] = []
    if answer.text:
        content.append({"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []})
    if answer.refusal is not None:
        content.append({"type": "refusal", "refusal": answer.refusal})
    if content:
        items.append(
            {"id": f"msg_{number}", "type": "message", "status": "completed", "role": "assistant", "content": content}
        )
    for index, call in enumerate(answer.tool_calls):
        items.append(
            {
                "id": f"fc_{number}_{index}",
                "type": "function_call",
                "status": "completed",
                "call_id": call.id or f"call_{number}_{index}",
                "name": call.name,
                "arguments": json.dumps(call.arguments),
            }
        )
    return items


def _empty(item: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, Event] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    state: Event = {} if item["type"] == "reasoning" else {"status": "in_progress"}
    return {**item, **blank[item["type"]], **state}


def _deltas(item: dict[str, Any]) -> Iterator[tuple[str, Event]]:
    if item["type"] == "function_call":
        arguments = item["arguments"]
        for part in (arguments[:5], arguments[5:]):
            yield "response.function_call_arguments.delta", {"delta": part}
        yield "response.function_call_arguments.done", {"name": item["name"], "arguments": arguments}
        return
    for index, part in enumerate(item.get("content") or item.get("summary") or []):
        name = {"output_text": "output_text", "refusal": "refusal", "summary_text": "reasoning_summary_text"}
        prefix = f"response.{name[part['type']]}"
        place = "summary_index" if part["type"] == "summary_text" else "content_index"
        part_event = "response.reasoning_summary_part" if place == "summary_index" else "response.content_part"
        field = "refusal" if part["type"] == "refusal" else "text"
        extra: Event = {"logprobs": []} if part["type"] == "output_text" else {}
        yield f"{part_event}.added", {place: index, "part": {**part, field: ""}}
        for piece in pieces(part[field]):
            yield f"{prefix}.delta", {place: index, "delta": piece, **extra}
        yield f"{prefix}.done", {place: index, field: part[field], **extra}
        yield f"{part_event}.done", {place: index, "part": part}
