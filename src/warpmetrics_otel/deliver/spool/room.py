"""Which files go when the directory is full. Pure: the oldest, but none that a process may be writing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from warpmetrics_otel.deliver.spool.files import Entry
from warpmetrics_otel.deliver.spool.names import segment_of

_BLOCK = 4096


def to_remove(
    entries: Iterable[Entry],
    refused: Iterable[Entry],
    *,
    ours: Iterable[str],
    segment_bytes: int,
    needed: int,
    most: int,
) -> tuple[Sequence[Entry], Sequence[Entry]] | None:
    """What to remove before a file is made.

    The youngest segment of another owner counts as full, since its process may fill it before it asks for room again.

    Args:
        entries: what is in the directory.
        refused: what is in quarantine.
        ours: owners of whose segments none is being written.
        segment_bytes: how large a segment becomes.
        needed: how large the new file may become.
        most: the bytes that all of them may take.

    Returns:
        Files in quarantine, which go first, and segments; None when there is no room whatever goes.
    """
    queues, total = _queues(entries, frozenset(ours), segment_bytes)
    waiting = sorted(refused, key=lambda entry: entry.changed)
    total += needed + sum(_taken(entry) for entry in waiting)
    from_quarantine: list[Entry] = []
    segments: list[Entry] = []
    while total > most:
        if waiting:
            entry = waiting.pop(0)
            from_quarantine.append(entry)
            total -= _taken(entry)
        else:
            # Within an owner the number says which is older. Only between owners the clock does, as well as it can.
            queue = min((queue for queue in queues if queue), key=lambda queue: queue[0].changed, default=None)
            if queue is None:
                return None
            entry = queue.pop(0)
            segments.append(entry)
            total -= entry.size
    return from_quarantine, segments


def _taken(entry: Entry) -> int:
    """What a small file takes on the disk, where space is given out in blocks."""
    return max(entry.size, _BLOCK)


def _queues(entries: Iterable[Entry], ours: frozenset[str], segment_bytes: int) -> tuple[list[list[Entry]], int]:
    """The segments that may go, by owner and oldest first, and the bytes of all of them."""
    total = 0
    owners: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for entry in entries:
        found = segment_of(entry.name)
        if found is None:
            total += entry.size
        else:
            owners[found[0]].append((found[1], entry))
    queues = []
    for owner, segments in owners.items():
        queue = [entry for _, entry in sorted(segments)]
        total += sum(entry.size for entry in queue)
        if owner not in ours:
            total += max(segment_bytes - queue.pop().size, 0)
        queues.append(queue)
    return queues, total
