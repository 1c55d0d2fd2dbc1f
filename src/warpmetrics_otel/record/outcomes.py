"""Outcomes and acts: events on the span of their target, or carriers when it takes no more."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import INVALID_SPAN_CONTEXT

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.record import attributes, bag, logs
from warpmetrics_otel.record.carriers import carry
from warpmetrics_otel.record.flow import flow
from warpmetrics_otel.record.handles import Act, Handle, Outcome, _Marked
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.state import Mark, State
from warpmetrics_otel.record.target import resolve
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate.text import plain

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


def record_outcome(core: Core, target: object, name: object, opts: Any) -> Outcome:
    """The verb `outcome`."""
    core.catch_up()
    state = resolve(core, target)
    mark = Mark(ids.OUTCOME, ids.mint(ids.OUTCOME)[0], None, INVALID_SPAN_CONTEXT)
    if not isinstance(state, State) or state.detached:
        warn_once(
            "outcome(): the target is no run, group or call, so nothing is recorded; pass what run(), group() or "
            "call() returned, its .ref, or a response of a client passed to warp()"
        )
        mark.detached = True
        return Outcome(mark)
    text = plain(name)
    classification = core.classes.get(text.casefold())
    mark.state, mark.outcome_id, mark.outcome_name = state, mark.id, text
    opts = None if opts is None else bag.shown(core, opts, "outcome.opts")
    opts_json, told = bag.encoded(opts, "outcome.opts")
    event = attributes.outcome_event(mark, opts, opts_json, classification, name)
    at_ns = _put(core, mark, semconv.EVENT_OUTCOME, event, state.context, state.id)
    if core.telling is not None:
        core.telling.mark(mark, state.id, name, told, at_ns)
    if state.open:
        state.outcome_name, state.classification = event[semconv.WARPMETRICS_OUTCOME_NAME], classification
        state.flow = flow()
    return Outcome(mark, target if isinstance(target, Handle) else None)


def record_act(core: Core, target: object, name: object, opts: Any) -> Act:
    """The verb `act` on an outcome; `name` may be a reserved act, which it completes."""
    core.catch_up()
    outcome = resolve(core, target)
    reserved = name._mark if type(name) is Act else None
    if reserved is not None and reserved.outcome_id is not None:
        warn_once("act(): this act was recorded already, and is not again; reserve() another, or pass a name")
        return Act(reserved)
    mark = reserved or Mark(ids.ACT, ids.mint(ids.ACT)[0], None, INVALID_SPAN_CONTEXT)
    if not isinstance(outcome, Mark) or outcome.kind != ids.OUTCOME or outcome.detached:
        if not (isinstance(outcome, Mark) and outcome.detached):
            warn_once(
                "act(): the target is no outcome, so nothing is recorded; pass what outcome() returned, or its .ref"
            )
        mark.detached = reserved is None
        return Act(mark)
    if reserved is not None:
        name, opts = reserved.act_name, _merged(reserved.opts, opts)
    mark.state, mark.act_name = outcome.state, plain(name)
    mark.outcome_id, mark.outcome_name = outcome.id, outcome.outcome_name
    opts = None if opts is None else bag.shown(core, opts, "act.opts")
    opts_json, told = bag.encoded(opts, "act.opts")
    event = attributes.act_event(mark, opts_json, name)
    at_ns = _put(core, mark, semconv.EVENT_ACT, event, outcome.context, outcome.id)
    if core.telling is not None:
        core.telling.mark(mark, outcome.id, name, told, at_ns)
    return Act(mark, target._target if isinstance(target, _Marked) else None)


def describe_act(name: object, opts: Any) -> Act:
    """An act that is not decided yet: a name and opts, for `reserve`."""
    mark = Mark(ids.ACT, ids.mint(ids.ACT)[0], None, INVALID_SPAN_CONTEXT)
    mark.act_name, mark.opts = plain(name), opts
    return Act(mark)


def _put(core: Core, mark: Mark, event_name: str, event: dict[str, Any], host: Any, target_id: str) -> int:
    """Put the event on the target's span while it is open, afterwards on a carrier; the time it happened."""
    now = time_ns()
    state = mark.state
    placed = False
    if state is not None and state.open and (state.context is host or state.context.span_id == host.span_id):
        with state.lock:
            # A span the user ended behind our back takes no events; one that is not sampled rightly takes none.
            if not state.ended and (state.span.is_recording() or not state.context.trace_flags.sampled):
                state.span.add_event(event_name, event, now)
                if state.events is None:
                    state.events = [(event_name, event, now)]
                else:
                    state.events.append((event_name, event, now))
                placed = True
        state.touch(now)
    if placed:
        mark.context = host
    else:
        # Whoever has only an id cannot know whether it gives the trace.
        derived = state is not None and state.derived and host.is_valid and state.generation >= 0
        run_id = None if state is None or derived else state.run_id
        chain_id = None if state is None else state.chain_id
        mark.context = carry(
            core, event_name, event, now, mark.id, target_id=target_id, host=host, run_id=run_id, chain_id=chain_id
        )
    core.marks.put(mark.id, mark)
    if core.logs_events:
        logs.emit(core.settings.logger_provider, event_name, event, now, host if host.is_valid else mark.context)
    return now


def _merged(first: Any, second: Any) -> Any:
    if is_a(first, dict) and is_a(second, dict):
        return {**first, **second}
    return first if second is None else second
