"""Children that came before their parents wait for them, up to a number and a time.

Spans arrive when they end, so that an exporter hears of a call before its run. What waits longer than it may is sent
without its parent, and counted. What another process tells of is not waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from warpmetrics_otel import fork
from warpmetrics_otel.deliver.seen import Seen
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.translate.order import needs, parents, parents_first

HOLD_ENTITIES = 10_000
"""How many entities wait for their parents at most."""

HOLD_SECONDS = 10.0
"""How long an entity waits for its parent at most."""

_ELSEWHERE = 10_000
"""How many entities of other processes are remembered at least."""


class _Held(NamedTuple):
    entity: Entity
    needs: Sequence[str]
    until: float


class Hold:
    """Passes entities on, each after what it hangs on.

    Args:
        send: where they go.
        known: whether an entity has been sent, by its key.
        most: entities that wait; when there are more, all are sent.
        seconds: how long one waits.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Entity]], None],
        known: Callable[[str], bool],
        most: int = HOLD_ENTITIES,
        seconds: float = HOLD_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send, self._known = send, known
        self._most, self._seconds = most, seconds
        self._clock = clock
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        # In a forked child too: what waits is the parent's to send.
        self._lock = threading.RLock()
        self._waiting: dict[str, list[_Held]] = {}
        self._count = 0
        self._timer: threading.Timer | None = None
        self._elsewhere = Seen(_ELSEWHERE)
        self.early = 0
        """How many entities were sent before what they hang on."""

    def __len__(self) -> int:
        return self._count

    def add(self, entities: Iterable[Entity]) -> None:
        """Pass on what may go, and whatever waited for that."""
        with self._lock:
            batch = parents_first(entities)
            above = parents(batch)
            until = self._clock() + self._seconds
            self._pass(_Held(entity, needs(entity, above), until) for entity in batch)
            if self._count > self._most:
                self._release(float("inf"))
            elif self._count and self._timer is None:
                self._wake_in(self._seconds)

    def await_no_more(self, native_id: str) -> None:
        """Another process tells of this entity: what hangs on it goes at once."""
        with self._lock:
            if self._elsewhere.add(native_id):
                waited = self._waiting.pop(native_id, [])
                self._count -= len(waited)
                self._pass(waited)

    def is_elsewhere(self, native_id: str) -> bool:
        """Whether that was said of this entity, lately."""
        return native_id in self._elsewhere

    def release(self) -> None:
        """Send what waits, without its parents."""
        with self._lock:
            self._release(float("inf"))
            self._stop_timer()

    def release_expired(self) -> None:
        """Send what has waited as long as it may."""
        with self._lock:
            self._stop_timer()
            self._release(self._clock())
            if self._count:
                first = min(held.until for waiting in self._waiting.values() for held in waiting)
                self._wake_in(max(first - self._clock(), 0.0))

    def _pass(self, arrived: Iterable[_Held]) -> None:
        ready: dict[str, Entity] = {}
        for held in arrived:
            self._place(held, ready)
        if ready:
            self._send([*ready.values()])

    def _place(self, first: _Held, ready: dict[str, Entity]) -> None:
        placing = [first]
        while placing:
            held = placing.pop()
            key = held.entity.key
            missing = next((need for need in held.needs if not self._there(need, key, ready)), None)
            if missing is not None:
                self._waiting.setdefault(missing, []).append(held)
                self._count += 1
                continue
            ready[key] = held.entity
            waited = self._waiting.pop(key, [])
            self._count -= len(waited)
            # The last is placed first.
            placing += reversed(waited)

    def _there(self, need: str, key: str, ready: Mapping[str, Entity]) -> bool:
        # What says of itself that it hangs on itself would wait for ever.
        return need == key or need in ready or self._known(need) or need in self._elsewhere

    def _release(self, now: float) -> None:
        waiting, self._waiting, self._count = self._waiting, {}, 0
        expired: list[_Held] = []
        others: list[_Held] = []
        for held in (one for several in waiting.values() for one in several):
            (expired if held.until <= now else others).append(held)
        by_key = {held.entity.key: held for held in expired}
        self.early += len(by_key)
        ordered = parents_first(held.entity for held in expired)
        self._pass([*(by_key[entity.key]._replace(needs=()) for entity in ordered), *others])

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _wake_in(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.release_expired)
        timer.daemon = True
        timer.name = "warpmetrics-hold"
        try:
            timer.start()
        except RuntimeError:
            # The interpreter is exiting: there is no later.
            self._release(float("inf"))
            return
        self._timer = timer
