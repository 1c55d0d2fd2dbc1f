"""How a span ends: what it says last, what a limit took from it, and what ends with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Status, StatusCode

from warpmetrics_otel import semconv
from warpmetrics_otel.record.attributes import identity
from warpmetrics_otel.record.carriers import carry
from warpmetrics_otel.record.spans import end_span
from warpmetrics_otel.record.state import Event, State
from warpmetrics_otel.translate.text import encodable

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


def finish(core: Core, state: State, reason: str | None, at_ns: int | None = None, *, in_blocks: bool = False) -> None:
    """End a run, group or call that is going on, and what is open beneath it, once.

    Args:
        core: the recorder it belongs to.
        state: what to end; nothing happens when it has ended, or belongs to another process.
        reason: one of `semconv.END_REASON_*`; None for the end of its own block.
        at_ns: the end time; its last recorded activity when None.
        in_blocks: also end what is beneath it in a block of its own.
    """
    if not state.open:
        return
    if state.children:
        for child in list(state.children):
            if in_blocks or not child.blocks:
                finish(core, child, semconv.END_REASON_PARENT, in_blocks=in_blocks)
    with state.lock:
        if state.ended:
            return
        state.ended, state.open = True, False
    # Only now: what another thread captures from here on finds that this has ended.
    if core.claims.used:
        core.claims.claim_all(state)
    end_ns = state.latest_ns if at_ns is None else at_ns
    if state.complete is not None:
        state.complete(state, end_ns)
        reason = None
    if reason is not None or state.outcome_name is not None:
        _say_last(state, reason)
    if state.events:
        _rehome_evicted(core, state)
    if isinstance(state.span, ReadableSpan) and state.span.dropped_attributes:
        # What was set last may have evicted what the span is.
        state.span.set_attributes(identity({}, state.kind, state.id, state.parent))
    end_span(state.span, end_ns)
    parent = state.parent
    if parent is not None:
        parent.touch(end_ns)
        if parent.children is not None:
            parent.children.discard(state)
    state.release()
    core.closed(state)


def _say_last(state: State, reason: str | None) -> None:
    if reason is not None:
        state.span.set_attribute(semconv.WARPMETRICS_END_REASON, reason)
    if state.outcome_name is not None:
        state.span.set_attribute(semconv.WARPMETRICS_OUTCOME_NAME, state.outcome_name)
        if state.classification == semconv.CLASSIFICATION_FAILURE and not state.raised:
            state.span.set_status(Status(StatusCode.ERROR, encodable(state.outcome_name)))


def _rehome_evicted(core: Core, state: State) -> None:
    span = state.span
    if not isinstance(span, ReadableSpan) or not span.dropped_events:
        return
    kept = {_mark_id(dict(event.attributes or {})) for event in span.events}
    for event in state.events or ():
        mark_id = _mark_id(event[1])
        if mark_id not in kept:
            _rehome(core, state, event, mark_id)


def _rehome(core: Core, state: State, event: Event, mark_id: str) -> None:
    name, attributes, at_ns = event
    context = carry(
        core,
        name,
        attributes,
        at_ns,
        mark_id,
        target_id=state.id,
        host=state.context,
        run_id=state.run_id,
        chain_id=state.chain_id,
    )
    mark = core.marks.get(mark_id)
    if mark is not None:
        mark.context = context


def _mark_id(attributes: dict[str, Any]) -> str:
    # An act's event names its outcome too, so the act's own id comes first.
    return str(attributes.get(semconv.WARPMETRICS_ACT_ID) or attributes.get(semconv.WARPMETRICS_OUTCOME_ID))
