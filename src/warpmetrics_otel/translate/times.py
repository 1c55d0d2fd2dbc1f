"""Nanoseconds since the epoch <-> the ISO 8601 texts of the native API: UTC, milliseconds, ``Z``."""

from __future__ import annotations

import datetime
import math
from functools import lru_cache
from typing import Any

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)
_LAST_MS = 253_402_300_799_999
"""The end of the year 9999, after which ISO 8601 has more digits."""
# Zero means "not set" in OTLP, and what is beyond 63 bits loses the batch that it is in.
TIMES = range(1, 1 << 63)


def iso(time_ns: int) -> str:
    """The time as the native API has it, cut to milliseconds. Times before 1970 and after 9999 read as the nearest."""
    return _milliseconds(time_ns // 1_000_000)


@lru_cache(maxsize=64)
def _milliseconds(milliseconds: int) -> str:
    if not 0 <= milliseconds <= _LAST_MS:
        milliseconds = min(max(milliseconds, 0), _LAST_MS)
    return f"{_seconds(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=64)
def _seconds(seconds: int) -> str:
    return (_EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def nanoseconds(value: Any) -> int | None:
    """The time of an ISO 8601 text (UTC where it says no zone) or of a number of milliseconds.

    None for anything else, and for times that no span can have.
    """
    try:
        if isinstance(value, str):
            moment = datetime.datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=datetime.UTC)
            time_ns = (moment - _EPOCH) // _MICROSECOND * 1000
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            time_ns = int(value * 1_000_000)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return time_ns if time_ns in TIMES else None


def milliseconds(started_ns: int, ended_ns: int) -> int:
    """The whole milliseconds between two times, as the difference of what `iso` says of them."""
    return max(ended_ns, 0) // 1_000_000 - max(started_ns, 0) // 1_000_000
