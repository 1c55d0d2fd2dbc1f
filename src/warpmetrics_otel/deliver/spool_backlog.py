"""The backlog that outlives the process: rows as records of a spool.

While the spool takes nothing, because the disk is full or fails, rows wait in memory instead, and move to the spool in
their order once it takes some again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from warpmetrics_otel.deliver.backlog import MemoryBacklog
from warpmetrics_otel.deliver.rows import Row, packed, unpacked
from warpmetrics_otel.deliver.spool import Position, Record, Spool
from warpmetrics_otel.deliver.spool.group_sync import GroupSync

SYNC_SECONDS = 1.0
"""How long after it was accepted a row is on the disk at the latest, unless it is delivered before."""

TEND_SECONDS = 5.0
"""Seconds between two looks for what dead processes left."""

_MOVED_AT_ONCE = 1000


class SpoolBacklog:
    """A spool as a `Backlog`.

    Args:
        spool: where rows wait.
        memory: where they wait while the spool takes nothing.
        sync_seconds: the interval of syncs.
        clock: a monotonic clock, in seconds.
    """

    durable = True

    def __init__(
        self,
        spool: Spool,
        memory: MemoryBacklog,
        sync_seconds: float = SYNC_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spool = spool
        self.place = repr(spool)
        self._memory = memory
        self._clock = clock
        self._group_sync = GroupSync(spool.sync, sync_seconds)
        self._tend_at = float("-inf")
        self._memory_used = False
        self.lock = spool.lock

    def add(self, records: Sequence[bytes]) -> None:
        """Accept entities: they outlive the process when this returns, unless the spool takes nothing.

        Called with the lock held.
        """
        # What waits in memory is older: a row must not overtake it on its way to the server.
        if self._memory_used and self._memory.pending():
            self._memory.add(records)
        elif self.spool.append_held(records):
            self._group_sync.appended()
        else:
            self._memory_used = True
            self._memory.add(records)

    def next(self, most: int, most_bytes: int) -> list[Row]:
        """The oldest rows, in order."""
        while records := self.spool.read(most, most_bytes):
            rows: list[Row] = []
            for record in records:
                row = unpacked(record.payload, record.position)
                if row is not None:
                    rows.append(row)
                elif rows:
                    break
                else:
                    # A newer version wrote it.
                    self.spool.refuse(record, "unknown")
            if rows:
                return rows
        return self._memory.next(most, most_bytes)

    def done(self, rows: Sequence[Row]) -> None:
        """Forget rows that were delivered."""
        positions = [row.position for row in rows if isinstance(row.position, Position)]
        if positions:
            self.spool.acknowledge(positions)
        else:
            self._memory.done(rows)

    def refused(self, row: Row, reason: str) -> None:
        """Set a row aside that the server will never take; one in memory is lost."""
        if isinstance(row.position, Position):
            self.spool.refuse(Record(packed(row), row.position), reason)
        else:
            self._memory.refused(row, reason)

    def refuse_all(self, reason: str) -> None:
        """What waits in memory is lost; the rest is kept."""
        self._memory.refuse_all(reason)

    def pending(self) -> int:
        """How many rows wait, those included that dead processes left."""
        return self.spool.pending() + self._memory.pending()

    def in_memory(self) -> int:
        """How many of them would be lost with the process."""
        return self._memory.pending()

    def dropped(self) -> Counter[str]:
        """How many rows were lost or set aside, by reason."""
        return self.spool.dropped() + self._memory.dropped()

    def sync(self) -> None:
        """Called by the worker between two requests: look after the directory now and then."""
        now = self._clock()
        if now >= self._tend_at:
            self._tend_at = now + TEND_SECONDS
            self.spool.tend()
            self._move_to_spool()

    def start_afresh(self) -> None:
        """Called in a forked child: what waits is the parent's."""
        self.spool.start_afresh()
        self._memory.start_afresh()
        self._memory_used = False
        self.lock = self.spool.lock
        self._group_sync.start_afresh()
        self._tend_at = float("-inf")

    def close(self) -> None:
        """Sync, and leave the rest to whichever process comes next."""
        self._group_sync.stop()
        self._move_to_spool()
        self.spool.close()

    def _move_to_spool(self) -> None:
        while rows := self._memory.next(_MOVED_AT_ONCE, 1_000_000):
            for row in rows:
                if not self.spool.append(packed(row)):
                    return
                self._memory.done([row])
            self._group_sync.appended()
