"""Spans as translation sees them, whatever they were: of the SDK, live or ended, decoded from OTLP, or made here.

Ids are integers, times nanoseconds since the epoch, kinds and status codes numbered as in OTLP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT

_NOTHING: Mapping[str, Any] = MappingProxyType({})
KIND_INTERNAL = 1
KIND_CLIENT = 3
STATUS_UNSET = 0
STATUS_ERROR = 2


class EventView(Protocol):
    """Something that happened at a moment of a span."""

    @property
    def name(self) -> str:
        """What happened."""
        ...

    @property
    def time_ns(self) -> int:
        """When."""
        ...

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What is said of it."""
        ...


class LinkView(Protocol):
    """A pointer to another span."""

    @property
    def trace_id(self) -> int:
        """The other's trace."""
        ...

    @property
    def span_id(self) -> int:
        """The other's id."""
        ...

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What is said of it."""
        ...


class SpanView(Protocol):
    """What translation reads of a span."""

    @property
    def trace_id(self) -> int:
        """The trace it is in."""
        ...

    @property
    def span_id(self) -> int:
        """Its own id."""
        ...

    @property
    def parent_span_id(self) -> int:
        """The id of the span above it; 0 on a root."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def kind(self) -> int:
        """Its kind."""
        ...

    @property
    def start_ns(self) -> int:
        """When it began."""
        ...

    @property
    def end_ns(self) -> int:
        """When it ended; 0 while it has not."""
        ...

    @property
    def status_code(self) -> int:
        """Unset, ok or error."""
        ...

    @property
    def status_message(self) -> str:
        """What went wrong."""
        ...

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What is said of it."""
        ...

    @property
    def events(self) -> Sequence[EventView]:
        """What happened in it."""
        ...

    @property
    def links(self) -> Sequence[LinkView]:
        """What it points to."""
        ...

    @property
    def scope(self) -> str:
        """The name of the instrumentation scope that made it; empty when that is not known."""
        ...

    @property
    def trace_state(self) -> str:
        """What travels with the traceparent, as in the W3C header; empty of a span that is not from a file."""
        ...


class Event(NamedTuple):
    """An `EventView`."""

    name: str
    time_ns: int
    attributes: Mapping[str, Any]


class Link(NamedTuple):
    """A `LinkView`."""

    trace_id: int
    span_id: int
    attributes: Mapping[str, Any]


class Span(NamedTuple):
    """A `SpanView`."""

    trace_id: int
    span_id: int
    parent_span_id: int
    name: str
    kind: int
    start_ns: int
    end_ns: int
    attributes: Mapping[str, Any]
    events: Sequence[EventView] = ()
    links: Sequence[LinkView] = ()
    status_code: int = STATUS_UNSET
    status_message: str = ""
    scope: str = ""
    trace_state: str = ""


def view(span: ReadableSpan) -> Span:
    """A span of the SDK, live or ended, as it is now."""
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    status, scope = span.status, span.instrumentation_scope
    return Span(
        context.trace_id,
        context.span_id,
        span.parent.span_id if span.parent else 0,
        span.name,
        # OTLP leaves 0 to kinds that nobody named.
        span.kind.value + 1,
        span.start_time or 0,
        span.end_time or 0,
        _copied(span.attributes),
        [Event(event.name, event.timestamp, event.attributes or {}) for event in span.events],
        [Link(link.context.trace_id, link.context.span_id, link.attributes or {}) for link in span.links],
        status.status_code.value,
        status.description or "",
        scope.name if scope else "",
    )


def sketch(span: ReadableSpan) -> Span:
    """A span of the SDK with nothing on it."""
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    status = span.status
    return Span(
        context.trace_id,
        context.span_id,
        span.parent.span_id if span.parent else 0,
        span.name,
        KIND_INTERNAL,
        span.start_time or 0,
        span.end_time or 0,
        _NOTHING,
        status_code=status.status_code.value,
        status_message=status.description or "",
    )


def _copied(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    if not attributes:
        return {}
    # The SDK's mappings are locked at every look-up; what they are shown through copies them at once.
    return attributes.copy() if isinstance(attributes, MappingProxyType) else dict(attributes)
