"""One file of records, as its owner knows it: what is in it, and what of that is acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field

from warpmetrics_otel.deliver.spool.form import HEADER, MAGIC, parse, resume, seed_of
from warpmetrics_otel.deliver.spool.names import segment_name


@dataclass(slots=True, eq=False)
class Segment:
    """Written by one thread at a time, read and acknowledged by another."""

    owner: str
    number: int
    handle: int | None = None
    """The file, open for writing; None in a process that does not write it."""
    size: int = len(HEADER)
    """Up to where it holds whole records. What lies behind is no record's, and is written over."""
    synced: int = 0
    """How much of it is known to be on the disk."""
    count: int = 0
    """How many readable records it holds."""
    acked: int = len(HEADER)
    """Up to where records are acknowledged."""
    settled: int = 0
    """How many records are acknowledged, or were given up."""
    name: str = field(init=False)
    seed: int = field(init=False)

    def __post_init__(self) -> None:
        self.name = segment_name(self.owner, self.number)
        self.seed = seed_of(self.name)

    @property
    def is_done(self) -> bool:
        """Whether every record in it is acknowledged."""
        return self.acked >= self.size


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in the segment of a dead process."""

    count: int
    """Sound records."""
    end: int
    """The offset at which the last of them ends."""
    damaged: int
    """Places between them that are not records."""
    torn: int
    """1 when it ends in something that is no whole record, as a process leaves it that died while it wrote, else 0."""


def is_readable(beginning: bytes) -> bool:
    """Whether a segment that begins so is of a form that this version knows.

    One whose beginning is damaged, or was never written whole, counts as known: its records are checked one by one.
    """
    version = beginning[len(MAGIC) : len(HEADER)]
    return not (beginning.startswith(MAGIC) and version.strip(b"\0")) or MAGIC + version == HEADER


def survey(data: bytes, base: int, seed: int) -> Survey:
    """Look through a segment from an offset to its end, trusting nothing.

    Args:
        data: its bytes from the offset to the end.
        base: the offset.
        seed: the segment's.
    """
    count, gaps, at, end = 0, 0, base, base + len(data)
    while at < end:
        parsed = parse(data[at - base :], at, seed, len(data), len(data))
        count += len(parsed.records)
        if parsed.stop >= end:
            break
        next_at = resume(data, base, seed, parsed.stop)
        if next_at is None:
            return Survey(count, parsed.stop, gaps, 1)
        gaps += 1
        at = next_at
    return Survey(count, end, gaps, 0)
