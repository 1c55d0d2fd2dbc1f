"""`Warpmetrics`: the verbs, on one configuration. The package's functions are those of a default instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from opentelemetry.trace import Span, SpanContext

from warpmetrics_otel import capture, ids, semconv
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record import blocks, by_hand, calls, current, groups, outcomes, runs
from warpmetrics_otel.record.decorators import in_block
from warpmetrics_otel.record.handles import Act, Call, Group, Handle, Outcome, Run, _Marked, mark_ref, state_ref
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.lifetime import Lifetime
from warpmetrics_otel.record.live import LiveCall, start_live_call
from warpmetrics_otel.record.state import Mark, State, detached
from warpmetrics_otel.record.target import resolve, resolve_parent
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate.text import text_of

if TYPE_CHECKING:
    pass

Client = TypeVar("Client")
F = TypeVar("F", bound=Callable[..., Any])

Target = Handle | _Marked | Span | SpanContext | str | object
"""What verbs take: a handle, a native id, a portable ref, a traceparent, a span, or a response of a warped client."""

_ADOPTED = {ids.RUN: Run, ids.GROUP: Group}


class Warpmetrics(Lifetime):
    """Records agents as OpenTelemetry spans. Several instances, with their own options, live side by side.

    Args:
        options: the options of `configure`; without any, the environment decides at the first verb.
    """

    def run(
        self,
        label: object = None,
        opts: object = None,
        more: object = None,
        /,
        *,
        follows: Target | None = None,
        parent: runs.Parent = None,
        conversation_id: str | None = None,
        user_id: str | None = None,
    ) -> Run:
        """Start a run; a follow-up run with an act first, or with ``follows=``.

        ``run(label, opts)``, ``run(act, label, opts)`` or ``run(label, opts, follows=act)``.

        Args:
            label: what kind of work it is; what is special about this one belongs in opts.
            opts: any values to store with it.
            more: the opts, when an act comes first.
            follows: the act it follows, as a handle, id or portable ref; None makes it a first run.
            parent: join this trace (``"current"``, a Context or a SpanContext) instead of being a trace of its own.
            conversation_id: the conversation it belongs to (``gen_ai.conversation.id``, on its calls too).
            user_id: who it is for (``user.id``).

        Returns:
            The run's handle. Never raises; a target that is no act is warned about.
        """
        core = self._core_now or self._set_up()
        options = runs.NO_OPTIONS
        if parent is not None or conversation_id is not None or user_id is not None:
            options = runs.RunOptions(parent, conversation_id, user_id)
        act: Mark | None = None
        if _leads_to_act(label) or (type(opts) is str and not is_a(label, str)):
            act = runs.act_of(core, label)
            label, opts = opts, more
        elif follows is not None:
            act = runs.act_of(core, follows)
        return runs.start_run(core, label, opts, act, options)

    def group(self, target: Target, label: object = None, opts: object = None) -> Group:
        """Start a group (a phase) beneath a run or group."""
        return groups.start_group(self._core, target, label, opts)

    def call(self, target: Target, response: object, opts: object = None) -> Call:
        """Record the request that a `warp()`-ed client made for this response, beneath a run or group.

        Args:
            target: a run or group.
            response: what the client returned (a stream is recorded once consumed), or the exception it raised.
            opts: any values to store with it.
        """
        return calls.record_response(self._core, target, response, opts)

    def record_call(
        self,
        target: Target,
        *,
        provider: str | None = None,
        model: str | None = None,
        messages: object = None,
        response: object = None,
        tokens: dict[str, int | float] | None = None,
        duration_ms: float | None = None,
        started_at: by_hand.When = None,
        ended_at: by_hand.When = None,
        status: str | None = None,
        error: BaseException | str | None = None,
        cost: float | None = None,
        tools: list[str] | None = None,
        tool_calls: list[dict[str, Any]] | None = None,
        opts: object = None,
        operation: str = semconv.OPERATION_CHAT,
        response_model: str | None = None,
        response_id: str | None = None,
        finish_reasons: list[str] | None = None,
    ) -> Call:
        """Record a call by hand, afterwards.

        Args:
            target: a run or group.
            provider: who served the model (``gen_ai.provider.name``).
            model: the model asked for; without it nothing is recorded.
            messages: the request's messages or input, in any shape.
            response: the answer's text.
            tokens: ``prompt``, ``completion``, ``total``, and ``cachedInput`` or ``cacheWrite`` and ``cacheRead``.
            duration_ms: how long it took, in milliseconds.
            started_at: when it began: a datetime, ISO 8601 text, or seconds since the epoch.
            ended_at: when it ended, likewise; now, unless start and duration tell.
            status: ``success`` or ``error``.
            error: what went wrong, as text or an exception.
            cost: US dollars.
            tools: the names of the tools offered.
            tool_calls: the calls asked for, each with ``id``, ``name`` and ``arguments`` (JSON text).
            opts: any values to store with it.
            operation: the GenAI operation.
            response_model: the model that answered.
            response_id: the provider's id of the answer.
            finish_reasons: why it stopped.
        """
        core = self._core_now or self._set_up()
        core.catch_up()
        parent = resolve_parent(core, target)
        if parent is None or model is None:
            if parent is None:
                warn_once(calls.NO_PARENT, "record_call()")
            else:
                warn_once("record_call(): no model is given, so nothing is recorded; pass model=")
            return Call(core, detached(ids.CALL, ids.mint(ids.CALL)[0]))
        data = CallData.said(provider or "unknown", operation, model)
        data.messages = messages
        if response is not None:
            data.response = response if type(response) is str else text_of(response)
        if tokens is not None and issubclass(type(tokens), dict):
            data.tokens = tokens
        by_hand.set_times(data, started_at, ended_at, duration_ms)
        if (
            cost is None
            and tools is None
            and tool_calls is None
            and response_model is None
            and response_id is None
            and finish_reasons is None
            and error is None
            and status is None
        ):
            data.bare = True
        else:
            data.cost = cost
            data.tools, data.tool_calls = by_hand.listed(tools), tool_calls
            data.response_model, data.response_id = response_model, response_id
            data.finish_reasons = by_hand.listed(finish_reasons)
            by_hand.set_error(data, error, status)
        state = calls.record_data(core, parent, data, opts)
        return Call(core, state, target if isinstance(target, Handle) else None)

    trace = record_call

    def start_call(
        self,
        target: Target,
        *,
        provider: str,
        model: str,
        messages: object = None,
        tools: list[str] | None = None,
        opts: object = None,
        operation: str = semconv.OPERATION_CHAT,
    ) -> LiveCall:
        """Start a call by hand, live.

        ``with start_call(g, provider="google", model="…") as c: c.response = …``

        Args:
            target: a run or group.
            provider: who serves the model (``gen_ai.provider.name``).
            model: the model asked for.
            messages: the request's messages or input, in any shape.
            tools: the names of the tools offered.
            opts: any values to store with it.
            operation: the GenAI operation.
        """
        data = CallData.said(provider, operation, model)
        data.messages, data.tools = messages, by_hand.listed(tools)
        return start_live_call(self._core, target, data, opts)

    def outcome(self, target: Target, name: object = None, opts: object = None) -> Outcome:
        """Record what happened, on a run, group, call or response."""
        return outcomes.record_outcome(self._core, target, name, opts)

    def act(self, target: Target, name: object = None, opts: object = None) -> Act:
        """Record what is done about an outcome: ``act(outcome, name, opts)``.

        ``act(name, opts)`` describes one that is not decided yet, for `reserve`; ``act(outcome, reserved, opts)``
        completes a reserved one, the later opts winning.
        """
        if type(target) is str and ids.parse_ref(target) is None and type(name) not in (str, Act):
            return outcomes.describe_act(target, name)
        return outcomes.record_act(self._core, target, name, opts)

    def reserve(self, described: Act) -> Act:
        """Give an act that is described but not decided its id now, so that it can be handed out before it happens."""
        if is_a(described, Act):
            self._core.marks.put(described.id, described._mark)
        return described

    def ref(self, target: Target, *, portable: bool = False) -> str | None:
        """The native id of anything; with `portable`, its portable ref. None when it is nothing that was recorded."""
        if is_a(target, Mapping):  # type: ignore[type-abstract]
            return None
        found = resolve(self._core, target)
        if found is None:
            return None
        if not portable:
            return found.id
        return str(state_ref(found) if isinstance(found, State) else mark_ref(found))

    def warp(self, client: Client) -> Client:
        """Capture the calls of an OpenAI or Anthropic client; it is returned, its type and behaviour unchanged."""
        return capture.warp(client, self._sink)

    def use(self, target: Target) -> AbstractContextManager[None]:
        """Make a run or group current in a block, by handle, id or portable ref; it does not end with the block."""
        core = self._core_now or self._set_up()
        if is_a(target, Run) or is_a(target, Group):
            return blocks.used(core, target)
        found = resolve(core, target)
        if isinstance(found, Mark) or found is None or found.kind not in _ADOPTED:
            warn_once("use(): the target is no run or group, so nothing is made current")
            found = detached(ids.RUN, ids.mint(ids.RUN)[0])
        return blocks.used(core, _ADOPTED[found.kind](core, found))

    def current(self) -> Run | Group | None:
        """The innermost run or group in force here that has not ended."""
        handle = self._current()
        return handle if isinstance(handle, (Run, Group)) else None

    def current_run(self) -> Run | None:
        """The run in force here; None when there is none, or only a group of another process is known."""
        handle = self._current()
        while handle is not None and not isinstance(handle, Run):
            handle = handle._parent
        return handle

    def as_run(self, label: object = None, opts: object = None) -> Callable[[F], F]:
        """Decorate a function, coroutine, generator or async generator: each invocation is a run of its own."""

        def start(function: F) -> Run:
            return self.run(_name_of(function) if label is None else label, opts)

        return lambda function: in_block(lambda: start(function), function)

    def as_group(self, label: object = None, opts: object = None) -> Callable[[F], F]:
        """Decorate a function likewise: each invocation is a group of what is current, or a run when nothing is."""

        def start(function: F) -> Run | Group:
            name = _name_of(function) if label is None else label
            parent = self.current()
            return self.run(name, opts) if parent is None else self.group(parent, name, opts)

        return lambda function: in_block(lambda: start(function), function)

    def _current(self) -> Handle | None:
        core = self._core_now
        if core is None:
            return None
        core.drain()
        return current.current(self)


def _name_of(function: object) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _leads_to_act(target: object) -> bool:
    if type(target) is str:
        return target[:3] == "wm_" and ids.parse_ref(target) is not None
    return type(target) is Act
