"""What of our own spans is sampled: chains as a whole, and nothing is lost to the native API.

The sampler of our own tracer is public and replaced, like its generator of ids; every other tracer of
the user's provider is left alone. The user's sampler still decides what reaches the backend.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, DEFAULT_ON, Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceFlags, TraceState, get_current_span
from opentelemetry.util.types import Attributes

from warpmetrics_otel import ids
from warpmetrics_otel.standing import RUN_ENTRY, RUN_STATE

# A plain tuple, which costs a third of a named one, and there is one a span.
Asked: TypeAlias = tuple[int, str | None, bool, TraceState | None]
"""What a span is to be that is being started on this thread: the 128 bits of its ids, the first run of the chain it
belongs to (None outside a chain, and on the first run), whether it is recorded even where it is not sampled, and the
state of its trace where its parent is known to be sampled."""


_SAMPLED = TraceFlags.SAMPLED


class Next(threading.local):
    """The span that is being started on this thread; None once it has its ids."""

    asked: Asked | None = None


class EntitySampler(Sampler):
    """Asks the sampler it replaces, about a chain always with the trace id of its first run.

    Args:
        base: the provider's own sampler.
        upcoming: the span that is being started.
    """

    def __init__(self, base: Sampler, upcoming: Next) -> None:
        self._base = base
        self._ask = base.should_sample
        self._next = upcoming
        self._samples_all = base is ALWAYS_ON or base is DEFAULT_ON

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide on a span."""
        asked = self._next.asked
        if self._samples_all:
            if asked is not None and asked[3] is not None:
                return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, asked[3])
            # What nearly every provider has: its answer is known, and asking it takes longer than all of this.
            above = get_current_span(parent_context).get_span_context()
            if not above.is_valid:
                return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, RUN_STATE)
            if above.trace_flags & _SAMPLED:
                return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, above.trace_state)
        chain_id, kept = (None, False) if asked is None else asked[1:3]
        if chain_id is not None:
            trace_id = ids.trace_id_of(chain_id)
        if trace_state is None:
            # A sampler of the user's may have been written before there was a trace state to pass.
            result = self._ask(parent_context, trace_id, name, kind, attributes, links)
        else:
            result = self._ask(parent_context, trace_id, name, kind, attributes, links, trace_state)
        decision, state = result.decision, result.trace_state
        said: Attributes = result.attributes
        if kept and decision is Decision.DROP:
            # A sampler that drops a span drops what is on it.
            decision, said = Decision.RECORD_ONLY, attributes
        if not get_current_span(parent_context).get_span_context().is_valid:
            state = state.add(*RUN_ENTRY) if state else RUN_STATE
        elif decision is result.decision:
            return result
        return SamplingResult(decision, said, state)

    def get_description(self) -> str:
        """The base's own: what reaches the backend is its decision."""
        return self._base.get_description()
