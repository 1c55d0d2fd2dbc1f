"""`start_call`: a call recorded by hand while it happens, for streams and clients nobody instruments."""

from __future__ import annotations

from functools import partial
from time import time_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from warpmetrics_otel import ids
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record import attributes, bag, call_attributes, current
from warpmetrics_otel.record.blocks import is_failure
from warpmetrics_otel.record.by_hand import listed, set_error
from warpmetrics_otel.record.calls import NO_PARENT, set_failed, start_span
from warpmetrics_otel.record.ending import finish
from warpmetrics_otel.record.handles import Call, Handle
from warpmetrics_otel.record.state import State, detached
from warpmetrics_otel.record.target import resolve_parent
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate.text import fit, text_of

if TYPE_CHECKING:
    from warpmetrics_otel.record.core import Core


_KNOWN = (
    "messages",
    "response",
    "response_model",
    "response_id",
    "finish_reasons",
    "tokens",
    "tools",
    "tool_calls",
    "cost",
)


class LiveCall:
    """A call that is going on. Set what becomes known of it; leaving the block (or `end`) records it.

    Attributes that may be set: ``messages``, ``response`` (text), ``response_model``, ``response_id``,
    ``finish_reasons``, ``tokens``, ``tools``, ``tool_calls``, ``cost``, ``error``.
    """

    # What becomes known is in the dictionary of its own: the state keeps that, and may never keep the handle alive.
    __slots__ = ("__dict__", "_attachment", "_core", "call")

    def __init__(self, core: Core, handle: Call, data: CallData, opts: Any = None) -> None:
        self.call = handle
        """The handle, for `outcome` and for other processes."""
        self.messages: Any = data.messages
        self.response: str | None = None
        self.response_model: str | None = None
        self.response_id: str | None = None
        self.finish_reasons: list[str] | None = None
        self.tokens: dict[str, int | float] | None = None
        self.tools: list[str] | None = data.tools
        self.tool_calls: list[dict[str, Any]] | None = None
        self.cost: float | None = None
        self.error: BaseException | str | None = None
        self._core = core
        self._attachment: current.Attachment | None = None
        handle._state.complete = partial(_complete, vars(self), data, core, opts)

    @property
    def id(self) -> str:
        """The native id, ``wm_call_{ulid}``."""
        return self.call.id

    @property
    def ref(self) -> str:
        """The portable ref."""
        return self.call.ref

    def end(self) -> None:
        """Record the call as it is known now. Ending twice does nothing."""
        self._core.drain()
        finish(self._core, self.call._state, None, time_ns())

    def __enter__(self) -> Self:
        self._attachment = current.enter(self.call.span, None)
        self.call._state.blocks = [None]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._attachment is not None:
            current.leave(self._attachment)
        state = self.call._state
        state.blocks = None
        if isinstance(error, GeneratorExit):
            # This may be the garbage collector's doing, in the middle of any lock: the next verb does the rest.
            self._core.later.append(partial(finish, self._core, state, None, time_ns()))
            return
        if error is not None and is_failure(error) and self.error is None:
            self.error = error
        self.end()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"<LiveCall {self.call.id}>"

    def __del__(self) -> None:
        state = self.call._state
        if state.dropped is not None:
            state.dropped(state)


def _complete(known: dict[str, Any], data: CallData, core: Core, opts: Any, state: State, at_ns: int) -> None:
    """Put what is known of a call on its span, which is about to end."""
    for name in _KNOWN:
        setattr(data, name, known.get(name))
    data.ended_ns = at_ns
    data.response = None if data.response is None else text_of(data.response)
    data.finish_reasons, data.tools = listed(data.finish_reasons), listed(data.tools)
    set_error(data, known.get("error"), None)
    values: attributes.Attributes = {}
    if core.add_content is not None:
        core.add_content(values, data)
    call_attributes.add_response(values, data)
    state.span.set_attributes(fit(values))
    if data.failed:
        state.raised = True
        set_failed(state.span, data)
    if state.parent is not None and (telling := core.telling or core.others_telling) is not None:
        telling.call(state, state.parent, data, opts)


def start_live_call(core: Core, target: object, data: CallData, opts: Any) -> LiveCall:
    """Start the span of a call that is about to happen."""
    core.catch_up()
    parent = resolve_parent(core, target)
    native_id, bits = ids.mint(ids.CALL)
    if parent is None:
        warn_once(NO_PARENT, "start_call()")
        return LiveCall(core, Call(core, detached(ids.CALL, native_id)), data)
    opts = None if opts is None else bag.shown(core, opts, "call.opts")
    values = bag.span_attributes(core, opts, "call.opts")
    now = data.started_ns = time_ns()
    span = start_span(core, parent, data, values, native_id, bits, now)
    state = State(ids.CALL, native_id, span, parent)
    core.opened(state)
    state.touch(now)
    return LiveCall(core, Call(core, state, target if isinstance(target, Handle) else None), data, opts)
