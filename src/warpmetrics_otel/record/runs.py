"""Starting runs: first ones, and follow-ups of an act."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Link, NonRecordingSpan, SpanContext, SpanKind, set_span_in_context

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.record import attributes, bag
from warpmetrics_otel.record.ending import finish
from warpmetrics_otel.record.handles import Act, Run
from warpmetrics_otel.record.state import ELSEWHERE, Mark, State
from warpmetrics_otel.record.target import resolve
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.standing import state_within
from warpmetrics_otel.translate.names import run_name
from warpmetrics_otel.translate.text import brief, plain

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core

Parent = Literal["current"] | Context | SpanContext | trace.Span | None


class RunOptions(NamedTuple):
    """What a run may be given beside its label and opts."""

    parent: Parent = None
    conversation_id: str | None = None
    user_id: str | None = None


NO_OPTIONS = RunOptions()


def start_run(core: Core, label: object, opts: Any, act: Mark | None, options: RunOptions) -> Run:
    """Start the root span of a run; with an act, linked to the span that carries it."""
    core.catch_up()
    run_id, bits = ids.mint(ids.RUN)
    context, caller = _context_of(options.parent if options.parent is not None else core.settings.run_parent, run_id)
    opts = None if opts is None else bag.shown(core, opts, "run.opts")
    values = {} if opts is None else bag.span_attributes(core, opts, "run.opts")
    text = attributes.named(values, "label", label)
    values[semconv.GEN_AI_OPERATION_NAME] = semconv.OPERATION_INVOKE_WORKFLOW
    values[semconv.GEN_AI_WORKFLOW_NAME] = text
    if options.conversation_id is not None:
        values[semconv.GEN_AI_CONVERSATION_ID] = plain(options.conversation_id)
    if options.user_id is not None:
        values[semconv.USER_ID] = plain(options.user_id)
    links = [] if caller is None else [_link_to_caller(values, caller.get_span_context())]
    if act is not None:
        attributes.follows(values, act)
        _add_chain(values, act)
        if act.context.is_valid:
            links.append(Link(act.context, attributes.follow_up_link(act, semconv.LINK_TYPE_FOLLOW_UP)))
    attributes.identity(values, ids.RUN, run_id)
    now = time_ns()
    span = core.refresh().start(
        run_name(text), context, SpanKind.INTERNAL, values, links, now, bits, values.get(semconv.WARPMETRICS_CHAIN_ID)
    )
    state = State(ids.RUN, run_id, span)
    state.label = text
    if state.context.trace_flags.sampled:
        state.trace_state = state.context.trace_state
    state.last_ns = now
    if options.conversation_id is not None:
        state.conversation_id = values[semconv.GEN_AI_CONVERSATION_ID]
    if act is not None:
        state.chain_id = values.get(semconv.WARPMETRICS_CHAIN_ID)
        state.position = values.get(semconv.WARPMETRICS_CHAIN_POSITION)
    core.opened(state)
    if core.telling is not None:
        core.telling.run(state, label, opts, act, options.conversation_id, options.user_id, now)
    if caller is not None and core.settings.caller_link and caller.is_recording():
        back = {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_RUN, semconv.WARPMETRICS_RUN_ID: run_id}
        caller.add_link(state.context, back)
    if act is not None:
        _close_origin(core, act, state)
    return Run(core, state)


def act_of(core: Core, target: object) -> Mark | None:
    """The act a run follows; None, with a warning, when the target is no act or was never recorded."""
    found = resolve(core, target)
    if not isinstance(found, Mark) or found.kind != ids.ACT:
        warn_once(
            "run(): %s is not an act, so this is a first run; pass what act() returned, or its .ref", _name(target)
        )
        return None
    if found.detached:
        return None
    if found.state is None and not isinstance(target, Act):
        warn_once(
            "run(): the act id %s says nothing of its chain, so the follow-up has no link; store act.ref, not act.id",
            found.id,
        )
    return found


def _name(target: object) -> str:
    return brief(target) if type(target) in (str, int, float, bool) else type(target).__name__


def _context_of(parent: object, run_id: str) -> tuple[Context, trace.Span | None]:
    """Where a run's span starts, and the caller's span where it is the root of a trace inside of one."""
    if parent is None:
        return _root()
    if isinstance(parent, SpanContext):
        parent = set_span_in_context(NonRecordingSpan(parent))
    elif isinstance(parent, trace.Span):
        parent = set_span_in_context(parent)
    elif parent != "current" and not isinstance(parent, Context):
        warn_once(
            "run(): parent is a %s, so this is a trace of its own; pass a Context or SpanContext", type(parent).__name__
        )
        return _root()
    context = parent if isinstance(parent, Context) else otel_context.get_current()
    above = trace.get_current_span(context).get_span_context()
    return (_joined(context, above, run_id), None) if above.is_valid else _root()


def _joined(context: Context, above: SpanContext, run_id: str) -> Context:
    """The same context, with a trace state that names the run: whoever is called beneath it sees no root of a run."""
    state = state_within(run_id, above.trace_state)
    named = SpanContext(above.trace_id, above.span_id, above.is_remote, above.trace_flags, state)
    return set_span_in_context(NonRecordingSpan(named), context)


def _root() -> tuple[Context, trace.Span | None]:
    context = otel_context.get_current()
    caller = trace.get_current_span(context)
    if caller is INVALID_SPAN:
        return context, None
    # The rest of the context stays: span processors read baggage from it.
    return set_span_in_context(INVALID_SPAN, context), caller if caller.get_span_context().is_valid else None


def _link_to_caller(values: attributes.Attributes, caller: SpanContext) -> Link:
    values[semconv.WARPMETRICS_CALLER_TRACE_ID] = trace.format_trace_id(caller.trace_id)
    values[semconv.WARPMETRICS_CALLER_SPAN_ID] = trace.format_span_id(caller.span_id)
    return Link(caller, {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_CALLER})


def _add_chain(values: attributes.Attributes, act: Mark) -> None:
    origin = act.state
    if origin is None or origin.run_id is None:
        return
    if origin.chain_id is not None and origin.position is not None:
        values[semconv.WARPMETRICS_CHAIN_ID] = origin.chain_id
        values[semconv.WARPMETRICS_CHAIN_POSITION] = origin.position + 1
    elif origin.generation != ELSEWHERE:
        # Recorded here and in no chain yet: the first run of this one.
        values[semconv.WARPMETRICS_CHAIN_ID] = origin.run_id
        values[semconv.WARPMETRICS_CHAIN_POSITION] = 2


def _close_origin(core: Core, act: Mark, follow_up: State) -> None:
    origin = act.state
    if origin is None or not origin.open:
        return
    if origin.context.span_id == act.context.span_id:
        origin.span.add_link(follow_up.context, attributes.follow_up_link(act, semconv.LINK_TYPE_FOLLOWED_BY))
    while origin.parent is not None:
        origin = origin.parent
    if not origin.blocks:
        finish(core, origin, semconv.END_REASON_FOLLOW_UP)
