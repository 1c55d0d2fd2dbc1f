"""A recorder that keeps its spans in memory, and the questions that tests ask of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link

from tests.patience import PATIENCE_S
from warpmetrics_otel import Warpmetrics, ids, semconv
from warpmetrics_otel.record.warn import forget


class _Ends(SpanProcessor):
    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._changed = threading.Condition()

    def on_end(self, span: ReadableSpan) -> None:
        with self._changed:
            self._seen.add(span.context.span_id)
            self._changed.notify_all()

    def wait(self, span_id: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: span_id in self._seen, PATIENCE_S)


class Memory:
    """A `Warpmetrics` on a provider of its own.

    Attributes:
        wm: the recorder.
        provider: its provider, for tracers of a user's own.
    """

    def __init__(self, provider: TracerProvider | None = None, **options: Any) -> None:
        self.provider = provider or TracerProvider(shutdown_on_exit=False)
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._ends = _Ends()
        self.provider.add_span_processor(self._ends)
        self.wm = Warpmetrics(tracer_provider=self.provider, **options)

    @property
    def spans(self) -> list[ReadableSpan]:
        """Every span that has ended, in that order."""
        return list(self._exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        """The one span of this name."""
        [span] = [span for span in self.spans if span.name == name]
        return span

    def of(self, thing: Any) -> ReadableSpan:
        """The one span of a run, group, call or carrier, by its handle or id."""
        number = ids.span_id_of(thing if isinstance(thing, str) else thing.id)
        [span] = [span for span in self.spans if span.context.span_id == number]
        return span

    def ended(self, thing: Any) -> bool:
        """Whether its span has ended."""
        return any(span.context.span_id == ids.span_id_of(thing.id) for span in self.spans)

    def wait_for_end(self, native_id: str) -> None:
        """Return as soon as the span of this id has ended."""
        assert self._ends.wait(ids.span_id_of(native_id)), f"{native_id} did not end"

    def reason(self, thing: Any) -> Any:
        """What ended it, by its own account; None for a block."""
        return attributes(self.of(thing)).get(semconv.WARPMETRICS_END_REASON)

    def clear(self) -> None:
        """Forget the spans that have ended."""
        self._exporter.clear()

    def carriers(self) -> list[ReadableSpan]:
        """Every carrier."""
        return [span for span in self.spans if attributes(span).get(semconv.WARPMETRICS_ENTITY_TYPE) == "carrier"]


@contextmanager
def remembered(provider: TracerProvider | None = None, **options: Any) -> Iterator[Memory]:
    """A recorder in memory that is shut down afterwards; warnings that were given before are given again."""
    forget()
    memory = Memory(provider, **options)
    try:
        yield memory
    finally:
        memory.wm.shutdown()
        memory.provider.shutdown()


def attributes(thing: ReadableSpan | Event | Link) -> dict[str, Any]:
    """The attributes of a span, event or link."""
    return dict(thing.attributes or {})


def links(span: ReadableSpan, kind: str) -> list[Link]:
    """The links of one type."""
    return [link for link in span.links if attributes(link)[semconv.WARPMETRICS_LINK_TYPE] == kind]


def events(span: ReadableSpan) -> list[tuple[str, dict[str, Any]]]:
    """Name and attributes of each event."""
    return [(event.name, attributes(event)) for event in span.events]
