"""The bytes in a segment and in a progress file. Pure; docs/spool.md tells the layout.

A record's checksum starts from a seed made of the file's name and the record's offset: bytes that were left over,
copied or moved are never taken for a record.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from zlib import crc32

MAGIC = b"WMSPOOL"
HEADER = MAGIC + b"1"
"""What every segment begins with: what it is, and the version of its form."""

MARK = b"\xf5\x9d"
"""What every record begins with; no UTF-8 text holds it, so that the next record is found behind a damaged one."""

LONGEST = 2**32 - 1
_RECORD = struct.Struct("<2sII")
_PROGRESS = struct.Struct("<QQI")
RECORD_BYTES = _RECORD.size
"""What a record takes beside its payload."""

record_header = _RECORD.pack
"""From mark, length and checksum to the bytes before a payload; kept bare because the agent waits for it."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The records at the beginning of some bytes."""

    records: list[tuple[bytes, int]]
    """Payloads, each with the offset in the file at which its record ends."""
    stop: int
    """The offset in the file of what is no whole, sound record, or of the end."""


def seed_of(name: str) -> int:
    """Where the checksums of a file's records start from, before the offset is added."""
    return crc32(name.encode())


def record(payload: bytes, seed: int, offset: int) -> bytes:
    """A payload as the record at an offset of a file."""
    return record_header(MARK, len(payload), crc32(payload, seed + offset & 0xFFFFFFFF)) + payload


def parse(data: bytes, base: int, seed: int, most: int, most_bytes: int) -> Parsed:
    """Read records up to the first that is not whole and sound.

    Args:
        data: bytes of a segment.
        base: the offset in the file at which they begin; a record's beginning.
        seed: the file's.
        most: the most records to read.
        most_bytes: the most bytes of payload to read; the first record is read whatever its length.
    """
    records: list[tuple[bytes, int]] = []
    at, end = 0, len(data)
    while at + RECORD_BYTES <= end and len(records) < most:
        mark, length, checksum = _RECORD.unpack_from(data, at)
        after = at + RECORD_BYTES + length
        most_bytes -= length
        if mark != MARK or after > end or (records and most_bytes < 0):
            break
        payload = data[at + RECORD_BYTES : after]
        if crc32(payload, seed + base + at & 0xFFFFFFFF) != checksum:
            break
        records.append((payload, base + after))
        at = after
    return Parsed(records, base + at)


def resume(data: bytes, base: int, seed: int, after: int) -> int | None:
    """The offset in the file of the first sound record behind an offset at which there is none; None without any.

    Args:
        data: the bytes of a segment from `base` to its end.
        base: the offset in the file at which they begin.
        seed: the file's.
        after: the offset in the file of what is unsound.
    """
    at = data.find(MARK, after - base + 1)
    while at >= 0:
        if parse(data[at:], base + at, seed, 1, 0).records:
            return base + at
        at = data.find(MARK, at + 1)
    return None


def progress(owner: str, segment: int, offset: int) -> bytes:
    """What a progress file holds: everything before this offset of this segment is acknowledged."""
    return _PROGRESS.pack(segment, offset, _progress_checksum(owner, segment, offset))


def progress_in(owner: str, data: bytes) -> tuple[int, int]:
    """Segment and offset from a progress file; (0, 0) when it is unsound: sending again is harmless."""
    if len(data) != _PROGRESS.size:
        return 0, 0
    segment, offset, checksum = _PROGRESS.unpack(data)
    return (segment, offset) if checksum == _progress_checksum(owner, segment, offset) else (0, 0)


def _progress_checksum(owner: str, segment: int, offset: int) -> int:
    return crc32(f"{owner} {segment} {offset}".encode())
