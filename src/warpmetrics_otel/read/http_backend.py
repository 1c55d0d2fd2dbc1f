"""What the backends that are asked over HTTP share: how much they were asked, and what their answers left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.backend import Found
from warpmetrics_otel.read.http import Http


class HttpBackend:
    """A backend that can be asked.

    Args:
        url: of its query API, perhaps with a base path.
        asking: headers, proxy, time-out and limit.

    Raises:
        SourceError: the URL is none.
    """

    WHAT: ClassVar[str]
    """Its name, for people."""
    PORT: ClassVar[int]
    """Where it usually listens."""

    def __init__(self, url: str, asking: Asking) -> None:
        self._http = Http(self.WHAT, url, asking, port=self.PORT)
        self._limit = asking.limit
        self.name = self._http.name
        self.incomplete: list[str] = []

    @property
    def requests(self) -> int:
        """See `Backend`."""
        return self._http.requests

    def _found(self, searches: Iterable[set[str]]) -> Found:
        """What several searches found together."""
        found: set[str] = set()
        whole = True
        for ids in searches:
            whole = whole and len(ids) < self._limit
            found |= ids
        return Found(found, whole)

    def _malformed(self, reason: str) -> None:
        self._say(f"{self.name} answered with {reason}")

    def _say(self, sentence: str) -> None:
        if sentence not in self.incomplete:
            self.incomplete.append(sentence)
