"""What the stand-in can be told to answer: refusals, nonsense, silence and broken connections."""

from __future__ import annotations

import datetime
import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Cut = Literal["request", "unanswered", "midway"]
"""Where a connection breaks: half the request read, nothing answered, or half the answer sent."""

_CODES = {401: "UNAUTHORIZED", 403: "UNAUTHORIZED", 404: "NOT_FOUND", 429: "RATE_LIMITED"}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. `Reply()` is the answer of a server in good health; the rest is made by the methods below.

    Where `taken` is set, a batch is taken in before things go wrong, as by a server whose answer gets lost.
    Such a batch may arrive once more without breaking a rule.
    """

    status: int | None = None
    """None for what the request deserves."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    taken: bool = False
    pause: float = 0.0
    """Seconds before each byte."""
    hang: bool = False
    cut: Cut | None = None
    how: Literal["reset", "half_close"] = "reset"

    @property
    def healthy(self) -> bool:
        """Whether its receiver learns in time what became of the request."""
        return self.status is None and not self.pause and self.cut is None and not (self.hang and self.taken)

    @classmethod
    def refused(
        cls,
        status: int,
        *,
        code: str | None = None,
        retry_after: float | datetime.datetime | str | None = None,
        taken: bool = False,
    ) -> Self:
        """An error in the API's own form.

        Args:
            status: the HTTP status, such as 401, 403, 404, 408, 413, 429, 500 or 503.
            code: the error's code; by default the one that goes with the status.
            retry_after: seconds, an aware time for the header's date form, or the header as it is.
            taken: whether a batch is taken in nonetheless.
        """
        headers = {} if retry_after is None else {"Retry-After": _retry_after(retry_after)}
        return cls(status=status, headers=headers, body=error_body(status, code), taken=taken)

    @classmethod
    def unsuccessful(cls, code: str = "INTERNAL_ERROR", *, taken: bool = False) -> Self:
        """Status 200 with ``"success": false``."""
        return cls(status=200, body=error_body(200, code), taken=taken)

    @classmethod
    def malformed(cls, body: bytes = b'{"success": tru', *, status: int = 200, taken: bool = False) -> Self:
        """An answer that claims to be JSON and is not."""
        return cls(status=status, body=body, taken=taken)

    @classmethod
    def redirected(cls, location: str, *, status: int = 307) -> Self:
        """A redirect.

        Args:
            location: the address it points to.
            status: 301, 302, 303, 307 or 308.
        """
        return cls(status=status, headers={"Location": location})

    @classmethod
    def dripping(cls, pause: float) -> Self:
        """The right answer, from its first byte on with so many seconds before each byte; a batch is taken in."""
        return cls(pause=pause, taken=True)

    @classmethod
    def hanging(cls, *, taken: bool = False) -> Self:
        """Nothing, until the server is told to behave; whoever is still there is answered then."""
        return cls(hang=True, taken=taken)

    @classmethod
    def reset(cls, cut: Cut = "midway", *, taken: bool = False) -> Self:
        """The connection breaks with a TCP reset."""
        return cls(cut=cut, how="reset", taken=taken)

    @classmethod
    def half_closed(cls, cut: Cut = "midway", *, taken: bool = False) -> Self:
        """The server's side of the connection ends in good order, but too early."""
        return cls(cut=cut, how="half_close", taken=taken)


def error_body(status: int, code: str | None = None, message: str | None = None) -> bytes:
    """The body of an error answer, as the API writes it."""
    code = code or _CODES.get(status) or ("INTERNAL_ERROR" if status >= 500 else "VALIDATION_ERROR")
    return as_json({"success": False, "error": {"message": message or f"told to answer {status}", "code": code}})


def as_json(value: Any) -> bytes:
    """JSON text."""
    return json.dumps(value).encode("ascii")


def _retry_after(value: float | datetime.datetime | str) -> str:
    if isinstance(value, datetime.datetime):
        return email.utils.format_datetime(value.astimezone(datetime.UTC), usegmt=True)
    return str(value)
