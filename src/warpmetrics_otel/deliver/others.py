"""Spans of other instrumentation on their way to the native API: what the agent's thread leaves to a thread of ours.

That thread starts with the first such span, never before a fork, and sleeps while there is none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT, SpanContext

from warpmetrics_otel import fork, ids, semconv
from warpmetrics_otel.bridge import Gathering
from warpmetrics_otel.bridge.node import Key, own_id
from warpmetrics_otel.deliver.listener import Above, Listener
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.standing import Standing, is_open_here, recorded_at, run_within
from warpmetrics_otel.threads import started
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.views import Event

logger = logging.getLogger("warpmetrics_otel")

LINGER_SECONDS = 0.2
"""How long the first span waits for company."""

MANY_WAITING = 2048
"""How many ended spans wait for the thread before it makes haste."""

MOST_WAITING = 20_000
"""How many wait at most; when there are more, whoever brings the next one does its work."""

_NOTHING: dict[str, Any] = {}


class Others:
    """Gathers spans of others, and tells of what they mean.

    Args:
        tell: is given entities, parents first.
        make: makes what gathers; again in a forked child, where what was gathered is the parent's to tell.
        ours: is given the spans of Warpmetrics' own that are among them.
        elsewhere: is told which entities above spans are another process's: the native id, and the run or group that a
            recorder of this process has in force, where it is one.
        name: whose they are, for messages.
    """

    def __init__(
        self,
        tell: Callable[[Sequence[Entity]], None],
        make: Callable[[], Gathering],
        ours: Callable[[Sequence[ReadableSpan]], None],
        elsewhere: Callable[[str, Standing | None], None],
        name: str,
    ) -> None:
        self._tell = tell
        self._make = make
        self._ours = ours
        self._elsewhere = elsewhere
        self._name = name
        self._listeners: list[Listener] = []
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._inbox: deque[tuple[ReadableSpan, Above | None]] = deque()
        self._gathering = self._make()
        self._thread: threading.Thread | None = None
        self._resting = True
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._said = False

    @property
    def early(self) -> int:
        """How many calls and groups were told before all above them was known."""
        return self._gathering.early.total() + sum(listener.forgotten for listener in self._listeners)

    @property
    def busy(self) -> bool:
        """Whether spans are on their way that have not been told."""
        return bool(self._inbox or self._gathering.waiting)

    def listen(self, listener: Listener) -> None:
        """Spans come from this one too."""
        self._listeners.append(listener)

    def come(self, span: ReadableSpan, above: Above) -> None:
        """A span of others has ended that may be about an LLM. On the agent's thread."""
        self._inbox.append((span, above))
        if self._resting or len(self._inbox) > MANY_WAITING:
            self._look_after()

    def take(self, spans: Iterable[ReadableSpan]) -> None:
        """Spans have ended, and are worked on at once."""
        with self._lock:
            self._inbox.extend((span, None) for span in spans)
            self._work_off()
        if self._gathering.waiting and self._resting:
            self._look_after()

    def evaluated(self, context: SpanContext, event: Event) -> None:
        """A span was evaluated by a log event."""
        with self._lock:
            self._work_off()
            key = context.trace_id, context.span_id
            own = recorded_at(context)
            if own is not None:
                if not self._gathering.accepts(own):
                    return
                self._tell_of(self._gathering.entity(key, own))
            way: list[Key] = []
            for listener in self._listeners:
                for span_id in (context.span_id, *listener.way(context.span_id)):
                    way.append((context.trace_id, span_id))
                    span = listener.watch(span_id)
                    if span is not None:
                        self._tell_of(self._guarded(self._place, span, listener.above(span)))
                        break
            self._tell_of(self._guarded(self._gathering.evaluated, key, event, time.monotonic(), way))

    def flush(self) -> None:
        """Tell of everything that has ended."""
        with self._lock:
            self._work_off()
            self._tell_of(self._gathering.release())

    def stop(self) -> None:
        """Tell of everything that has ended, and end the thread."""
        self.flush()
        self._stopping.set()
        self._wake.set()
        self._hurry.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _look_after(self) -> None:
        if len(self._inbox) > MOST_WAITING and self._lock.acquire(blocking=False):
            try:
                self._work_off()
            finally:
                self._lock.release()
        if not self._resting:
            self._hurry.set()
            return
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                self._thread = started("others", self._run)
                if self._thread is None:
                    # A flush does what is left.
                    return
        self._resting = False
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._resting = True
            # What came before that line saw nobody resting, so it has to be seen here.
            if not self._inbox:
                self._wake.wait(self._patience())
            self._resting = False
            self._wake.clear()
            self._hurry.wait(LINGER_SECONDS)
            self._hurry.clear()
            with self._lock:
                self._work_off()
                self._tell_of(self._guarded(self._gathering.expired, time.monotonic()))

    def _patience(self) -> float | None:
        until = self._gathering.due
        return None if until is None else max(until - time.monotonic(), 0.0)

    def _work_off(self) -> None:
        """What has come in, in its order. With the lock."""
        told: list[Entity] = []
        own: list[ReadableSpan] = []
        now = time.monotonic()
        inbox = self._inbox
        while inbox:
            span, above = inbox.popleft()
            if above is None:
                told += self._guarded(self._within_remote_run, span.context, span.parent)
            else:
                told += self._guarded(self._place, span, above)
            told += self._guarded(self._end, span, now, own)
        if own:
            self._ours(own)
        self._tell_of(told)

    def _place(self, span: ReadableSpan, above: Above) -> list[Entity]:
        """Make known what a span stands under, from the top down."""
        beneath = [span, *above.spans]
        over: SpanContext | None = None
        top = beneath[-1]
        if above.entity is not None and top.parent is not None:
            if above.entity.elsewhere:
                self._elsewhere(above.entity.id, above.entity)
            # Where a span between them was not recorded, it is nearest all the same.
            told = self._gathering.entity((top.parent.trace_id, top.parent.span_id), above.entity.id)
        elif above.top is None:
            told = self._within_remote_run(top.context, top.parent)
        else:
            trace_id, span_id, parent_id = above.top[:3]
            over = SpanContext(trace_id, span_id, is_remote=False)
            self._gathering.over((trace_id, span_id), above.top, remote=bool(parent_id))
            told = self._within_remote_run(top.context, SpanContext(trace_id, parent_id, is_remote=True))
        for one in reversed(beneath):
            key, parent = (one.context.trace_id, one.context.span_id), over or one.parent
            if not self._gathering.knows(key):
                remote = parent is not None and parent.is_remote
                self._gathering.start(key, 0 if parent is None else parent.span_id, one, remote=remote)
            # Those between that are over are about nothing, and forgotten.
            over = one.context
        return told

    def _within_remote_run(self, context: SpanContext, parent: SpanContext | None) -> list[Entity]:
        """Make known the run that is recorded in another process, where the parent of a span is there."""
        if parent is None or not (parent.is_remote and parent.span_id):
            return []
        trace_id, span_id = parent.trace_id, parent.span_id
        run_id = run_within(context)
        if run_id is None and ids.is_run_of_trace(trace_id, span_id):
            run_id = ids.run_id_of_trace(trace_id)
        if run_id is None:
            return []
        if not is_open_here(run_id):
            self._elsewhere(run_id, None)
        return self._gathering.entity((trace_id, span_id), run_id)

    def _end(self, span: ReadableSpan, now: float, ours: list[ReadableSpan]) -> list[Entity]:
        attributes = span.attributes or _NOTHING
        scope = span.instrumentation_scope
        own, parent = span.get_span_context() or INVALID_SPAN_CONTEXT, span.parent
        key = own.trace_id, own.span_id
        if semconv.WARPMETRICS_ENTITY_TYPE in attributes:
            ours.append(span)
            native_id = own_id(attributes)
            return [] if native_id is None else self._gathering.entity(key, native_id)
        return self._gathering.end(
            key,
            0 if parent is None else parent.span_id,
            span,
            now,
            remote=parent is not None and parent.is_remote,
            kind=kind_of(span.name, attributes, "" if scope is None else scope.name),
            marked=any(event.name == semconv.EVENT_EVALUATION_RESULT for event in span.events),
        )

    def _guarded(self, work: Callable[..., list[Entity]], *arguments: Any) -> list[Entity]:
        try:
            return work(*arguments)
        except Exception:
            # One span that cannot be read may not cost the others, nor the agent.
            if not self._said:
                self._said = True
                logger.exception("%s cannot read a span of others for the native API; it is left out", self._name)
            return []

    def _tell_of(self, entities: Sequence[Entity]) -> None:
        if entities:
            self._tell(entities)
