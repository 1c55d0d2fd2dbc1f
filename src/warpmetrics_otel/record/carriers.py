"""Carrier spans: outcomes and acts whose target takes no more events.

An ended span is immutable, and another process's span is out of reach, so the event goes on a
zero-length span of its own beneath the target, with exactly one link to it (the rule OpenInference
gives for late annotations, `spec/annotations.md`, 2026-07).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN, Link, NonRecordingSpan, SpanContext, SpanKind, set_span_in_context

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.record import attributes
from warpmetrics_otel.record.spans import end_span

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


def carry(
    core: Core,
    event_name: str,
    event: dict[str, Any],
    at_ns: int,
    mark_id: str,
    *,
    target_id: str,
    host: SpanContext,
    run_id: str | None,
    chain_id: str | None,
) -> SpanContext:
    """Put an outcome or act on a carrier span.

    Args:
        core: the recorder.
        event_name: the event's name, also the carrier's.
        event: the event's attributes.
        at_ns: when it happened, nanoseconds since the epoch.
        mark_id: the outcome's or act's id, which gives the carrier's span id.
        target_id: the native id of what it is about.
        host: the target's span; an invalid one when its trace is not known, then the carrier is a trace of its own.
        run_id: the run it belongs to, where that is known and the trace does not tell.
        chain_id: the first run of the chain it belongs to, where that is known.

    Returns:
        The carrier's span context.
    """
    bits = ids.bits_of(mark_id)
    known = attributes.carrier(event, target_id, run_id)
    parent = NonRecordingSpan(host) if host.is_valid else INVALID_SPAN
    span = core.starter.start(
        event_name,
        set_span_in_context(parent, otel_context.get_current()),
        SpanKind.INTERNAL,
        known,
        [Link(host, {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_TARGET})] if host.is_valid else (),
        at_ns,
        bits,
        chain_id,
    )
    span.add_event(event_name, event, at_ns)
    if isinstance(span, ReadableSpan) and span.dropped_events:
        # The user's provider keeps no events at all: then the span itself says what happened.
        span.set_attributes({**event, **known})
    end_span(span, at_ns)
    return span.get_span_context()
