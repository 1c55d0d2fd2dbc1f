"""What waits to be sent: in memory, or in a spool. The pipeline does not know which."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Protocol

from warpmetrics_otel.deliver.rows import Row, unpacked

_RECORD_BYTES = 48
"""What a record takes in memory beside its bytes, about."""


class Backlog(Protocol):
    """A queue whose entries stay until they are done."""

    durable: bool
    """Whether entries outlive the process."""
    place: str
    """Where they wait, in words for a log."""

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Held by whoever adds, and has more to do that nobody may come between: of two locks the agent would notice.

        Reentrant, for a signal's handler that records while its thread is in here. A forked child has another.
        """
        ...

    def add(self, records: Sequence[bytes]) -> None:
        """Accept entities, as their records. Called with the lock held. Never raises."""
        ...

    def next(self, most: int, most_bytes: int) -> list[Row]:
        """The oldest rows that are not done, in order: at least one, if there is any, else within both bounds."""
        ...

    def done(self, rows: Sequence[Row]) -> None:
        """These rows, the oldest, were delivered."""
        ...

    def refused(self, row: Row, reason: str) -> None:
        """This row, the oldest, is refused for good."""
        ...

    def pending(self) -> int:
        """How many entities wait."""
        ...

    def in_memory(self) -> int:
        """How many of them would be lost with the process."""
        ...

    def dropped(self) -> Counter[str]:
        """How many entities were lost, by reason."""
        ...

    def refuse_all(self, reason: str) -> None:
        """Everything that waits is lost; only where entries do not outlive the process."""
        ...

    def sync(self) -> None:
        """Called by the worker between two requests."""
        ...

    def start_afresh(self) -> None:
        """Called in a forked child: what waits is the parent's."""
        ...

    def close(self) -> None:
        """No more entities will come from this process."""
        ...


class MemoryBacklog:
    """A bounded queue in memory: when it is full the oldest go, and are counted.

    Args:
        most: entities it holds.
        most_bytes: bytes it holds, those included that a record takes beside its own.
    """

    durable = False
    place = "no spool"

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self.start_afresh()

    def start_afresh(self) -> None:
        """Called in a forked child: what waits is the parent's."""
        self.lock = threading.RLock()
        # Reentrant likewise. Another, since whoever flushes asks for counts while somebody makes what is added.
        self._lock = threading.RLock()
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._gone = 0
        self._lost: Counter[str] = Counter()

    def add(self, records: Sequence[bytes]) -> None:
        """Accept entities, as their records; the oldest go when there is no room."""
        with self._lock:
            for record in records:
                self._queue.append(record)
                self._bytes += len(record) + _RECORD_BYTES
            while len(self._queue) > self._most or (self._bytes > self._most_bytes and len(self._queue) > 1):
                self._forget_oldest()
                self._lost["queue_full"] += 1

    def next(self, most: int, most_bytes: int) -> list[Row]:
        """The oldest rows, in order."""
        with self._lock:
            oldest = list(islice(self._queue, most))
            number = self._gone
        rows: list[Row] = []
        for record in oldest:
            most_bytes -= len(record)
            if rows and most_bytes < 0:
                break
            number += 1
            row = unpacked(record, number)
            if row is not None:
                rows.append(row)
        return rows

    def done(self, rows: Sequence[Row]) -> None:
        """Forget rows that were delivered."""
        last = rows[-1].position
        arrived = len(rows)
        with self._lock:
            while self._gone < last:
                self._forget_oldest()
                arrived -= 1
            # They had to go for lack of room while they were on their way, and have arrived nonetheless.
            self._lost["queue_full"] -= arrived

    def refused(self, row: Row, reason: str) -> None:
        """Count a row that nobody will take."""
        self.done([row])
        with self._lock:
            self._lost[reason] += 1

    def refuse_all(self, reason: str) -> None:
        """Count everything that waits as lost."""
        with self._lock:
            self._lost[reason] += len(self._queue)
            self._gone += len(self._queue)
            self._queue.clear()
            self._bytes = 0

    def pending(self) -> int:
        """How many entities wait."""
        return len(self._queue)

    def in_memory(self) -> int:
        """How many of them would be lost with the process: all."""
        return len(self._queue)

    def dropped(self) -> Counter[str]:
        """How many entities were lost, by reason."""
        with self._lock:
            return +self._lost

    def sync(self) -> None:
        """Memory needs none."""

    def close(self) -> None:
        """Memory needs none."""

    def _forget_oldest(self) -> None:
        self._bytes -= len(self._queue.popleft()) + _RECORD_BYTES
        self._gone += 1
