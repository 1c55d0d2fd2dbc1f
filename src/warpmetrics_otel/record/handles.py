"""What the verbs return: small frozen objects that may be shared between threads and tasks.

A handle names an entity (`id`, `ref`) and, as a block, makes it current. Dropping the last handle
of an open run ends the run; the finalizer itself does nothing but say so to a queue, since it may
run anywhere, in the middle of any lock.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from opentelemetry.trace import NonRecordingSpan, Span, format_trace_id

from warpmetrics_otel import ids
from warpmetrics_otel.record import blocks
from warpmetrics_otel.record.state import ELSEWHERE, Mark, State

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


class _Frozen:
    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"{type(self).__name__} handles are frozen; {name!r} cannot be set"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        message = f"{type(self).__name__} handles are frozen; {name!r} cannot be deleted"
        raise AttributeError(message)


class Handle(_Frozen):
    """A run, group or call."""

    __slots__ = ("__weakref__", "_core", "_parent", "_state")
    _core: Core
    _state: State
    _parent: Handle | None

    def __init__(self, core: Core, state: State, parent: Handle | None = None) -> None:
        _set_state(self, state)
        _set_core(self, core)
        # Children keep their parents alive: a run must not be collected while a group of it is in use.
        _set_parent(self, parent)

    @property
    def id(self) -> str:
        """The native id, ``wm_{run,grp,call}_{ulid}``."""
        return self._state.id

    @property
    def ref(self) -> str:
        """The portable ref: the id, a traceparent and the chain, for databases, queues and other processes."""
        return str(state_ref(self._state))

    @property
    def trace_id(self) -> str:
        """The trace id as 32 hex digits; all zero where nothing is recorded."""
        return format_trace_id(self._state.context.trace_id)

    @property
    def span(self) -> Span:
        """The OpenTelemetry span; a non-recording one once it has ended, or when another process owns it."""
        state = self._state
        return state.span if state.open else NonRecordingSpan(state.context)

    @property
    def ended(self) -> bool:
        """Whether this has ended, as far as this process knows."""
        return self._state.ended

    def end(self) -> None:
        """End the span at its last recorded activity, and what is open beneath it. Ending twice does nothing."""
        self._core.end(self._state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._state.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and other._state.id == self._state.id

    def __hash__(self) -> int:
        return hash(self._state.id)


# What makes handles frozen is passed by at their creation; `object.__setattr__` does that too, in three times the time.
_set_core, _set_state, _set_parent = (vars(Handle)[name].__set__ for name in ("_core", "_state", "_parent"))


class _Block(Handle):
    """A handle that can be made current with ``with`` or ``async with``; dropped while open, it is ended."""

    __slots__ = ()

    def __del__(self) -> None:
        state = self._state
        if state.dropped is not None:
            state.dropped(state)

    def __enter__(self) -> Self:
        blocks.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        blocks.leave(self, error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


class Run(_Block):
    """One execution of an agent. As a block it is current inside, and ends when the block does."""

    __slots__ = ()


class Group(_Block):
    """A phase of a run. As a block it is current inside, and ends when the block does."""

    __slots__ = ()


class Call(Handle):
    """One LLM call that was recorded."""

    __slots__ = ()


class _Marked(_Frozen):
    __slots__ = ("_mark", "_target")
    _mark: Mark
    _target: Handle | None

    def __init__(self, mark: Mark, target: Handle | None = None) -> None:
        _set_mark(self, mark)
        _set_target(self, target)

    @property
    def id(self) -> str:
        """The native id, ``wm_{oc,act}_{ulid}``."""
        return self._mark.id

    @property
    def ref(self) -> str:
        """The portable ref: the id, the traceparent of the span that holds it, and the chain."""
        return str(mark_ref(self._mark))

    @property
    def trace_id(self) -> str:
        """The trace id, as 32 hex digits, of the span that holds it; all zero where nothing is recorded."""
        return format_trace_id(self._mark.context.trace_id)

    @property
    def span(self) -> Span:
        """The span that holds it."""
        state = self._mark.state
        if state is not None and state.open and state.context.span_id == self._mark.context.span_id:
            return state.span
        return NonRecordingSpan(self._mark.context)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._mark.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Marked) and other._mark.id == self._mark.id

    def __hash__(self) -> int:
        return hash(self._mark.id)


_set_mark, _set_target = (vars(_Marked)[name].__set__ for name in ("_mark", "_target"))


class Outcome(_Marked):
    """What happened: the result of a run, group or call."""

    __slots__ = ()


class Act(_Marked):
    """What is done about an outcome; a follow-up run hangs on it."""

    __slots__ = ()


def state_ref(state: State) -> ids.Ref:
    """The portable ref of a run, group or call."""
    context = state.context
    return ids.Ref(
        state.id,
        trace_id=context.trace_id or None,
        span_id=context.span_id or None,
        flags=context.trace_flags,
        run_id=state.run_id if state.run_id != state.id else None,
        **_chain(state),
    )


def mark_ref(mark: Mark) -> ids.Ref:
    """The portable ref of an outcome or act."""
    context = mark.context
    return ids.Ref(
        mark.id,
        trace_id=context.trace_id or None,
        span_id=context.span_id or None,
        flags=context.trace_flags,
        run_id=mark.state.run_id if mark.state else None,
        outcome_id=mark.outcome_id if mark.outcome_id != mark.id else None,
        outcome_name=mark.outcome_name,
        act_name=mark.act_name,
        **_chain(mark.state),
    )


def _chain(state: State | None) -> dict[str, Any]:
    if state is None or state.run_id is None:
        return {}
    if state.chain_id is not None:
        return {"chain_id": state.chain_id, "position": state.position}
    # A run this process recorded, without a chain, is the first of one; of an adopted run nobody knows.
    return {"chain_id": state.run_id, "position": 1} if state.generation != ELSEWHERE else {}
