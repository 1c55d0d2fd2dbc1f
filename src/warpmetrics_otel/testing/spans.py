"""Spans of the SDK, still open or not -> spans as they are read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT, format_span_id, format_trace_id
from opentelemetry.util.types import AttributeValue

from warpmetrics_otel.read import Event, Link, Span


def as_read(span: ReadableSpan) -> Span:
    """The span as it would be read from a backend; one that is still open ends at 0."""
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    scope = span.instrumentation_scope
    return Span(
        trace_id=format_trace_id(context.trace_id),
        span_id=format_span_id(context.span_id),
        parent_id=format_span_id(span.parent.span_id) if span.parent else "",
        name=span.name,
        # OTLP leaves 0 to kinds that nobody named.
        kind=span.kind.value + 1,
        start_ns=span.start_time or 0,
        end_ns=span.end_time or 0,
        status_code=span.status.status_code.value,
        status_message=span.status.description or "",
        attributes=_attributes(span.attributes),
        events=tuple(Event(event.name, event.timestamp, _attributes(event.attributes)) for event in span.events),
        links=tuple(
            Link(
                format_trace_id(link.context.trace_id),
                format_span_id(link.context.span_id),
                _attributes(link.attributes),
            )
            for link in span.links
        ),
        resource=_attributes(span.resource.attributes),
        scope=scope.name if scope else "",
    )


def _attributes(attributes: Mapping[str, AttributeValue] | None) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in (attributes or {}).items()}
