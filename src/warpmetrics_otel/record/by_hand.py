"""Calls recorded by hand: what `record_call` and `start_call` are given, as call data."""

from __future__ import annotations

import datetime
import math
from time import time_ns
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.capture.data import CallData
from warpmetrics_otel.record.text import exception_type, text_of
from warpmetrics_otel.record.warn import warn_once

When = datetime.datetime | float | int | str | None
_LATEST_SECONDS = 4_000_000_000
"""Numbers above this are nanoseconds or milliseconds, not seconds: they would lie beyond the year 2096."""


def call_data(fields: dict[str, Any]) -> CallData:
    """Make call data of the arguments of `record_call`.

    Two of start, end and duration give the third; without any, the call happened just now.
    """
    error = fields.get("error")
    status = fields.get("status")
    ended, started = nanoseconds(fields.get("ended_at")), nanoseconds(fields.get("started_at"))
    duration = _duration_ns(fields.get("duration_ms"))
    if ended is None:
        ended = time_ns() if started is None else started + duration
    if started is None:
        started = ended - duration
    return CallData(
        provider=text_of(fields.get("provider")) or "unknown",
        operation=text_of(fields.get("operation")) or semconv.OPERATION_CHAT,
        request_model=fields.get("model"),
        response_model=fields.get("response_model"),
        response_id=fields.get("response_id"),
        finish_reasons=fields.get("finish_reasons"),
        messages=fields.get("messages"),
        response=None if fields.get("response") is None else text_of(fields["response"]),
        tools=fields.get("tools"),
        tool_calls=fields.get("tool_calls"),
        tokens=fields.get("tokens") if isinstance(fields.get("tokens"), dict) else None,
        cost=_number(fields.get("cost")),
        started_ns=started,
        ended_ns=ended,
        error=_error_text(error, status),
        error_type=exception_type(error) if isinstance(error, BaseException) else None,
    )


def nanoseconds(when: When) -> int | None:
    """A time as nanoseconds since the epoch.

    A datetime (naive is local), ISO 8601 text, or a number of seconds, milliseconds or nanoseconds.
    """
    try:
        if when is None:
            return None
        if isinstance(when, str):
            when = datetime.datetime.fromisoformat(when)
        if isinstance(when, datetime.datetime):
            return int(when.timestamp() * 1_000_000) * 1000
        if math.isfinite(when):
            return _scaled(when)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    warn_once("%r is not a time; pass a datetime, ISO 8601 text or seconds since the epoch", when)
    return None


def _scaled(when: float) -> int:
    if abs(when) < _LATEST_SECONDS:
        return int(when * 1_000_000) * 1000
    if abs(when) < _LATEST_SECONDS * 1000:
        return int(when * 1000) * 1000
    return int(when)


def _duration_ns(milliseconds: object) -> int:
    number = _number(milliseconds)
    return 0 if number is None or not math.isfinite(number) else int(max(number, 0) * 1_000_000)


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _error_text(error: object, status: object) -> str | None:
    if error is None:
        return "error" if status == "error" else None
    return text_of(error) or "error"
