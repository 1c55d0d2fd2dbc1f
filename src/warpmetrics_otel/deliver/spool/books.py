"""Whose segments this process holds, and how many records wait or were lost. No file is touched here.

The agent's threads append while a worker reads, so what both change is changed under one lock, held for a moment.
"""

from __future__ import annotations

import threading
from collections import Counter

from warpmetrics_otel.deliver.spool.names import Position
from warpmetrics_otel.deliver.spool.owner import Found, Owner
from warpmetrics_otel.deliver.spool.segment import Segment


class Books:
    """What one process knows of a spool."""

    def __init__(self) -> None:
        # A signal handler may ask for the counts while its own thread is in here.
        self._lock = threading.RLock()
        self._taken_over: list[Owner] = []
        self._begun: list[Owner] = []
        self._lost: Counter[str] = Counter()
        self._left = 0

    def pending(self) -> int:
        """How many records wait, those included that were left to another process.

        Appends are counted in their segment alone, since the agent waits for them.
        """
        with self._lock:
            return self._left + sum(map(_waiting, self.owners()))

    def lost(self) -> Counter[str]:
        """How many records were lost or set aside, by reason."""
        with self._lock:
            return Counter(self._lost)

    def lose(self, reason: str, count: int = 1) -> None:
        """Count records that will not be delivered."""
        if count:
            with self._lock:
                self._lost[reason] += count

    def owners(self) -> list[Owner]:
        """The owners whose segments are this process's, oldest first."""
        with self._lock:
            return self._taken_over + self._begun

    def inherited(self) -> list[Owner]:
        """What `owners` gave before a fork: in the child nobody changes it, and the lock may be held for ever."""
        return self._taken_over + self._begun

    def owner(self, name: str) -> Owner | None:
        """The owner of that name, if its segments are this process's."""
        with self._lock:
            return next((owner for owner in self.owners() if owner.name == name), None)

    def begin(self, owner: Owner) -> None:
        """The process writes segments of this owner from now on; they are its youngest."""
        with self._lock:
            self._begun.append(owner)

    def took_over(self, found: Found) -> None:
        """A dead process's segments are this process's now, and older than its own."""
        with self._lock:
            self._taken_over.append(found.owner)
            self.lose("damaged", found.damaged)
            self.lose("torn", found.torn)

    def left(self, owner: Owner) -> None:
        """The owner's segments are not this process's any more."""
        with self._lock:
            (self._taken_over if owner in self._taken_over else self._begun).remove(owner)
            self._left += _waiting(owner)

    def add(self, owner: Owner, segment: Segment) -> None:
        """A segment was made."""
        with self._lock:
            owner.segments.append(segment)

    def acknowledge(self, owner: Owner, segment: Segment, position: Position) -> None:
        """A segment's records are settled up to a position, unless it has ended or they were already."""
        with self._lock:
            if segment in owner.segments and position.end > segment.acked:
                segment.settled = position.number
                segment.acked = position.end

    def end(self, owner: Owner, segment: Segment, reason: str) -> int:
        """A segment is no more; what was not settled in it is lost.

        Returns:
            How many records were lost; 0 as well when the segment had ended already.
        """
        with self._lock:
            if segment not in owner.segments:
                return 0
            owner.segments.remove(segment)
            rest = segment.count - segment.settled
            self.lose(reason, rest)
            return rest


def _waiting(owner: Owner) -> int:
    return sum(segment.count - segment.settled for segment in owner.segments)
