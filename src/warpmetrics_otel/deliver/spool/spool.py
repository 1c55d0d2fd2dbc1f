"""A queue of bytes in a directory: appended by the agent's threads, read and acknowledged by a worker.

docs/spool.md specifies it. A process writes only what it owns, and takes over what dead processes left.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from warpmetrics_otel.deliver.spool.books import Books
from warpmetrics_otel.deliver.spool.files import Entry, Files
from warpmetrics_otel.deliver.spool.names import Position, segment_of
from warpmetrics_otel.deliver.spool.owner import Owner, owners_in, take_over
from warpmetrics_otel.deliver.spool.quarantine import Quarantine
from warpmetrics_otel.deliver.spool.reader import Record, read
from warpmetrics_otel.deliver.spool.room import to_remove
from warpmetrics_otel.deliver.spool.segment import Segment
from warpmetrics_otel.deliver.spool.writer import Writer

logger = logging.getLogger("warpmetrics_otel")

MOST_BYTES = 512 * 1024 * 1024
SEGMENT_BYTES = 4 * 1024 * 1024
_SEGMENTS = 16
"""Into how many segments the bytes are divided at least, since whole segments go when there is no room."""


class Spool:
    """One process's way into a directory that several may share.

    Any thread may append, sync and ask; one thread at a time reads, acknowledges, refuses and tends.

    Args:
        files: the directory.
        max_bytes: how much all processes together keep in it.
        segment_bytes: how large a segment becomes at most, unless what is appended at once is larger.
        random_bytes: gives so many, never the same again; owners' names are made of them.
    """

    def __init__(
        self,
        files: Files,
        *,
        max_bytes: int = MOST_BYTES,
        segment_bytes: int = SEGMENT_BYTES,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._files = files
        self._random_bytes = random_bytes
        self._max_bytes = max_bytes
        self._segment_bytes = min(segment_bytes, max(max_bytes // _SEGMENTS, 1))
        self._refused_files = files.folder("quarantine")
        self.quarantine = Quarantine(self._refused_files)
        self._begin()

    def __repr__(self) -> str:
        return f"Spool({self._files!r})"

    def _begin(self) -> None:
        self._books = Books()
        self._writer = Writer(self._files, self._books, self._segment_bytes, self._make_room, self._random_bytes)
        self.lock, self.append_held = self._writer.lock, self._writer.append_held
        """Held while something is appended; and `append` for whoever holds it, bare because the agent waits for it."""
        self._working = threading.RLock()

    def start_afresh(self) -> None:
        """Called in a forked child: everything so far is the parent's, which goes on with it."""
        for handle in self._writer.handles():
            self._files.close(handle)
        for owner in self._books.inherited():
            # The locks are the parent's and stay: a lock of `lockf` is not inherited.
            self._files.close(owner.lock)
        self._begin()

    def append(self, *payloads: bytes) -> bool:
        """Accept records: once this has returned they outlive the process, and the power from the next sync on.

        Never raises, and waits for no disk.

        Args:
            payloads: one, or a few that belong together: they go into one segment, whatever its size.

        Returns:
            False when they were not accepted, none of them; why is counted in `refused`.
        """
        with self.lock:
            return self.append_held(payloads)

    def sync(self) -> bool:
        """Put on the disk what was appended before; takes milliseconds, and keeps no append waiting.

        Returns:
            False when the disk reports an error, which is logged.
        """
        return self._writer.sync()

    def pending(self) -> int:
        """How many records wait, this process's and those that it took over."""
        return self._books.pending()

    def dropped(self) -> Counter[str]:
        """How many accepted records were lost or set aside, by reason (docs/spool.md lists them)."""
        return self._books.lost()

    def refused(self) -> Counter[str]:
        """How many records `append` did not accept, by reason."""
        return Counter(self._writer.refused)

    def read(self, most: int, most_bytes: int) -> list[Record]:
        """The oldest records that are not acknowledged: at least one if there is any, else within both bounds.

        What cannot be read is passed: for good when its file is gone; while the disk fails, with all that follows it
        from the same owner, so that nothing is acknowledged unread.
        """
        records: list[Record] = []
        with self._working:
            for owner in self._books.owners():
                for segment in list(owner.segments):
                    more = self._read(owner, segment, most - len(records), most_bytes)
                    if more is None:
                        break
                    if records and more and len(more[0].payload) > most_bytes:
                        return records
                    records += more
                    most_bytes -= sum(len(record.payload) for record in more)
                    if len(records) >= most or most_bytes <= 0 or (more and more[-1].position.end < segment.size):
                        return records
        return records

    def acknowledge(self, positions: Iterable[Position]) -> None:
        """These records, the oldest of their owners, are done with.

        Args:
            positions: of all of them, in the order in which they were read.
        """
        ends = {(position.owner, position.segment): position for position in positions}
        with self._working:
            for position in ends.values():
                owner = self._books.owner(position.owner)
                segment = owner and owner.segment(position.segment)
                # None when it went for want of room while its records were under way.
                if owner and segment:
                    self._books.acknowledge(owner, segment, position)
                    self._save(owner, segment)
                    if self._is_finished(segment):
                        self._end(owner, segment, "damaged")
            self._release_empty()

    def refuse(self, record: Record, reason: str) -> None:
        """The record, the oldest of its owner, will never be taken: set it aside and go on.

        Args:
            record: as it was read.
            reason: why, in a word without a line break.
        """
        try:
            self.quarantine.put(record.position, record.payload, reason)
            self._books.lose("quarantined")
        except OSError as error:
            self._books.lose(reason)
            logger.error(  # noqa: TRY400 -- the system's error says it all
                "%r: a refused record cannot be kept (%s), and is lost", self._files, error
            )
        self.acknowledge([record.position])

    def tend(self) -> None:
        """Look after the directory: take over what dead processes left, remove what is done, see what was removed."""
        with self._working:
            try:
                if self._writer.is_removed():
                    logger.error(
                        "%r: somebody removed files that are in use; what was only in them is lost", self._files
                    )
                    self._writer.leave()
                self._writer.finish_segment(idle=True)
                self._end_finished()
                self._release_empty()
                self._take_over(owners_in(self._files.entries()))
            except OSError as error:
                logger.warning("%r cannot be looked after (%s); it is tried again", self._files, error)

    def close(self) -> None:
        """Sync, and leave what is not acknowledged to whichever process comes next. A later append begins anew."""
        if not self._writer.leave():
            return
        self._writer.sync()
        with self._working:
            self._end_finished()
            for owner in self._books.owners():
                self._release(owner)

    def _read(self, owner: Owner, segment: Segment, most: int, most_bytes: int) -> list[Record] | None:
        try:
            records = read(self._files, segment, most, most_bytes)
        except FileNotFoundError:
            if segment is self._writer.active:
                self._writer.leave()
            self._end(owner, segment, "removed")
            return []
        except OSError as error:
            logger.warning("%r: %s cannot be read (%s); it is tried again", self._files, segment.name, error)
            return None
        if not records and self._is_finished(segment):
            self._end(owner, segment, "damaged")
        return records

    def _is_finished(self, segment: Segment) -> bool:
        # In this order: a segment that is not being written grows no more.
        return segment is not self._writer.active and segment.is_done

    def _save(self, owner: Owner, segment: Segment) -> None:
        try:
            owner.save(self._files, segment)
        except OSError as error:
            logger.warning(
                "%r: progress cannot be written (%s): after a restart some is sent again", self._files, error
            )

    def _end_finished(self) -> None:
        for owner in self._books.owners():
            for segment in list(owner.segments):
                if self._is_finished(segment):
                    self._end(owner, segment, "damaged")

    def _end(self, owner: Owner, segment: Segment, reason: str) -> None:
        """Remove a segment of ours; what is still in it is lost, for that reason."""
        lost = self._books.end(owner, segment, reason)
        if lost:
            logger.error("%r: %d accepted entities are lost (%s)", self._files, lost, reason)
        try:
            self._files.remove(segment.name)
        except OSError as error:
            logger.warning("%r: %s cannot be removed (%s)", self._files, segment.name, error)

    def _release_empty(self) -> None:
        for owner in self._books.owners():
            if not owner.segments and not self._writer.writes(owner):
                self._release(owner)

    def _release(self, owner: Owner) -> None:
        self._books.left(owner)
        try:
            owner.release(self._files)
        except OSError as error:
            logger.warning("%r: what belongs to %s cannot be removed (%s)", self._files, owner.name, error)

    def _take_over(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                found = take_over(self._files, name)
            except OSError as error:
                logger.warning(
                    "%r: what a dead process left cannot be read (%s); it is tried again", self._files, error
                )
                continue
            if found is not None:
                self._books.took_over(found)
                count = sum(segment.count for segment in found.owner.segments)
                logger.info("%r: %d entities that another process left are taken over", self._files, count)

    def _make_room(self, needed: int) -> bool:
        plan = self._room(needed)
        if plan is None or plan[1]:
            # What dead processes left is older than anything of ours, and is counted by whoever removes it.
            self._take_over(owners_in(self._files.entries()))
            plan = self._room(needed)
        if plan is None:
            return False
        from_quarantine, segments = plan
        for entry in from_quarantine:
            self.quarantine.drop(entry.name)
            self._books.lose("quarantine_full")
        for entry in segments:
            self._give_up(entry)
        return True

    def _room(self, needed: int) -> tuple[Sequence[Entry], Sequence[Entry]] | None:
        return to_remove(
            self._files.entries(),
            self.quarantine.entries(),
            ours=[owner.name for owner in self._books.owners()],
            segment_bytes=self._segment_bytes,
            needed=needed,
            most=self._max_bytes,
        )

    def _give_up(self, entry: Entry) -> None:
        found = segment_of(entry.name)
        owner = found and self._books.owner(found[0])
        segment = owner and found and owner.segment(found[1])
        if owner and segment:
            self._end(owner, segment, "spool_full")
        # A living process notices that its segment is gone, and counts it.
        self._files.remove(entry.name)
