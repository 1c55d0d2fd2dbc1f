"""What an answer of the native API means: delivered, try again, refused for good, or too large.

Pure: from a status, headers and a body to an `Answer`. The rules are those of native-api.md, and of
RFC 9110 for ``Retry-After``.
"""

from __future__ import annotations

import datetime
import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What to do with the batch."""

    DELIVERED = "delivered"
    TRANSIENT = "transient"
    REFUSED = "refused"
    """The key, the project or the address is wrong: no batch will be taken."""
    INVALID = "invalid"
    """Something in this batch is not to the server's liking; other batches may be."""
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and what is worth saying about it."""

    verdict: Verdict
    reason: str
    status: int | None = None
    retry_after: float | None = None
    """Seconds the server asked to wait."""


_TRANSIENT = frozenset({408, 425, 429})
# A conflict is one about ids, so about this batch.
_INVALID = frozenset({400, 409, 422})
_TRANSIENT_CODES = frozenset({"RATE_LIMITED", "INTERNAL_ERROR"})
_REFUSING_CODES = frozenset({"UNAUTHORIZED", "NOT_FOUND"})
_LONGEST_RETRY_AFTER = 86_400.0


def judge(status: int, headers: Mapping[str, str], body: bytes, now: datetime.datetime) -> Answer:
    """Say what an answer means.

    Args:
        status: the HTTP status.
        headers: the answer's headers; names in any case.
        body: the answer's body, as far as it was read.
        now: the time, for a ``Retry-After`` that is a date.
    """
    if 200 <= status < 300:
        return _accepted(status, headers, body)
    reason = _reason(status, body)
    if status in _TRANSIENT or status >= 500:
        return Answer(Verdict.TRANSIENT, reason, status, retry_after(headers, now))
    if status == 413:
        return Answer(Verdict.TOO_LARGE, reason, status)
    return Answer(Verdict.INVALID if status in _INVALID else Verdict.REFUSED, reason, status)


def retry_after(headers: Mapping[str, str], now: datetime.datetime) -> float | None:
    """Seconds of a ``Retry-After`` header (RFC 9110, 10.2.3), a number or a date; None without a valid one."""
    text = _header(headers, "retry-after")
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_RETRY_AFTER)
    if not text:
        return None
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=datetime.UTC)
    return min(max((date - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)


def _accepted(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    if not body and (status == 204 or _header(headers, "content-length") == "0"):
        # Nothing to say, and it says so: no answer that was cut.
        return Answer(Verdict.DELIVERED, "", status)
    answer = _parsed(body)
    if answer is None:
        # A proxy's page, or half an answer: nothing says that the batch arrived, and a resend is harmless.
        return Answer(Verdict.TRANSIENT, f"{status} with an answer that is not JSON", status)
    if answer.get("success") is not False:
        return Answer(Verdict.DELIVERED, "", status)
    code = _error(answer).get("code")
    reason = _reason(status, body)
    if code in _TRANSIENT_CODES:
        return Answer(Verdict.TRANSIENT, reason, status)
    return Answer(Verdict.REFUSED if code in _REFUSING_CODES else Verdict.INVALID, reason, status)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for given, value in headers.items() if given.lower() == name), "").strip()


def _reason(status: int, body: bytes) -> str:
    error = _error(_parsed(body) or {})
    words = [str(error[key]) for key in ("code", "message") if error.get(key)]
    return f"{status} {': '.join(words)}"[:300].rstrip()


def _error(answer: Mapping[str, object]) -> Mapping[str, object]:
    error = answer.get("error")
    return error if isinstance(error, dict) else {}


def _parsed(body: bytes) -> dict[str, object] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
