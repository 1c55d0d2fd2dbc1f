"""A tracer provider that a user wrote on nothing but the OpenTelemetry API: it chooses its own ids."""

import itertools
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, TraceFlags


class HomeMadeSpan(trace.Span):
    """A span in memory."""

    def __init__(
        self, name: str, context: SpanContext, parent: SpanContext, attributes: Mapping[str, Any], links
    ) -> None:
        self.name, self.parent = name, parent
        self.attributes, self.links = dict(attributes), list(links)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.status: Status | None = None
        self.ended = 0
        self._context = context

    def end(self, end_time: int | None = None) -> None:
        self.ended += 1

    def get_span_context(self) -> SpanContext:
        return self._context

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        self.attributes.update(attributes)

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None, timestamp: int | None = None) -> None:
        self.events.append((name, dict(attributes or {})))

    def update_name(self, name: str) -> None:
        self.name = name

    def is_recording(self) -> bool:
        return not self.ended

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.status = status

    def record_exception(self, exception: BaseException, *rest: Any, **options: Any) -> None:
        self.events.append(("exception", {}))


class HomeMadeTracer(trace.Tracer):
    """Numbers its spans."""

    def __init__(self, spans: list[HomeMadeSpan]) -> None:
        self._spans = spans
        self._numbers = itertools.count(1)

    def start_span(
        self,
        name: str,
        context: Any = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, Any] | None = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
    ) -> HomeMadeSpan:
        parent = trace.get_current_span(context).get_span_context()
        number = next(self._numbers)
        trace_id = parent.trace_id if parent.is_valid else number << 64 | number
        own = SpanContext(trace_id, number, is_remote=False, trace_flags=TraceFlags(1))
        span = HomeMadeSpan(name, own, parent, attributes or {}, links or ())
        self._spans.append(span)
        return span

    @contextmanager
    def start_as_current_span(self, name: str, *args: Any, **options: Any):
        with trace.use_span(self.start_span(name), end_on_exit=True) as span:
            yield span


class HomeMadeProvider(trace.TracerProvider):
    """Keeps every span that was started in `spans`."""

    def __init__(self) -> None:
        self.spans: list[HomeMadeSpan] = []
        self._tracer = HomeMadeTracer(self.spans)

    def get_tracer(self, *name: Any, **options: Any) -> HomeMadeTracer:
        return self._tracer
