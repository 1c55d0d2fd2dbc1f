"""Starting spans that carry our ids.

A run's trace id and every span id follow from native ids (DESIGN: identity). The SDK asks a
tracer's public `id_generator` for ids, so ours is replaced on our own tracer only: every other
tracer of the user's provider is left alone. Providers that are not the SDK's choose their own
ids; what a span really got is read from the span.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Tracer as SdkTracer
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    TracerProvider,
    TraceState,
)

from warpmetrics_otel import semconv
from warpmetrics_otel.beside import beside
from warpmetrics_otel.record.sampling import EntitySampler, Next
from warpmetrics_otel.record.warn import exception_once

if TYPE_CHECKING:
    from collections.abc import Sequence

SCOPE = "warpmetrics_otel"
_LOW_64 = (1 << 64) - 1


_next = Next()


class EntityIdGenerator(IdGenerator):
    """Hands out the ids asked for by `SpanStarter.start` on this thread, else those of the generator it replaces."""

    def __init__(self, other: IdGenerator) -> None:
        self._other = other

    def generate_trace_id(self) -> int:
        """The trace id of the run being started."""
        return _next.asked[0] if _next.asked is not None else self._other.generate_trace_id()

    def generate_span_id(self) -> int:
        """The span id of the entity being started."""
        asked = _next.asked
        return self._other.generate_span_id() if asked is None else asked[0] & _LOW_64

    def is_trace_id_random(self) -> bool:
        """True: the low 80 bits of a run's trace id are random (W3C Trace Context Level 2, random-trace-id flag)."""
        return True


class SpanStarter:
    """Our tracer of one provider."""

    def __init__(self, provider: TracerProvider, version: str) -> None:
        self.provider = provider
        self._tracer: Tracer = provider.get_tracer(SCOPE, version, schema_url=semconv.SCHEMA_URL)
        self._is_sdk = isinstance(self._tracer, SdkTracer)
        self.kept = False
        """Whether spans are recorded even where they are not sampled; they are, too, while others read them."""
        tracer = self._tracer
        if isinstance(tracer, SdkTracer) and not isinstance(tracer.id_generator, EntityIdGenerator):
            tracer.id_generator = EntityIdGenerator(tracer.id_generator)
            tracer.sampler = EntitySampler(tracer.sampler, _next)

    @property
    def keeps_ids(self) -> bool:
        """Whether spans get the ids that follow from native ids."""
        return self._is_sdk

    def start(
        self,
        name: str,
        context: Context,
        kind: SpanKind,
        attributes: dict[str, Any],
        links: Sequence[Link],
        start_ns: int,
        bits: int,
        chain_id: str | None,
        trace_state: TraceState | None = None,
    ) -> Span:
        """Start a span with the ids that follow from 128 bits; the trace id counts only where `context` holds no span.

        Where `chain_id` is the first run of a chain, the span is sampled as that run was. A `trace_state` is that of
        the span in `context`, where that is known to be sampled, which need not be looked up again then.
        A sampler or processor of the user's that raises costs the span, not the agent.
        """
        _next.asked = bits, chain_id, self.kept or bool(beside.readers), trace_state
        try:
            # By position, as this is called itself: CPython takes twice as long to sort names.
            return self._tracer.start_span(name, context, kind, attributes, links, start_ns)
        except Exception:  # noqa: BLE001 -- a sampler or processor may raise anything
            exception_once("a sampler or span processor raised at the start of a span, which is not recorded")
            return NonRecordingSpan(SpanContext(bits, bits & _LOW_64, is_remote=False))
        finally:
            _next.asked = None

    def flags_of(self, trace_id: int, name: str, attributes: dict[str, Any]) -> TraceFlags:
        """The flags a run's trace most likely has, when only its id is known: what the sampler says."""
        tracer = self._tracer
        if not isinstance(tracer, SdkTracer):
            return TraceFlags(TraceFlags.SAMPLED)
        try:
            result = tracer.sampler.should_sample(Context(), trace_id, name, SpanKind.INTERNAL, attributes)
        except Exception:  # noqa: BLE001 -- a sampler may raise anything
            exception_once("a sampler raised when asked of the trace of a run's id, which is taken for not sampled")
            return TraceFlags(TraceFlags.DEFAULT)
        return TraceFlags(TraceFlags.SAMPLED if result.decision is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT)


def end_span(span: Span, at_ns: int) -> None:
    """End a span; a processor of the user's that raises costs the span, not the agent."""
    try:
        span.end(at_ns)
    except Exception:  # noqa: BLE001 -- a span processor may raise anything
        exception_once("a span processor raised at the end of a span, which may not be exported")
