"""What a verb's target is: a handle, a native id, a portable ref, a traceparent, a span, or a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.trace import INVALID_SPAN_CONTEXT, Span, SpanContext, TraceFlags

from warpmetrics_otel import ids
from warpmetrics_otel.record import attributes
from warpmetrics_otel.record.handles import Handle, _Block, _Marked
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.state import Mark, State, adopted
from warpmetrics_otel.translate.names import run_name
from warpmetrics_otel.translate.text import encodable

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core

_LOW_64 = (1 << 64) - 1


def resolve(core: Core, target: object) -> State | Mark | None:
    """Find what a verb's argument stands for; None when it is nothing of ours."""
    # By type: `isinstance` asks the object, and a proxy of the user's may raise when asked.
    kind = type(target)
    if issubclass(kind, Handle):
        return target._state  # type: ignore[attr-defined,no-any-return]
    if issubclass(kind, _Marked):
        return target._mark  # type: ignore[attr-defined,no-any-return]
    if is_a(target, str):
        return _from_text(core, encodable(target))
    if is_a(target, Span):  # type: ignore[type-abstract]
        return _from_context(core, target.get_span_context())
    if is_a(target, SpanContext):
        return _from_context(core, target)
    captured = core.claims.find(target)
    return None if captured is None else core.claims.call_of(captured)


def resolve_parent(core: Core, target: object) -> State | None:
    """The run or group that a group or call goes under; None when the target is neither."""
    if issubclass(type(target), _Block):
        state: State = target._state  # type: ignore[attr-defined]
        return None if state.detached else state
    found = resolve(core, target)
    return found if isinstance(found, State) and found.kind != ids.CALL and not found.detached else None


def _from_text(core: Core, text: str) -> State | Mark | None:
    ref = ids.parse_ref(text)
    if ref is None:
        parsed = ids.parse_traceparent(text)
        return None if parsed is None else _from_context(core, _remote(*parsed))
    known = core.marks.get(ref.id) or core.find(ref.id)
    if known is not None:
        return known
    context = INVALID_SPAN_CONTEXT
    if ref.trace_id is not None and ref.span_id is not None:
        context = _remote(ref.trace_id, ref.span_id, ref.flags)
    # Whoever continues what another process began may never start a run.
    core.refresh()
    kind = ids.kind_of(ref.id)
    if kind in (ids.OUTCOME, ids.ACT):
        return _adopt_mark(kind, ref, context)
    return _adopt_state(core, str(kind), ref, context)


def _adopt_state(core: Core, kind: str, ref: ids.Ref, context: SpanContext) -> State:
    if kind == ids.RUN and not context.is_valid:
        bits = ids.bits_of(ref.id)
        probe = attributes.identity({}, ids.RUN, ref.id)
        decided_with = bits if ref.chain_id is None else ids.trace_id_of(ref.chain_id)
        context = _remote(bits, bits & _LOW_64, core.starter.flags_of(decided_with, run_name(""), probe))
    state = adopted(kind, ref.id, context)
    if kind != ids.RUN:
        state.run_id = ref.run_id
    state.chain_id, state.position = ref.chain_id, ref.position
    return state


def _adopt_mark(kind: str, ref: ids.Ref, context: SpanContext) -> Mark:
    state = None
    if ref.run_id is not None:
        bits = ids.bits_of(ref.run_id)
        # Where the run joined another trace its span is not known, only the trace.
        span = _remote(context.trace_id, bits & _LOW_64, context.trace_flags) if context.is_valid else context
        state = adopted(ids.RUN, ref.run_id, span)
        state.chain_id, state.position = ref.chain_id, ref.position
    mark = Mark(kind, ref.id, state, context)
    mark.outcome_id = ref.id if kind == ids.OUTCOME else ref.outcome_id
    mark.outcome_name, mark.act_name = ref.outcome_name, ref.act_name
    return mark


def _from_context(core: Core, context: SpanContext) -> State | None:
    if not context.is_valid:
        return None
    for state in [*core.open.copy().values()]:
        if state.context.span_id == context.span_id and state.context.trace_id == context.trace_id:
            return state
    run_id = ids.run_id_of_trace(context.trace_id)
    known = core.find(run_id) if context.span_id == context.trace_id & _LOW_64 else None
    if known is not None:
        return known
    # As whoever continues what another process began.
    core.refresh()
    # Somebody else's span: its trace is the run, and what is recorded goes beneath the span itself.
    return adopted(ids.RUN, run_id, context)


def _remote(trace_id: int, span_id: int, flags: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
