"""The run or group in force here, kept in the OpenTelemetry context.

Being part of that context, it goes wherever the user's own context propagation goes: tasks,
threads with an instrumented or copied context, explicit `attach`.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, NamedTuple

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, get_current_span, set_span_in_context

from warpmetrics_otel.standing import KEY

if TYPE_CHECKING:
    from warpmetrics_otel.record.handles import Handle

# Both values in one copy of the context instead of four: this is done twice a run.
_SPAN_KEY = next(iter(set_span_in_context(INVALID_SPAN, Context())))
_set = dict.__setitem__
_entered: ContextVar[object] = ContextVar("warpmetrics_otel_entered")


class _Node(NamedTuple):
    handle: Handle
    outer: _Node | None

    @property
    def destination(self) -> Hashable:
        """Where the handle's recorder tells of it natively; None without a key."""
        delivery = self.handle._core.delivery
        return None if delivery is None else delivery.destination


class Inside(NamedTuple):
    """What was current at the end of a generator's step."""

    span: Span
    node: _Node | None


class Attachment(NamedTuple):
    """What `leave` needs to undo an `enter`."""

    token: Token[Context]
    entered: Token[object]
    context: Context


def enter(span: Span, handle: Handle | None) -> Attachment:
    """Make the span current, and the handle with it; None keeps the run or group that is current."""
    context = otel_context.get_current()
    outer = _node(context)
    return _attach(span, outer if handle is None else _Node(handle, outer), context)


def inside() -> Inside:
    """What is current now, for `enter_again`."""
    return Inside(get_current_span(), _node(otel_context.get_current()))


def enter_again(kept: Inside) -> Attachment:
    """Make current what was current when it was kept; the rest of the context is the caller's."""
    return _attach(kept.span, kept.node, otel_context.get_current())


def leave(attachment: Attachment) -> bool:
    """Undo `enter`. In another context than it was entered in there is nothing to undo: False, and nothing is said."""
    try:
        _entered.reset(attachment.entered)
    except ValueError:
        # OpenTelemetry's own detach would log an error with a traceback here.
        return False
    otel_context.detach(attachment.token)
    return True


def current(owner: object) -> Handle | None:
    """The innermost run or group of this owner in force that has not ended."""
    node = _node(otel_context.get_current())
    while node is not None and (node.handle._core.owner is not owner or node.handle.ended):
        node = node.outer
    return node.handle if node is not None else None


def _attach(span: Span, node: _Node | None, context: Context) -> Attachment:
    attached = Context(context)
    # A context may not be changed, but nobody has this one yet; each way to make it from another copies it once more.
    _set(attached, KEY, node)
    if span is not INVALID_SPAN and span.get_span_context().is_valid:
        _set(attached, _SPAN_KEY, span)
    return Attachment(otel_context.attach(attached), _entered.set(None), attached)


def _node(context: Context) -> _Node | None:
    return context.get(KEY)  # type: ignore[return-value]
