"""How long stopping may take, all mouths of a pipeline together: with a dead API each would wait as long again."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_SECONDS = 0.2
"""What the next one gets when another has used up the time."""

_TOGETHER_SECONDS = 10.0
"""Stops with less between them belong together, as at the end of a process."""


class Patience:
    """The time that those who stop have spent waiting.

    Args:
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent = 0.0
        self._last = float("-inf")

    def left(self, seconds: float) -> float:
        """What is left of so many seconds."""
        if self._clock() - self._last > _TOGETHER_SECONDS:
            self._spent = 0.0
        return max(seconds - self._spent, min(seconds, LEAST_SECONDS))

    def spend(self, since: float) -> None:
        """Somebody has waited since then."""
        self._last = self._clock()
        self._spent += self._last - since

    def now(self) -> float:
        """The time, by its clock."""
        return self._clock()
