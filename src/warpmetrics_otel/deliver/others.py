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

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT, get_current_span

from warpmetrics_otel import fork, semconv
from warpmetrics_otel.bridge import Gathering
from warpmetrics_otel.bridge.node import Key, own_id
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.standing import standing_in
from warpmetrics_otel.translate.dialects import kind_of

logger = logging.getLogger("warpmetrics_otel")

LINGER_SECONDS = 0.2
"""How long the first span waits for company."""

MOST_WAITING = 4096
"""How many starts and ends wait for the thread; when there are more, whoever brings the next one does its work."""

_NOTHING: dict[str, Any] = {}


class Others:
    """Gathers spans of others, and tells of what they mean.

    Args:
        tell: is given entities, parents first.
        make: makes what gathers; again in a forked child, where what was gathered is the parent's to tell.
        ours: is given the spans of Warpmetrics' own that are among them.
        begin: is called by the thread before anything else.
        name: whose they are, for messages.
    """

    def __init__(
        self,
        tell: Callable[[Sequence[Entity]], None],
        make: Callable[[], Gathering],
        ours: Callable[[Sequence[ReadableSpan]], None],
        begin: Callable[[], None],
        name: str,
    ) -> None:
        self._tell = tell
        self._make = make
        self._ours = ours
        self._begin = begin
        self._name = name
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._inbox: deque[tuple[ReadableSpan, Context | None]] = deque()
        self._gathering = self._make()
        self._thread: threading.Thread | None = None
        self._resting = True
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._said = False

    @property
    def early(self) -> int:
        """How many calls and groups were told before all above them was known."""
        return self._gathering.early.total()

    @property
    def busy(self) -> bool:
        """Whether spans are on their way that have not been told."""
        return bool(self._inbox or self._gathering.waiting)

    def started(self, span: ReadableSpan, context: Context) -> None:
        """A span has started in this context. On the agent's thread."""
        self._inbox.append((span, context))
        if self._resting or len(self._inbox) > MOST_WAITING:
            self._look_after()

    def ended(self, span: ReadableSpan) -> None:
        """A span has ended. On the agent's thread."""
        self._inbox.append((span, None))
        if self._resting or len(self._inbox) > MOST_WAITING:
            self._look_after()

    def take(self, spans: Iterable[ReadableSpan]) -> None:
        """Spans have ended, and are worked on at once."""
        with self._lock:
            self._inbox.extend((span, None) for span in spans)
            self._work_off()
        if self._gathering.waiting and self._resting:
            self._look_after()

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
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _look_after(self) -> None:
        if len(self._inbox) > MOST_WAITING and self._lock.acquire(blocking=False):
            try:
                self._work_off()
            finally:
                self._lock.release()
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                thread = threading.Thread(target=self._run, name="warpmetrics-others", daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    # The interpreter is exiting: a flush does what is left.
                    return
                self._thread = thread
        self._resting = False
        self._wake.set()

    def _run(self) -> None:
        self._begin()
        while not self._stopping.is_set():
            self._resting = not (self._inbox or self._gathering.waiting)
            # What came before that line saw nobody resting, so it has to be seen here.
            if not self._inbox:
                self._wake.wait(self._patience())
            self._wake.clear()
            self._stopping.wait(LINGER_SECONDS)
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
            span, context = inbox.popleft()
            if context is None:
                told += self._guarded(self._end, span, now, own)
            else:
                told += self._guarded(self._start, span, context)
        if own:
            self._ours(own)
        self._tell_of(told)

    def _start(self, span: ReadableSpan, context: Context) -> list[Entity]:
        own = span.get_span_context() or INVALID_SPAN_CONTEXT
        parent = span.parent
        told: list[Entity] = []
        if parent is not None:
            told = self._stand_on(context, (parent.trace_id, parent.span_id))
        self._gathering.start(
            (own.trace_id, own.span_id),
            0 if parent is None else parent.span_id,
            span,
            remote=parent is not None and parent.is_remote,
        )
        return told

    def _stand_on(self, context: Context, parent: Key) -> list[Entity]:
        """Make known what of ours a span stands under, where no other span of others is between."""
        if self._gathering.knows(parent):
            return []
        standing = standing_in(context)
        if standing is not None and standing[1].trace_id == parent[0]:
            # Where a span between them was not recorded, it is nearest all the same.
            return self._gathering.entity(parent, standing[0])
        above = get_current_span(context)
        native_id = own_id(above.attributes or _NOTHING) if isinstance(above, ReadableSpan) else None
        return [] if native_id is None else self._gathering.entity(parent, native_id)

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
