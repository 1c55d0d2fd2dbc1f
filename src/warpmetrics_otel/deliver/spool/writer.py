"""Appending, on the agent's threads: checksums and one write, and now and then a new segment.

Nothing here raises into the agent. What cannot be written is refused, counted by reason, and said once.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from zlib import crc32

from warpmetrics_otel.deliver.spool.books import Books
from warpmetrics_otel.deliver.spool.files import Files, write_whole
from warpmetrics_otel.deliver.spool.form import HEADER, LONGEST, MARK, RECORD_BYTES, record_header
from warpmetrics_otel.deliver.spool.names import lock_name
from warpmetrics_otel.deliver.spool.owner import Owner
from warpmetrics_otel.deliver.spool.segment import Segment

logger = logging.getLogger("warpmetrics_otel")

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Writer:
    """Writes one segment after the other.

    Args:
        files: the directory.
        books: where the segments are noted down.
        segment_bytes: how large a segment becomes; what is larger and appended at once has one of its own.
        make_room: given the bytes of a new file, makes sure that they fit; False when they do not. May raise `OSError`.
        random_bytes: gives so many, never the same again.
    """

    def __init__(
        self,
        files: Files,
        books: Books,
        segment_bytes: int,
        make_room: Callable[[int], bool],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._files = files
        self._books = books
        self._segment_bytes = segment_bytes
        self._make_room = make_room
        self._random_bytes = random_bytes
        self._write = files.write
        self.lock = threading.RLock()
        """Held while something is appended. Re-entered by a signal handler that records while its thread is in here."""
        self._syncing = threading.RLock()
        self._busy = False
        self._put_off: deque[Sequence[bytes]] = deque()
        self._own: Owner | None = None
        self._closed: deque[Segment] = deque()
        self._names_changed = False
        self._failing = False
        self.active: Segment | None = None
        """The segment that is being written."""
        self.refused: Counter[str] = Counter()
        """How many records were not accepted, by reason."""

    def append_held(self, payloads: Sequence[bytes]) -> bool:
        """Append records, in one file; when it returns, they outlive the process. Called with the lock held.

        Returns:
            False when they could not be written; why is counted in `refused`.
        """
        if self._busy:
            # The append that was interrupted writes them, as soon as the handler returns.
            self._put_off.append(payloads)
            return True
        try:
            self._busy = True
            accepted = self._append(payloads)
            while self._put_off:
                put_off = self._put_off.popleft()
                if not self._append(put_off):
                    self._books.lose("write_failed", len(put_off))
        finally:
            self._busy = False
        return accepted

    def finish_segment(self, *, idle: bool = False) -> bool:
        """Write no more to the active segment, so that it can be removed; the next record begins another.

        Args:
            idle: only if all of it is acknowledged.

        Returns:
            False when an append is under way, or there is nothing to do.
        """
        if not self.lock.acquire(blocking=False):
            return False
        try:
            segment = self.active
            if segment is None or self._busy or (idle and not (segment.count and segment.is_done)):
                return False
            self._finish()
        finally:
            self.lock.release()
        return True

    def leave(self) -> bool:
        """Write no more to the segments made so far; the next record has another owner.

        Returns:
            False, with nothing done, in a signal handler that interrupted an append: the append needs its file.
        """
        with self.lock:
            if self._busy:
                return False
            self._finish()
            self._own = None
        return True

    def writes(self, owner: Owner) -> bool:
        """Whether the next segment is this owner's."""
        return self._own is owner

    def is_removed(self) -> bool:
        """Whether somebody removed the active segment, or the lock, under the process's hands."""
        segment, own = self.active, self._own
        if own is None:
            return False
        handles = [own.lock] if segment is None or segment.handle is None else [own.lock, segment.handle]
        return not all(self._files.is_linked(handle) for handle in handles)

    def sync(self) -> bool:
        """Put on the disk what was appended before; takes milliseconds, and keeps no append waiting.

        Returns:
            False when the disk reports an error, which is logged.
        """
        with self._syncing:
            try:
                while self._closed:
                    self._sync_closed(self._closed.popleft())
                segment = self.active
                if segment is not None and segment.handle is not None and _needs_sync(segment):
                    size = segment.size
                    # Only this method closes files, so that none is closed, and its number given away, while it syncs.
                    self._files.sync(segment.handle)
                    segment.synced = size
                if self._names_changed:
                    # Before, not after: a file that is made meanwhile asks for another.
                    self._names_changed = False
                    self._files.sync_names()
            except OSError as error:
                self._names_changed = True
                logger.error(  # noqa: TRY400 -- the system's error says it all
                    "%r cannot be synced (%s): what was recorded last may not survive a power loss", self._files, error
                )
                return False
        return True

    def handles(self) -> set[int]:
        """The files that are open for writing."""
        segments = [*self._closed, *([] if self.active is None else [self.active])]
        return {segment.handle for segment in segments if segment.handle is not None}

    def _append(self, payloads: Sequence[bytes]) -> bool:
        count = len(payloads)
        length = count * RECORD_BYTES + sum(map(len, payloads))
        segment = self.active
        if segment is None or (segment.size + length > self._segment_bytes and segment.count):
            segment = self._next_segment(payloads, length)
            if segment is None:
                return False
        at = segment.size
        seed, records = segment.seed + at, b""
        for payload in payloads:
            checksum = crc32(payload, seed + len(records) & 0xFFFFFFFF)
            records += record_header(MARK, len(payload), checksum) + payload
        try:
            # At an offset rather than at the end: what a failed or interrupted write left is written over.
            if self._write(segment.handle, records, at) != length:  # type: ignore[arg-type]  # the active one is open
                write_whole(self._files, segment.handle, records, at)  # type: ignore[arg-type]
        except OSError as error:
            self._refuse(count, _reason(error), error)
            return False
        # In this order: nobody reads more records than are counted.
        segment.count += count
        segment.size = at + length
        if self._failing:
            self._failing = False
            logger.info("%r can be written again", self._files)
        return True

    def _next_segment(self, payloads: Sequence[bytes], length: int) -> Segment | None:
        self._finish()
        needed = len(HEADER) + length
        try:
            if max(map(len, payloads)) > LONGEST or not self._make_room(max(needed, self._segment_bytes)):
                self._refuse(len(payloads), "spool_full", None)
                return None
            own = self._own or self._new_owner()
            own.numbers += 1
            segment = Segment(own.name, own.numbers)
            segment.handle = self._files.create(segment.name)
            self._names_changed = True
            try:
                write_whole(self._files, segment.handle, HEADER, 0)
            except OSError:
                self._closed.append(segment)
                self._files.remove(segment.name)
                raise
        except OSError as error:
            self._refuse(len(payloads), _reason(error), error)
            return None
        self._books.add(own, segment)
        self.active = segment
        return segment

    def _new_owner(self) -> Owner:
        while True:
            name = self._random_bytes(8).hex()
            # None if another process was quick enough to take it for a dead one's.
            lock = self._files.lock(lock_name(name))
            if lock is not None:
                break
        self._own = Owner(name, lock)
        self._books.begin(self._own)
        return self._own

    def _finish(self) -> None:
        segment, self.active = self.active, None
        if segment is not None:
            self._closed.append(segment)

    def _sync_closed(self, segment: Segment) -> None:
        handle, segment.handle = segment.handle, None
        if handle is None:
            return
        try:
            if _needs_sync(segment):
                self._files.sync(handle)
                segment.synced = segment.size
        finally:
            self._files.close(handle)

    def _refuse(self, count: int, reason: str, error: OSError | None) -> None:
        self.refused[reason] += count
        if not self._failing:
            self._failing = True
            why = "other processes fill it" if error is None else error
            logger.error("%r cannot be written (%s): what is recorded meanwhile is not kept on disk", self._files, why)


def _needs_sync(segment: Segment) -> bool:
    # What is acknowledged will not be needed again.
    return segment.synced < segment.size and not segment.is_done


def _reason(error: OSError) -> str:
    return "disk_full" if error.errno in _FULL else "write_failed"
