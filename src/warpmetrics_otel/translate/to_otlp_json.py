"""Spans -> OTLP JSON: one line a request, as the OpenTelemetry file exporter and the Collector write them.

Whatever a span holds, a line comes of it: OTLP has no place for integers beyond 64 bits and for texts that are no
Unicode, which are written as the nearest thing.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.json_text import encoder
from warpmetrics_otel.translate.text import INT64, encodable
from warpmetrics_otel.translate.views import EventView, LinkView, SpanView

_write = encoder(ascii_only=False)
_SCOPE = "warpmetrics_otel"
_UINT64_END = 1 << 64
_MAX_DEPTH = 64


def otlp_line(spans: Iterable[SpanView], resource: Mapping[str, Any]) -> bytes:
    """The JSON line of these spans, with its line feed.

    Args:
        spans: at least one.
        resource: what they are of, such as ``service.name``.
    """
    document = {
        "resourceSpans": [
            {
                "resource": {"attributes": _pairs(resource)},
                "scopeSpans": [
                    {
                        "scope": {"name": _SCOPE},
                        "spans": [_span(span) for span in spans],
                        "schemaUrl": semconv.SCHEMA_URL,
                    }
                ],
            }
        ]
    }
    return _write(document).encode() + b"\n"


def _span(span: SpanView) -> dict[str, Any]:
    written: dict[str, Any] = {
        "traceId": f"{span.trace_id:032x}",
        "spanId": f"{span.span_id:016x}",
        "name": encodable(span.name),
        "kind": span.kind,
        "startTimeUnixNano": _time(span.start_ns),
        "endTimeUnixNano": _time(span.end_ns),
        "attributes": _pairs(span.attributes),
        "status": _status(span),
    }
    if span.parent_span_id:
        written["parentSpanId"] = f"{span.parent_span_id:016x}"
    if span.events:
        written["events"] = [_event(event) for event in span.events]
    if span.links:
        written["links"] = [_link(link) for link in span.links]
    return written


def _status(span: SpanView) -> dict[str, Any]:
    status: dict[str, Any] = {"code": span.status_code} if span.status_code else {}
    if span.status_message:
        status["message"] = encodable(span.status_message)
    return status


def _event(event: EventView) -> dict[str, Any]:
    return {
        "name": encodable(event.name),
        "timeUnixNano": _time(event.time_ns),
        "attributes": _pairs(event.attributes),
    }


def _link(link: LinkView) -> dict[str, Any]:
    return {
        "traceId": f"{link.trace_id:032x}",
        "spanId": f"{link.span_id:016x}",
        "attributes": _pairs(link.attributes),
    }


def _pairs(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": encodable(key), "value": _value(value, 0)} for key, value in attributes.items()]


def _value(value: Any, depth: int) -> dict[str, Any]:
    kind = type(value)
    if kind is str:
        return {"stringValue": encodable(value)}
    if kind is bool:
        return {"boolValue": value}
    if kind is int:
        return {"intValue": str(value)} if value in INT64 else {"stringValue": str(value)}
    if kind is float:
        # JSON has no numbers for these; the mapping of Protocol Buffers to JSON writes them so.
        return {"doubleValue": value if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")}
    if kind is bytes:
        return {"bytesValue": b64encode(value).decode()}
    if depth < _MAX_DEPTH and isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [_value(item, depth + 1) for item in value]}}
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        pairs = [{"key": encodable(str(key)), "value": _value(item, depth + 1)} for key, item in value.items()]
        return {"kvlistValue": {"values": pairs}}
    return {} if value is None else {"stringValue": encodable(str(value))}


_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}


def _time(time_ns: int) -> str:
    return str(time_ns if 0 <= time_ns < _UINT64_END else 0)
