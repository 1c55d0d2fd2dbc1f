"""What was said in calls, for those who hear of calls from spans only: content is not on spans unless asked for.

Recording puts it here only while an exporter or processor of another destination than recording's own
reads spans. It is bounded in bytes, holds plain values, and never leaves the process.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable

from warpmetrics_otel import fork
from warpmetrics_otel.entities import Call
from warpmetrics_otel.entities.size import size_of

MOST_BYTES = 32 * 1024 * 1024
"""Bytes it holds, as estimated; beyond them the oldest go, and their calls are sent without content."""


class Beside:
    """Calls by their ids, each until every reader has had it.

    Args:
        most_bytes: the bytes it holds.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self.readers: Counter[Hashable] = Counter()
        """Who reads spans: how many of each destination."""
        self._empty()
        fork.after_fork(self._empty)

    def _empty(self) -> None:
        self._lock = threading.RLock()
        self._calls: OrderedDict[str, tuple[Call, int, int]] = OrderedDict()
        self._bytes = 0

    def open(self, destination: Hashable) -> None:
        """Somebody reads spans for this destination from now on."""
        with self._lock:
            self.readers[destination] += 1

    def close(self, destination: Hashable) -> None:
        """Somebody reads no more; when nobody does, nothing is kept."""
        with self._lock:
            self.readers[destination] -= 1
            if self.readers[destination] <= 0:
                del self.readers[destination]
            if not self.readers:
                self._calls.clear()
                self._bytes = 0

    def wanted(self, own: Hashable = None) -> bool:
        """Whether anybody reads spans for another destination than `own`."""
        return self._others(own) > 0

    def put(self, call: Call, own: Hashable = None) -> None:
        """Keep a call for those who read spans for other destinations than `own`; nothing is kept for nobody."""
        readers = self._others(own)
        if readers <= 0:
            return
        size = size_of(call)
        with self._lock:
            self._forget(call.id)
            self._calls[call.id] = call, size, readers
            self._bytes += size
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._calls)))

    def take(self, call_id: str) -> Call | None:
        """What was put, once for each destination; None where it is not, or no longer, kept."""
        with self._lock:
            known = self._calls.get(call_id)
            if known is None:
                return None
            call, size, readers = known
            if readers > 1:
                self._calls[call_id] = call, size, readers - 1
            else:
                self._forget(call_id)
            return call

    def _others(self, own: Hashable) -> int:
        return len(self.readers) - (own in self.readers)

    def _forget(self, call_id: str) -> None:
        forgotten = self._calls.pop(call_id, None)
        if forgotten is not None:
            self._bytes -= forgotten[1]


beside = Beside()
"""The one of this process."""

heard = Beside()
"""The same for calls of other instrumentation that keeps content off its spans, from its completion hook."""
