"""How many requests a minute are allowed, counted over a sliding window."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

_WINDOW_SECONDS = 60.0


class Rate:
    """Counts requests of one kind. Not thread-safe: its owner holds a lock.

    Args:
        per_minute: how many are allowed; None for any number.
        clock: seconds that never go back.
    """

    def __init__(self, per_minute: int | None, clock: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._times: deque[float] = deque()

    def wait(self) -> int | None:
        """Count a request: None when it is allowed, else the whole seconds after which one would be."""
        now = self._clock()
        while self._times and now - self._times[0] >= _WINDOW_SECONDS:
            self._times.popleft()
        if self.per_minute is None or len(self._times) < self.per_minute:
            self._times.append(now)
            return None
        oldest = self._times[0] if self._times else now
        return max(1, math.ceil(_WINDOW_SECONDS - (now - oldest)))
