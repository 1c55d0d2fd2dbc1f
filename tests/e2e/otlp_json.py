"""OTLP JSON as a backend answers it, made into plain records for assertions.

Apart from the package's own reader on purpose: an end-to-end test that read through it would prove both or neither.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

KINDS = {0: "UNSPECIFIED", 1: "INTERNAL", 2: "SERVER", 3: "CLIENT", 4: "PRODUCER", 5: "CONSUMER"}
STATUSES = {0: "UNSET", 1: "OK", 2: "ERROR"}


@dataclass(frozen=True)
class Event:
    """A span event; time in nanoseconds since 1970."""

    name: str
    time_ns: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Link:
    """A span link; ids in lower-case hex."""

    trace_id: str
    span_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Span:
    """A span with the names of its scope and service; ids in lower-case hex, times in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    status: str
    status_message: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    scope: str
    service: str


def spans_of(answer: dict[str, Any]) -> list[Span]:
    """Return the spans in an answer of resource spans, bare or under ``result``; none when it holds no trace."""
    holder = answer.get("result", answer)
    return [
        _span(span, scope.get("scope", {}).get("name", ""), _attributes(resource.get("resource", {})))
        for resource in holder.get("resourceSpans", [])
        for scope in resource.get("scopeSpans", [])
        for span in scope.get("spans", [])
    ]


def _span(span: dict[str, Any], scope: str, resource: dict[str, Any]) -> Span:
    status = span.get("status", {})
    return Span(
        trace_id=_hex(span["traceId"], 16),
        span_id=_hex(span["spanId"], 8),
        parent_id=_hex(span.get("parentSpanId", ""), 8),
        name=span["name"],
        kind=_word(span.get("kind", 0), KINDS, "SPAN_KIND_"),
        status=_word(status.get("code", 0), STATUSES, "STATUS_CODE_"),
        status_message=status.get("message", ""),
        start_ns=int(span["startTimeUnixNano"]),
        end_ns=int(span["endTimeUnixNano"]),
        attributes=_attributes(span),
        events=tuple(
            Event(event["name"], int(event["timeUnixNano"]), _attributes(event)) for event in span.get("events", [])
        ),
        links=tuple(
            Link(_hex(link["traceId"], 16), _hex(link["spanId"], 8), _attributes(link))
            for link in span.get("links", [])
        ),
        scope=scope,
        service=str(resource.get("service.name", "")),
    )


def _attributes(holder: dict[str, Any]) -> dict[str, Any]:
    return _pairs(holder.get("attributes", []))


def _pairs(pairs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value", {})) for pair in pairs}


def _value(value: dict[str, Any]) -> Any:
    for kind, held in value.items():
        match kind:
            case "intValue":
                return int(held)
            case "doubleValue":
                return float(held)
            case "arrayValue":
                return [_value(item) for item in held.get("values", [])]
            case "kvlistValue":
                return _pairs(held.get("values", []))
            case "bytesValue":
                return base64.b64decode(held)
            case _:
                return held
    return None


def _hex(text: str, size: int) -> str:
    # OTLP says hex, protobuf's own JSON mapping says base64, and backends do either.
    if not text or len(text) == size * 2:
        return text.lower()
    return binascii.hexlify(base64.b64decode(text)).decode()


def _word(value: int | str, words: dict[int, str], prefix: str) -> str:
    return words[value] if isinstance(value, int) else value.removeprefix(prefix)
