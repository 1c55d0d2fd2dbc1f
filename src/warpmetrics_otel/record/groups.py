"""Starting groups."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanKind, set_span_in_context

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.record import attributes, bag
from warpmetrics_otel.record.handles import Group, Handle
from warpmetrics_otel.record.state import State, detached
from warpmetrics_otel.record.target import resolve_parent
from warpmetrics_otel.record.warn import warn_once

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


def start_group(core: Core, target: object, label: object, opts: Any) -> Group:
    """Start the span of a group beneath a run or group."""
    core.catch_up()
    parent = resolve_parent(core, target)
    group_id, bits = ids.mint(ids.GROUP)
    if parent is None:
        warn_once("group(): the target is no run or group, so nothing is recorded; pass what run() or group() returned")
        return Group(core, detached(ids.GROUP, group_id))
    opts = None if opts is None else bag.shown(core, opts, "group.opts")
    values = {} if opts is None else bag.span_attributes(core, opts, "group.opts")
    text = attributes.named(values, "label", label)
    name = attributes.group_name(values, text)
    values[semconv.GEN_AI_WORKFLOW_NAME] = text if parent.label is None else parent.label
    attributes.identity(values, ids.GROUP, group_id, parent)
    now = time_ns()
    span = core.starter.start(
        name, beneath(parent), SpanKind.INTERNAL, values, (), now, bits, parent.chain_id, parent.trace_state
    )
    state = State(ids.GROUP, group_id, span, parent)
    state.label = parent.label
    core.opened(state)
    state.last_ns = now
    if core.telling is not None:
        core.telling.group(state, parent, label, opts, now)
    return Group(core, state, target if isinstance(target, Handle) else None)


def beneath(parent: State) -> Context:
    """The context for a child span of this; the rest of the current context stays, for baggage."""
    context = otel_context.get_current()
    innermost = parent.blocks[-1] if parent.blocks else None
    if innermost is not None and innermost.context is context:
        # Right inside the parent's own block the current context is the one wanted.
        return context
    return set_span_in_context(parent.span if parent.open else NonRecordingSpan(parent.context), context)
