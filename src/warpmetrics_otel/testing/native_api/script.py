"""What the stand-in was told to answer, and to which requests: a queue, and what holds until further notice."""

from __future__ import annotations

from collections import deque

from warpmetrics_otel.testing.native_api.reply import Reply

_HEALTHY = Reply()


class Script:
    """Replies by path. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self._next: dict[str, deque[Reply]] = {}
        self._always: dict[str, Reply] = {}

    def add(self, path: str, replies: tuple[Reply, ...]) -> None:
        """Answer the next requests for a path with these, one each."""
        self._next.setdefault(path, deque()).extend(replies)

    def set(self, path: str, reply: Reply) -> None:
        """Answer so whenever no reply is queued."""
        self._always[path] = reply

    def take(self, path: str) -> Reply:
        """The reply for a request that has just arrived."""
        queue = self._next.get(path)
        return queue.popleft() if queue else self._always.get(path, _HEALTHY)

    def clear(self) -> None:
        """Forget everything."""
        self._next.clear()
        self._always.clear()
