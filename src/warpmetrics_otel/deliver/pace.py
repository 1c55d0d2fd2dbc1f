"""Keeping under the API's rate limit without being told."""

from __future__ import annotations

from collections import deque


class Pace:
    """Allows so many requests in any minute.

    Args:
        most: requests a minute; the API takes 1,000 on ingest.
    """

    def __init__(self, most: int = 900) -> None:
        self._times: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """Seconds until another request may be sent, at the monotonic time `now`."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(0.0, self._times[0] + 60.0 - now)

    def sent(self, now: float) -> None:
        """A request was sent."""
        self._times.append(now)
