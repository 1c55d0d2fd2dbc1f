"""Reading what is not acknowledged yet, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from warpmetrics_otel.deliver.spool.files import Files
from warpmetrics_otel.deliver.spool.form import RECORD_BYTES, parse, resume
from warpmetrics_otel.deliver.spool.names import Position
from warpmetrics_otel.deliver.spool.segment import Segment

_LEAST_READ = 65_536


@dataclass(frozen=True, slots=True)
class Record:
    """What was appended, and where it is."""

    payload: bytes
    position: Position


def read(files: Files, segment: Segment, most: int, most_bytes: int) -> list[Record]:
    """The first records of a segment that are not acknowledged, up to damage if there is any among them.

    Damage before the first is passed for good: the segment's acknowledged offset moves behind it.

    Args:
        files: where the segment is.
        segment: the segment.
        most: the most records.
        most_bytes: the most bytes of payload; the first record is read whatever its length.

    Raises:
        OSError: the file cannot be read; `FileNotFoundError` when it was removed.
    """
    size = segment.size
    wanted = max(most_bytes, _LEAST_READ)
    while segment.acked < size:
        base = segment.acked
        data = files.read(segment.name, base, min(size - base, wanted + most * RECORD_BYTES))
        parsed = parse(data, base, segment.seed, most, most_bytes)
        if parsed.records:
            return [
                Record(payload, Position(segment.owner, segment.number, end, segment.settled + number))
                for number, (payload, end) in enumerate(parsed.records, 1)
            ]
        if len(data) < size - base and wanted < size:
            # Either the record is longer than that, or damage reaches that far.
            wanted = size
            continue
        segment.acked = resume(data, base, segment.seed, base) or size
    return []
