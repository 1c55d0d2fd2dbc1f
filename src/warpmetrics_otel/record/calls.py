"""Recording calls: one span each, with real start and end times, made when all is known."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import INVALID_SPAN, SpanContext, SpanKind, Status, StatusCode

from warpmetrics_otel import ids
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record import attributes, bag, call_attributes
from warpmetrics_otel.record.groups import beneath
from warpmetrics_otel.record.handles import Call, Handle
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.spans import end_span
from warpmetrics_otel.record.state import State, adopted, detached
from warpmetrics_otel.record.target import resolve_parent
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate.text import plain

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from warpmetrics_otel.record.core import Core

# Zero means "not set" in OTLP, and a negative time, or one beyond 64 bits, loses the whole batch.
_EARLIEST_NS, _LATEST_NS = 1, (1 << 63) - 1
NO_PARENT = "%s: the target is no run or group, so nothing is recorded; pass what run() or group() returned"


def record_data(core: Core, parent: State, data: CallData, opts: Any, call: State | None = None) -> State:
    """Record a call beneath a run or group.

    Args:
        core: the recorder.
        parent: what it is beneath.
        data: what is known of it.
        opts: its opts bag, or None.
        call: the state handed out before the call was complete; a new one is made when None.
    """
    native_id, bits = ids.mint(ids.CALL) if call is None else (call.id, ids.bits_of(call.id))
    started, ended = data.started_ns, data.ended_ns
    if not _EARLIEST_NS <= started <= ended <= _LATEST_NS:
        started = min(max(started, _EARLIEST_NS), _LATEST_NS)
        ended = min(max(ended, started), _LATEST_NS)
    values: attributes.Attributes = {}
    if opts is not None:
        opts = bag.shown(core, opts, "call.opts")
        values = bag.span_attributes(core, opts, "call.opts")
    if core.add_content is not None:
        core.add_content(values, data)
    call_attributes.add_response(values, data)
    span = start_span(core, parent, data, values, native_id, bits, started)
    if not data.bare and data.failed:
        set_failed(span, data)
    if call is None:
        state = State(ids.CALL, native_id, span, parent)
        state.ended = True
        core.remembered.put(native_id, state)
    else:
        state, state.context = call, span.get_span_context()
    state.span = INVALID_SPAN
    if (telling := core.telling or core.others_telling) is not None:
        # Before the span ends: a processor that reads it looks for what was said.
        telling.call(state, parent, data, opts)
    end_span(span, ended)
    # A time that was given may lie anywhere; activity does not lie ahead.
    parent.touch(min(time_ns(), ended))
    return state


def start_span(
    core: Core, parent: State, data: CallData, values: attributes.Attributes, native_id: str, bits: int, start_ns: int
) -> Span:
    """Start the span of a call, with what is known before the answer added to these attributes."""
    name = call_attributes.add_request(values, data)
    attributes.identity(values, ids.CALL, native_id, parent)
    return core.starter.start(
        name, beneath(parent), SpanKind.CLIENT, values, (), start_ns, bits, parent.chain_id, parent.trace_state
    )


def set_failed(span: Span, data: CallData) -> None:
    """Set status ERROR with the error's text."""
    span.set_status(Status(StatusCode.ERROR, plain(data.error) if data.error else None))


def record_response(core: Core, target: object, response: object, opts: Any) -> Call:
    """The verb `call`: record the request that gave this response (or exception, or stream) for the target."""
    core.drain()
    captured = core.claims.find(response)
    parent = resolve_parent(core, target)
    handle = target if is_a(target, Handle) else None
    if captured is None or parent is None:
        if parent is None:
            warn_once(NO_PARENT, "call()")
        else:
            warn_once(
                "call(): this %s did not come from a client passed to warp(), so nothing is recorded; wrap the client "
                "with warp(), or use record_call()",
                type(response).__name__,
            )
        return Call(core, detached(ids.CALL, ids.mint(ids.CALL)[0]))
    core.claims.take(captured, parent, opts, handle)
    core.claims.claim_here()
    return Call(core, captured.claim.call, handle)


def promised(parent: State) -> State:
    """A call that may not be done yet: it has an id now, and its span once it is."""
    native_id, bits = ids.mint(ids.CALL)
    above = parent.context
    span_id = bits & ((1 << 64) - 1)
    context = SpanContext(above.trace_id, span_id, is_remote=False, trace_flags=above.trace_flags)
    state = adopted(ids.CALL, native_id, context)
    state.parent, state.run_id = parent, parent.run_id
    state.chain_id, state.position, state.generation = parent.chain_id, parent.position, parent.generation
    state.ended = True
    return state
