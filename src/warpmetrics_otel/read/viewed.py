"""Spans as they were read -> spans as translation sees them."""

from __future__ import annotations

from warpmetrics_otel.read.spans import Span
from warpmetrics_otel.translate import views


def viewed(span: Span) -> views.Span | None:
    """The same span with its ids as numbers; None where they are no ids."""
    try:
        trace_id, span_id = int(span.trace_id, 16), int(span.span_id, 16)
        parent_id = int(span.parent_id, 16) if span.parent_id else 0
        links = [views.Link(int(link.trace_id, 16), int(link.span_id, 16), link.attributes) for link in span.links]
    except ValueError:
        return None
    return views.Span(
        trace_id,
        span_id,
        parent_id,
        span.name,
        span.kind,
        span.start_ns,
        span.end_ns,
        span.attributes,
        [views.Event(event.name, event.time_ns, event.attributes) for event in span.events],
        links,
        span.status_code,
        span.status_message,
        span.scope,
        span.trace_state,
    )
