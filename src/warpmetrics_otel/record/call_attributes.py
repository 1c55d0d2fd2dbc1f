"""A call's data as GenAI span attributes (the inference span, as `opentelemetry-util-genai` 1.3b0 writes it)."""

from __future__ import annotations

from functools import lru_cache

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record.attributes import Attributes
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH, fit, plain
from warpmetrics_otel.translate.tokens import add_usage, count


def add_request(attributes: Attributes, data: CallData) -> str:
    """Add what is known before the answer, which samplers may look at; the span name, too."""
    if not data.bare:
        _add_parameters(attributes, data)
    operation, provider, model = data.operation, data.provider, data.request_model
    if type(model) is str and len(model) < MAX_NAME_LENGTH and type(provider) is str and type(operation) is str:
        # Few different ones in a program, so they are made once.
        name, asked = _known(operation, provider, model)
    else:
        name, asked = _said(operation, provider, model)
    attributes.update(asked)
    return name


def add_response(attributes: Attributes, data: CallData) -> None:
    """Add what the answer tells, its text apart."""
    if data.tokens is not None and issubclass(type(data.tokens), dict):
        add_usage(attributes, data.tokens)
    if not data.bare:
        _add_more(attributes, data)


def _add_parameters(attributes: Attributes, data: CallData) -> None:
    if data.request_parameters:
        given = {key: value for key, value in data.request_parameters.items() if value is not None}
        attributes.update(fit(given))
    if data.stream:
        attributes[semconv.GEN_AI_REQUEST_STREAM] = True
    if data.server_address:
        attributes[semconv.SERVER_ADDRESS] = plain(data.server_address)
        if data.server_port:
            attributes[semconv.SERVER_PORT] = data.server_port


def _add_more(attributes: Attributes, data: CallData) -> None:
    if data.response_model is not None:
        attributes[semconv.GEN_AI_RESPONSE_MODEL] = plain(data.response_model)
    if data.response_id is not None:
        attributes[semconv.GEN_AI_RESPONSE_ID] = plain(data.response_id)
    if data.finish_reasons:
        attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] = [plain(item) for item in data.finish_reasons]
    if data.first_chunk_ns is not None:
        seconds = (data.first_chunk_ns - data.started_ns) / 1e9
        attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = max(seconds, 0.0)
    if data.reasoning_tokens and (reasoning := count(data.reasoning_tokens)):
        attributes[semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = reasoning
    if data.cost is not None and (cost := count(data.cost)) is not None:
        attributes[semconv.GEN_AI_USAGE_COST] = float(cost)
    if data.error is not None or data.error_type is not None:
        attributes[semconv.ERROR_TYPE] = plain(data.error_type or "_OTHER")


def _said(operation: object, provider: object, model: object) -> tuple[str, Attributes]:
    """The span name, and what was asked of whom."""
    attributes = {
        semconv.GEN_AI_OPERATION_NAME: plain(operation),
        semconv.GEN_AI_PROVIDER_NAME: plain(provider),
    }
    name = attributes[semconv.GEN_AI_OPERATION_NAME][:MAX_NAME_LENGTH]
    if model is not None:
        attributes[semconv.GEN_AI_REQUEST_MODEL] = plain(model)
        name = f"{name} {attributes[semconv.GEN_AI_REQUEST_MODEL][:MAX_NAME_LENGTH]}"
    return name, attributes


_known = lru_cache(maxsize=256)(_said)
