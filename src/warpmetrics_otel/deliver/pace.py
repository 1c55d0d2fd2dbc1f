"""Keeping under the API's rate limit without being told.

A bucket of tokens: a few requests may follow each other at once, and from then on they are spread evenly. A window that
only counted would let a busy minute be used up at its beginning, and nothing would leave for the rest of it.
"""

from __future__ import annotations


class Pace:
    """Allows so many requests in any minute.

    Args:
        most: requests a minute; the API takes 1,000 on ingest.
        at_once: how many of them may follow each other without a pause.
    """

    def __init__(self, most: int = 900, at_once: int = 120) -> None:
        # What a minute can see at most is a full bucket and what flows in during it.
        self._per_second = (most - at_once) / 60.0
        self._size = float(at_once)
        self._tokens = float(at_once)
        self._at = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until another request may be sent, at the monotonic time `now`."""
        return max(0.0, (1.0 - self._level(now)) / self._per_second)

    def sent(self, now: float) -> None:
        """A request was sent."""
        self._tokens = self._level(now) - 1.0
        self._at = max(now, self._at)

    def _level(self, now: float) -> float:
        return min(self._size, self._tokens + max(now - self._at, 0.0) * self._per_second)
