"""The segments that belong together, in order, with the lock that says whose they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from warpmetrics_otel.deliver.spool.files import Entry, Files
from warpmetrics_otel.deliver.spool.form import HEADER, progress, progress_in
from warpmetrics_otel.deliver.spool.names import lock_name, owner_of, progress_name, segment_of
from warpmetrics_otel.deliver.spool.segment import Segment, Survey, is_readable, survey


@dataclass(slots=True, eq=False)
class Owner:
    """A process's segments, this one's or a dead one's."""

    name: str
    lock: int
    """The open file that is locked."""
    segments: list[Segment] = field(default_factory=list)
    """Those that are not acknowledged whole, oldest first."""
    numbers: int = 0
    """The number of the last segment that was made."""

    def segment(self, number: int) -> Segment | None:
        """The segment of that number, unless it has ended."""
        return next((segment for segment in self.segments if segment.number == number), None)

    def save(self, files: Files, segment: Segment) -> None:
        """Write down that everything up to the segment's acknowledged offset is acknowledged."""
        files.store(progress_name(self.name), progress(self.name, segment.number, segment.acked))

    def release(self, files: Files) -> None:
        """Give the lock up; with no segments left, nothing of the owner's stays behind."""
        try:
            if not self.segments:
                files.remove(progress_name(self.name))
                # The lock goes last, and while it is held: whoever finds it later finds nothing else of this owner.
                files.remove(lock_name(self.name))
        finally:
            files.unlock(lock_name(self.name), self.lock)


@dataclass(frozen=True, slots=True)
class Found:
    """A dead process's owner, taken over, and what was found in its segments."""

    owner: Owner
    damaged: int
    torn: int


def owners_in(entries: Iterable[Entry]) -> list[str]:
    """The owners of the files in a directory, those first who wrote first, as far as the clock tells."""
    begun: dict[str, float] = {}
    for entry in entries:
        owner = owner_of(entry.name)
        if owner is not None:
            begun[owner] = min(entry.changed, begun.get(owner, entry.changed))
    return sorted(begun, key=begun.__getitem__)


def take_over(files: Files, name: str) -> Found | None:
    """Become the owner of what a dead process left.

    Returns:
        What it left; None when its process lives, when nothing is left, or when a newer version wrote it.

    Raises:
        OSError: something cannot be read; nothing is taken over.
    """
    lock = files.lock(lock_name(name))
    if lock is None:
        return None
    try:
        found = _load(files, Owner(name, lock))
    except BaseException:
        files.unlock(lock_name(name), lock)
        raise
    if found is None:
        files.unlock(lock_name(name), lock)
    elif not found.owner.segments:
        found.owner.release(files)
        return None
    return found


def segments_in(files: Files, name: str) -> list[tuple[Segment, Survey]] | None:
    """An owner's segments, oldest first, with what is in them behind what is acknowledged. Nothing is changed.

    Returns:
        None when a newer version wrote them.

    Raises:
        OSError: something cannot be read; `FileNotFoundError` when its process has removed a segment meanwhile.
    """
    entries = files.entries()
    done, offset = _progress(files, name)
    found = []
    for number, entry in sorted(_segments(entries, name)):
        if not is_readable(files.read(entry.name, 0, len(HEADER))):
            return None
        segment = Segment(name, number, size=max(entry.size, len(HEADER)), synced=entry.size)
        if number < done:
            segment.acked = segment.size
        elif number == done:
            segment.acked = min(max(offset, len(HEADER)), segment.size)
        found.append((segment, look_through(files, segment)))
    return found


def _load(files: Files, owner: Owner) -> Found | None:
    # Under the lock: what was there before may have been delivered and removed by another process since.
    segments = segments_in(files, owner.name)
    if segments is None:
        return None
    for segment, seen in segments:
        segment.count, segment.size = seen.count, seen.end
        if segment.count:
            owner.segments.append(segment)
        else:
            files.remove(segment.name)
    return Found(owner, sum(seen.damaged for _, seen in segments), sum(seen.torn for _, seen in segments))


def look_through(files: Files, segment: Segment) -> Survey:
    """What a segment holds behind its acknowledged offset."""
    data = files.read(segment.name, segment.acked, segment.size - segment.acked)
    return survey(data, segment.acked, segment.seed)


def _segments(entries: Iterable[Entry], owner: str) -> Iterable[tuple[int, Entry]]:
    for entry in entries:
        found = segment_of(entry.name)
        if found is not None and found[0] == owner:
            yield found[1], entry


def _progress(files: Files, owner: str) -> tuple[int, int]:
    with contextlib.suppress(FileNotFoundError):
        return progress_in(owner, files.read(progress_name(owner), 0, 64))
    return 0, 0
