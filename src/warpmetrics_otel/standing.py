"""By what recording is known to those who see only spans: its scope, and the place of what is in force in a context.

Spans of others name their parent by a span id alone, and that may be the id of a span which nobody else has seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple, Protocol
from weakref import WeakSet

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, TraceState

from warpmetrics_otel import ids

SCOPE = "warpmetrics_otel"
"""The name of the instrumentation scope of recording."""

KEY = otel_context.create_key("warpmetrics_otel")
"""The key."""


RUN_ENTRY = (ids.STATE_KEY, ids.STATE_OF_ROOT)
"""What a trace's state says of it, where it is a run's."""

RUN_STATE = TraceState([RUN_ENTRY])
"""The trace state of a run's root, which goes wherever its traceparent goes: the run of this trace is recorded."""


def state_within(run_id: str, state: TraceState) -> TraceState:
    """The trace state beneath a run that has joined a trace: nothing but its id says which run that is."""
    return state.update(ids.STATE_KEY, run_id)


def run_within(context: SpanContext) -> str | None:
    """The id of the run that a span is beneath, which may be recorded in another process, as its trace state says."""
    return ids.run_of_state(context.trace_id, context.trace_state.get(ids.STATE_KEY))


class Standing(NamedTuple):
    """A run or group that something stands under."""

    id: str
    """Its native id."""
    span: SpanContext
    destination: Hashable
    """Where its recorder tells of it natively; None where that has no key, or is not known."""

    @property
    def elsewhere(self) -> bool:
        """Whether another process tells of it."""
        return self.span.is_remote and not is_open_here(self.id)


class _Handle(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def span(self) -> Span: ...


class _Node(Protocol):
    @property
    def handle(self) -> _Handle: ...

    @property
    def destination(self) -> Hashable: ...


class _Open(Protocol):
    @property
    def context(self) -> SpanContext: ...


class _Recorder(Protocol):
    @property
    def open(self) -> Mapping[str, _Open]: ...


recorders: WeakSet[_Recorder] = WeakSet()
"""Those of this process."""


def is_open_here(native_id: str) -> bool:
    """Whether a run, group or call is under way in this process: a ref of it may have come back from outside."""
    return any(native_id in recorder.open for recorder in list(recorders))


def recorded_at(context: SpanContext) -> str | None:
    """The run, group or call of Warpmetrics that a span is: one under way in this process, or a run that is a root."""
    for recorder in list(recorders):
        for native_id, state in [*recorder.open.items()]:
            if state.context[:2] == context[:2]:
                return native_id
    if context.is_valid and ids.is_run_of_trace(context.trace_id, context.span_id):
        return ids.run_id_of_trace(context.trace_id)
    return None


def standing_in(context: Context) -> Standing | None:
    """The run or group that is in force in a context; None without one."""
    node: _Node | None = context.get(KEY)  # type: ignore[assignment]
    if node is None:
        return None
    return Standing(node.handle.id, node.handle.span.get_span_context(), node.destination)
