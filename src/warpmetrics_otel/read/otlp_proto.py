"""OTLP protobuf -> the spans that OTLP JSON gives for the same data.

Whatever the message is wrapped in, a file's frames or a backend's answer, is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from sys import intern
from typing import TYPE_CHECKING, Any

from warpmetrics_otel.read.sharing import SHARED, forget
from warpmetrics_otel.read.spans import Attributes, Event, Link, Span

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.trace.v1 import trace_pb2

_MAX_DEPTH = 64


def spans_of_message(data: bytes, malformed: Callable[[str], None]) -> Iterator[Span]:
    """The spans of a serialized `TracesData`, or of what has the same field, such as `ExportTraceServiceRequest`.

    Args:
        data: the message.
        malformed: told in words when it is none, or when a part of it cannot be read.
    """
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    try:
        message = TracesData.FromString(data)
    except DecodeError:
        malformed("not OTLP protobuf")
        return
    for of_resource in message.resource_spans:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            scope = of_scope.scope.name
            for span in of_scope.spans:
                yield _span(span, resource, scope)


def _span(raw: trace_pb2.Span, resource: Attributes, scope: str) -> Span:
    return Span(
        _same(raw.trace_id.hex()),
        _same(raw.span_id.hex()),
        _same(raw.parent_span_id.hex()),
        _same(raw.name),
        raw.kind,
        raw.start_time_unix_nano,
        raw.end_time_unix_nano,
        raw.status.code,
        raw.status.message,
        _attributes(raw.attributes),
        tuple(Event(_same(event.name), event.time_unix_nano, _attributes(event.attributes)) for event in raw.events),
        tuple(
            Link(_same(link.trace_id.hex()), _same(link.span_id.hex()), _attributes(link.attributes))
            for link in raw.links
        ),
        resource,
        scope,
        _same(raw.trace_state),
    )


def _attributes(pairs: Iterable[KeyValue]) -> Attributes:
    forget()
    return {intern(pair.key): _value(pair.value, 0) for pair in pairs}


def _value(value: AnyValue, depth: int) -> Any:
    kind = value.WhichOneof("value")
    if kind is None or depth > _MAX_DEPTH:
        return None
    match kind:
        case "array_value":
            return [_value(item, depth + 1) for item in value.array_value.values]
        case "kvlist_value":
            return {pair.key: _value(pair.value, depth + 1) for pair in value.kvlist_value.values}
        case "string_value":
            return _same(value.string_value)
        case _:
            return getattr(value, kind)


def _same(text: str) -> str:
    return SHARED.setdefault(text, text)
