"""One recorder's memory: what is open, what ended lately, and how things end.

Verbs live in files of their own and work on a `Core`; `Warpmetrics` is its public face.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from time import time_ns

from opentelemetry.trace import TracerProvider

from warpmetrics_otel import fork, semconv
from warpmetrics_otel.beside import beside
from warpmetrics_otel.capture import abandoned
from warpmetrics_otel.capture import drain as drain_captures
from warpmetrics_otel.entities import Delivery
from warpmetrics_otel.record.claims import Claims
from warpmetrics_otel.record.content_switch import content_writer
from warpmetrics_otel.record.ending import finish
from warpmetrics_otel.record.flow import flow
from warpmetrics_otel.record.helper import Helper
from warpmetrics_otel.record.janitor import Janitor
from warpmetrics_otel.record.memory import Memory
from warpmetrics_otel.record.provider import Destination
from warpmetrics_otel.record.settings import Settings
from warpmetrics_otel.record.spans import SpanStarter
from warpmetrics_otel.record.state import Mark, State
from warpmetrics_otel.record.telling import Telling
from warpmetrics_otel.standing import recorders
from warpmetrics_otel.translate.classification import classifier

REMEMBERED = 2048
"""How many ended entities, and how many outcomes and acts, are remembered at least, so that a bare id finds them."""


class Core:
    """Everything one `Warpmetrics` knows. Created at the first verb, replaced by `configure`."""

    def __init__(
        self,
        settings: Settings,
        owner: object,
        register_exit: Callable[[], None],
        connect: Callable[[Settings, TracerProvider], Delivery | None],
    ) -> None:
        self.settings = settings
        self.owner = owner
        """Whose this is: what is current for one owner is not for another."""
        self._register_exit = register_exit
        self.add_content = content_writer(settings)
        self.logs_events = settings.enabled and settings.events == "both"
        self.classes = classifier(settings.classifications)
        self.open: dict[str, State] = {}
        self.remembered: Memory[State] = Memory(REMEMBERED)
        self.marks: Memory[Mark] = Memory(REMEMBERED)
        """Outcomes and acts, by which a bare id is found, at the cost of the oldest."""
        self.dropped: deque[State] = deque()
        self.later: deque[Callable[[], object]] = deque()
        """What code that may be running in a finalizer leaves to the next verb."""
        self._draining = threading.RLock()
        self.destination = Destination(settings)
        self.starter = self.destination.starter
        self.delivery = connect(settings, self.starter.provider)
        """Where entities go natively; None where no key says so."""
        self.telling = None if self.delivery is None else Telling(self.delivery, settings)
        self._untold = Telling(None, settings)
        self.starter.kept = self.delivery is not None
        self.claims = Claims(self)
        self.janitor = Janitor(self)
        self.helper = Helper()
        recorders.add(self)
        fork.after_fork(self._in_child)

    def refresh(self) -> SpanStarter:
        """Our tracer of the provider that new runs go to, which the user may have set since."""
        if self.destination.unsettled:
            starter = self.destination.settle()
            if starter is not self.starter:
                starter.kept = self.starter.kept
                self.starter = starter
                # Our exit hook has to run before the one of the provider that has come.
                self._register_exit()
        return self.starter

    @property
    def others_telling(self) -> Telling | None:
        """Who hears what was said in calls where nothing is delivered: those who read spans to deliver them."""
        return self._untold if beside.readers else None

    def opened(self, state: State) -> None:
        """Keep track of a span that was started here."""
        state.open, state.dropped = True, self.dropped.append
        self.open[state.id] = state
        parent = state.parent
        if parent is not None and parent.open:
            if parent.children is None:
                parent.children = set()
            parent.children.add(state)
        if self.janitor.resting:
            self.janitor.watch()
            self.helper.start()

    def closed(self, state: State) -> None:
        """Keep an ended entity findable by its bare id for a while."""
        self.open.pop(state.id, None)
        self.remembered.put(state.id, state)

    def remember(self, state: State) -> None:
        """Make an ended entity findable by its bare id, at the cost of the oldest."""
        self.remembered.put(state.id, state)

    def find(self, native_id: str) -> State | None:
        """The run, group or call of this id, if this process knows it."""
        return self.open.get(native_id) or self.remembered.get(native_id)

    def catch_up(self) -> None:
        """What every verb does first: `drain`, and record what was captured here and passed to nobody."""
        if self.dropped or self.later or abandoned:
            self.drain()
        if self.claims.waiting:
            self.claims.claim_here()

    def drain(self, patience: float = 0.0) -> None:
        """End what nobody holds any more, and record streams that nobody reads any more.

        Args:
            patience: seconds to wait for another thread that is at it; verbs need not, a flush has to.
        """
        if not (patience or self.dropped or self.later or abandoned):
            return
        drain_captures()
        if (patience or self.later or self.dropped) and self._draining.acquire(timeout=patience):
            try:
                while self.later:
                    self.later.popleft()()
                while self.dropped:
                    finish(self, self.dropped.popleft(), semconv.END_REASON_COLLECTED)
            finally:
                self._draining.release()

    def sweep(self, idle_timeout: float | None) -> None:
        """What the janitor does each time."""
        self.drain()
        if idle_timeout:
            self.end_idle(idle_timeout)

    def end(self, state: State) -> None:
        """End at the last recorded activity, on request."""
        self.catch_up()
        finish(self, state, semconv.END_REASON_END)

    def end_all(self, reason: str, *, in_blocks: bool = False) -> None:
        """End everything open; what is in its own block only when told so."""
        for state in self._open_states():
            if in_blocks or not state.blocks:
                finish(self, state, reason, in_blocks=in_blocks)

    def end_decided(self) -> None:
        """End what got an outcome in this thread or task and is in no block."""
        here = flow()
        for state in self._open_states():
            if state.flow == here and not state.blocks:
                finish(self, state, semconv.END_REASON_FLUSH)

    def end_idle(self, timeout: float) -> None:
        """End what has an outcome, is in no block and saw nothing for `timeout` seconds."""
        before = time_ns() - int(timeout * 1e9)
        for state in self._open_states():
            if state.flow is not None and not state.blocks and state.latest_ns < before:
                finish(self, state, semconv.END_REASON_IDLE)

    def open_runs(self) -> int:
        """How many runs have not ended."""
        return sum(1 for state in self._open_states() if state.parent is None)

    def _open_states(self) -> Iterable[State]:
        return [state for state in self.open.copy().values() if state.open]

    def _in_child(self) -> None:
        # Locks may have been held by threads that do not exist here, and open spans are the parent's to end.
        for state in self.open.values():
            state.open = False
        self.open = {}
        # The exit hook goes to whoever records here, not to a child that only goes on to run another program.
        self.dropped, self.later = deque(), deque([self._register_exit])
        self._draining = threading.RLock()
        self.claims.in_child()
        self.janitor = Janitor(self)
        self.helper = Helper()
