"""Times as people type them -> nanoseconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(text: str) -> int:
    """A date or time in ISO 8601, such as `2026-11-22` or `2026-11-22T10:00:00Z`; local time where no zone is said.

    Raises:
        ValueError: it is none.
    """
    time = datetime.fromisoformat(text.strip())
    if time < (_EPOCH if time.tzinfo else datetime(1970, 1, 3)):  # noqa: DTZ001 -- compared with a local time
        raise ValueError(f"{text!r} is before 1970")
    return (time.astimezone(UTC) - _EPOCH) // _MICROSECOND * 1000


def length(text: str) -> int:
    """A length of time, such as `90s`, `15m`, `24h`, `7d` or `2w`, in nanoseconds.

    Raises:
        ValueError: it is none.
    """
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no length of time")
    try:
        return timedelta(**{_UNITS[match[2]]: float(match[1])}) // _MICROSECOND * 1000
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error
