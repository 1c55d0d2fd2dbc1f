"""Times and errors of calls recorded by hand, in whatever form the user has them."""

from __future__ import annotations

import datetime
import math
from time import time_ns
from typing import Any

from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record.is_a import is_a
from warpmetrics_otel.record.warn import warn_once
from warpmetrics_otel.translate.text import brief, exception_type, text_of

When = datetime.datetime | float | str | None
_LATEST_SECONDS = 4_000_000_000
"""Numbers above this are milliseconds or nanoseconds, not seconds: they would lie beyond the year 2096."""

_LONGEST_MS = 1e12


def set_times(data: CallData, started_at: When, ended_at: When, duration_ms: object) -> None:
    """Set start and end: two of start, end and duration give the third; an end that is not known is now."""
    duration = 0
    if duration_ms is not None:
        data.exact, duration = True, _duration_ns(duration_ms)
    if started_at is None and ended_at is None:
        data.ended_ns = now = time_ns()
        data.started_ns = now - duration
        return
    started = None if started_at is None else nanoseconds(started_at)
    ended = None if ended_at is None else nanoseconds(ended_at)
    data.exact = duration_ms is not None or (started is not None and ended is not None)
    if ended is None:
        ended = time_ns() if started is None or duration_ms is None else started + duration
    data.started_ns, data.ended_ns = ended - duration if started is None else started, ended


def set_error(data: CallData, error: object, status: object) -> None:
    """Set what went wrong: an exception, a text, or only the status ``error``."""
    if is_a(error, BaseException):
        data.error_type = exception_type(error)
    if error is not None or status == "error":
        data.error = (None if error is None else text_of(error)) or "error"


def listed(value: Any) -> list[Any] | None:
    """A list as it is, anything else as the only item of one; None stays None."""
    if value is None:
        return None
    return list(value) if is_a(value, list) or is_a(value, tuple) else [value]


def nanoseconds(when: When) -> int | None:
    """A time as nanoseconds since the epoch; None, with a warning, for what is no time.

    A datetime (naive is local), ISO 8601 text, or a number of seconds, milliseconds or nanoseconds.
    """
    try:
        if isinstance(when, str):
            when = datetime.datetime.fromisoformat(when)
        if isinstance(when, datetime.datetime):
            return int(when.timestamp() * 1_000_000) * 1000
        if when is not None and math.isfinite(when):
            return _scaled(when)
    except Exception:  # noqa: BLE001, S110 -- a time zone of the user's may raise anything; said below
        pass
    warn_once("%s is not a time; pass a datetime, ISO 8601 text or seconds since the epoch", brief(when))
    return None


def _scaled(when: float) -> int:
    if abs(when) < _LATEST_SECONDS:
        return int(when * 1_000_000) * 1000
    if abs(when) < _LATEST_SECONDS * 1000:
        return int(when * 1000) * 1000
    return int(when)


def _duration_ns(milliseconds: object) -> int:
    if issubclass(type(milliseconds), (int, float)) and 0 <= milliseconds <= _LONGEST_MS:  # type: ignore[operator]
        return int(milliseconds * 1_000_000)  # type: ignore[operator]
    warn_once("%s is not a duration; pass milliseconds", brief(milliseconds))
    return 0
