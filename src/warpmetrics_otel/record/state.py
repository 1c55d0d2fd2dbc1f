"""What recording knows of one run, group or call while it is open, and what is left of it afterwards.

States are internal and mutable; users hold the frozen handles of `handles`. A state never refers
to a handle, so that a handle which nobody holds any more is collected at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import INVALID_SPAN, Span, SpanContext, TraceState

from warpmetrics_otel import fork, ids

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import Captured
    from warpmetrics_otel.record.current import Attachment
    from warpmetrics_otel.record.flow import Flow

ELSEWHERE = -1
"""The generation of what another process recorded."""

Event = tuple[str, dict[str, Any], int]
"""Name, attributes and time (nanoseconds) of a span event of ours."""


class State:
    """One run, group or call: recorded here, adopted from an id, or detached (its target was no target)."""

    # Class-level defaults keep creation cheap: most of these stay unset for most entities.
    label: str | None = None
    """The run's label, on everything beneath it."""
    run_id: str | None = None
    chain_id: str | None = None
    position: int | None = None
    conversation_id: str | None = None
    trace_state: TraceState | None = None
    """Its trace's, where it is known to be sampled."""
    detached = False
    open = False
    """Whether events may still be added to the span, by this process; the core says so."""
    ended = False
    raised = False
    """Whether an exception left the block, which decides the status before any outcome does."""
    last_ns = 0
    """When something last happened on it, or ended beneath it."""
    children: set[State] | None = None
    blocks: list[Attachment | None] | None = None
    """The blocks of its own that it is in; None stands for one that makes nothing current."""
    events: list[Event] | None = None
    unclaimed: dict[Captured, None] | None = None
    flow: Flow | None = None
    """Where its last outcome was recorded."""
    outcome_name: str | None = None
    classification: str | None = None
    dropped: Callable[[State], None] | None = None
    complete: Callable[[State, int], None] | None = None
    """Of a call that is going on: puts what is known of it by now on its span."""

    def __init__(self, kind: str, native_id: str, span: Span, parent: State | None = None) -> None:
        self.kind = kind
        self.id = native_id
        self.span = span
        self.context: SpanContext = span.get_span_context()
        self.parent = parent
        self.generation = fork.generation
        if parent is None:
            # One lock a run: ending a run ends what is beneath it, and nothing may slip in between.
            self.lock = threading.RLock()
            if kind == ids.RUN:
                self.run_id = native_id
            return
        self.lock = parent.lock
        self.label, self.run_id, self.trace_state = parent.label, parent.run_id, parent.trace_state
        if parent.chain_id is not None:
            self.chain_id, self.position = parent.chain_id, parent.position
        if parent.conversation_id is not None:
            self.conversation_id = parent.conversation_id

    @property
    def derived(self) -> bool:
        """Whether the run's id alone gives the trace: not so in a joined trace, or under a foreign provider."""
        return self.run_id is not None and self.context.trace_id == ids.trace_id_of(self.run_id)

    def touch(self, at_ns: int) -> None:
        """Note activity at this time; what is above it learns of that when this ends, or when it asks."""
        self.last_ns = max(self.last_ns, at_ns)

    @property
    def latest_ns(self) -> int:
        """When something last happened on it or beneath it."""
        return max([self.last_ns, *(child.latest_ns for child in list(self.children or ()))])

    def release(self) -> None:
        """Forget what only an open span needs: a handle kept for its id must not keep content alive."""
        self.span = INVALID_SPAN
        self.events = self.children = self.dropped = self.complete = None


class Mark:
    """An outcome or an act, on the span (or carrier) that holds it."""

    outcome_id: str | None = None
    outcome_name: str | None = None
    act_name: str | None = None
    opts: Any = None
    detached = False

    def __init__(self, kind: str, native_id: str, state: State | None, context: SpanContext) -> None:
        self.kind = kind
        self.id = native_id
        self.state = state
        self.context = context


def adopted(kind: str, native_id: str, context: SpanContext) -> State:
    """The state of an entity that another process recorded, or this one long ago: it takes no more events itself."""
    state = State(kind, native_id, INVALID_SPAN)
    state.context = context
    state.generation = ELSEWHERE
    return state


def detached(kind: str, native_id: str, parent: State | None = None) -> State:
    """The state behind a handle that stands for nothing recorded."""
    state = State(kind, native_id, INVALID_SPAN, parent)
    state.ended = state.detached = True
    return state
