"""Translated spans through the official OTLP encoder and back: what a backend would get of them."""

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event as SdkEvent
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link as SdkLink
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.views import STATUS_ERROR, Event, Link, Span

_SCOPE = InstrumentationScope("warpmetrics_otel", schema_url=semconv.SCHEMA_URL)


def over_the_wire(spans):
    """The spans as they are decoded from the bytes of an OTLP request."""
    body = encode_spans([readable(span) for span in spans]).SerializeToString()
    request = ExportTraceServiceRequest.FromString(body)
    return [
        decoded(span)
        for of_resource in request.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def readable(span):
    parent = _context(span.trace_id, span.parent_span_id) if span.parent_span_id else None
    failed = span.status_code == STATUS_ERROR
    return ReadableSpan(
        name=span.name,
        context=_context(span.trace_id, span.span_id),
        parent=parent,
        resource=Resource({}),
        attributes=span.attributes,
        events=[SdkEvent(event.name, event.attributes, event.time_ns) for event in span.events],
        links=[SdkLink(_context(link.trace_id, link.span_id), link.attributes) for link in span.links],
        kind=SpanKind(span.kind - 1),
        status=Status(StatusCode.ERROR, span.status_message) if failed else Status(),
        start_time=span.start_ns,
        end_time=span.end_ns,
        instrumentation_scope=_SCOPE,
    )


def decoded(span):
    return Span(
        int.from_bytes(span.trace_id, "big"),
        int.from_bytes(span.span_id, "big"),
        int.from_bytes(span.parent_span_id, "big"),
        span.name,
        span.kind,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        _attributes(span.attributes),
        [Event(event.name, event.time_unix_nano, _attributes(event.attributes)) for event in span.events],
        [
            Link(
                int.from_bytes(link.trace_id, "big"),
                int.from_bytes(link.span_id, "big"),
                _attributes(link.attributes),
            )
            for link in span.links
        ],
        span.status.code,
        span.status.message,
    )


def _context(trace_id, span_id):
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _attributes(pairs):
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    return getattr(value, kind)
