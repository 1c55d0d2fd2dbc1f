"""A call's data as GenAI span attributes (the inference span, as `opentelemetry-util-genai` 1.3b0 writes it)."""

from __future__ import annotations

import json
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.content import input_messages, output_messages, system_instructions
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record.opts import Redact, redacted
from warpmetrics_otel.record.text import encodable, text_of

MAX_CONTENT_LENGTH = 262_144
"""Characters one content attribute may take; OTLP receivers commonly refuse messages over 4 MiB."""

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=text_of).encode
_TOKENS = (
    ("prompt", semconv.GEN_AI_USAGE_INPUT_TOKENS),
    ("completion", semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
)
_CACHE_TOKENS = (
    ("cachedInput", semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cacheRead", semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cacheWrite", semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
    # Readers that do not know the new name yet (Jaeger's and Langfuse's views) still find the old one.
    ("cacheWrite", semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS),
)
_INT64 = range(-(1 << 63), 1 << 63)


def call_name(data: CallData) -> str:
    """The span name: the operation, and the model where it is known."""
    return f"{data.operation} {encodable(text_of(data.request_model))[:128]}".rstrip()


def request_attributes(data: CallData) -> dict[str, Any]:
    """What is known before the answer: what samplers may look at."""
    attributes: dict[str, Any] = {key: value for key, value in data.request_parameters.items() if value is not None}
    attributes[semconv.GEN_AI_OPERATION_NAME] = data.operation
    attributes[semconv.GEN_AI_PROVIDER_NAME] = encodable(text_of(data.provider))
    if data.request_model is not None:
        attributes[semconv.GEN_AI_REQUEST_MODEL] = encodable(text_of(data.request_model))
    if data.stream:
        attributes[semconv.GEN_AI_REQUEST_STREAM] = True
    if data.server_address:
        attributes[semconv.SERVER_ADDRESS] = data.server_address
        if data.server_port:
            attributes[semconv.SERVER_PORT] = data.server_port
    return attributes


def response_attributes(data: CallData) -> dict[str, Any]:
    """What the answer tells, its text apart."""
    attributes: dict[str, Any] = {}
    if data.response_model is not None:
        attributes[semconv.GEN_AI_RESPONSE_MODEL] = encodable(text_of(data.response_model))
    if data.response_id is not None:
        attributes[semconv.GEN_AI_RESPONSE_ID] = encodable(text_of(data.response_id))
    if data.finish_reasons:
        attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] = [encodable(text_of(item)) for item in data.finish_reasons]
    if data.first_chunk_ns is not None:
        seconds = (data.first_chunk_ns - data.started_ns) / 1e9
        attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = max(seconds, 0.0)
    if data.tokens:
        attributes.update(_usage(data.tokens))
    if data.reasoning_tokens:
        attributes[semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = data.reasoning_tokens
    if data.cost is not None:
        attributes[semconv.GEN_AI_USAGE_COST] = data.cost
    if data.failed:
        attributes[semconv.ERROR_TYPE] = encodable(data.error_type or "_OTHER")
    return attributes


def content_attributes(data: CallData, redact: Redact | None) -> dict[str, Any]:
    """Messages and response, for spans whose user asked for content on them."""
    attributes: dict[str, Any] = {}
    contents = (
        (semconv.GEN_AI_SYSTEM_INSTRUCTIONS, system_instructions(data)),
        (semconv.GEN_AI_INPUT_MESSAGES, input_messages(data)),
        (semconv.GEN_AI_OUTPUT_MESSAGES, output_messages(data)),
    )
    for key, content in contents:
        if content:
            shown = content if redact is None else redacted(content, redact, key.rpartition(".")[2])
            attributes[key] = encodable(_encode(shown))[:MAX_CONTENT_LENGTH]
    return attributes


def _usage(tokens: dict[str, Any]) -> dict[str, Any]:
    usage = {key: _count(tokens[name]) for name, key in _TOKENS if tokens.get(name) is not None}
    usage.update({key: _count(tokens[name]) for name, key in _CACHE_TOKENS if tokens.get(name)})
    return {key: value for key, value in usage.items() if value is not None}


def _count(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if isinstance(value, float) or value in _INT64 else None
