"""How the spool's files are called. A name says which process a file belongs to, and what it is.

``<owner>.lock`` is held by the process that owns the others, ``<owner>.<number>.segment`` holds records, and
``<owner>.progress`` says up to where they are acknowledged. An owner is 16 hexadecimal digits, never used twice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SEGMENT = re.compile(r"([0-9a-f]{16})\.([0-9]{8,})\.segment")
_OWNER = re.compile(r"([0-9a-f]{16})\.(?:lock|progress|[0-9]{8,}\.segment)")


class Position(NamedTuple):
    """Where a record ends."""

    owner: str
    segment: int
    end: int
    """The offset of the byte after it."""
    number: int
    """How many records of the segment are settled once this one is, for this process."""


def lock_name(owner: str) -> str:
    """The name of the file that is locked by whoever owns the owner's others."""
    return f"{owner}.lock"


def progress_name(owner: str) -> str:
    """The name of the file that says what is acknowledged."""
    return f"{owner}.progress"


def segment_name(owner: str, number: int) -> str:
    """The name of a file of records; higher numbers are younger."""
    return f"{owner}.{number:08d}.segment"


def refused_name(position: Position) -> str:
    """The name of a refused record's file: the same however often the record is refused."""
    return f"{position.owner}.{position.segment:08d}.{position.end}.refused"


def segment_of(name: str) -> tuple[str, int] | None:
    """Owner and number of a segment; None for any other name."""
    found = _SEGMENT.fullmatch(name)
    return None if found is None else (found[1], int(found[2]))


def owner_of(name: str) -> str | None:
    """The owner of a file; None when it is none of the spool's."""
    found = _OWNER.fullmatch(name)
    return None if found is None else found[1]
