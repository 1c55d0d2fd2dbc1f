"""How long to wait before trying again. Pure: it knows nothing of HTTP, clocks or threads."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits with jitter, for as long as it takes.

    Args:
        first: seconds before the second try, before jitter.
        longest: the most seconds between two tries, unless the server asks for more.
        jitter: the share by which a wait is varied, so that many processes do not come back at once.
    """

    first: float = 1.0
    longest: float = 60.0
    jitter: float = 0.3

    def wait(self, failures: int, asked: float | None = None) -> float:
        """Seconds to wait after this many failures in a row.

        Args:
            failures: 1 after the first failure.
            asked: seconds the server asked for (``Retry-After``). Never waited less, and what is shorter than the first
                wait of our own does not make us try more often: a clock that is wrong turns dates into nothing.
        """
        planned = min(self.longest, self.first * 2.0 ** min(max(failures, 1) - 1, 32))
        varied = planned * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 -- spread, not secrecy
        if asked is None or asked < self.first:
            return max(varied, asked or 0.0)
        return asked * random.uniform(1, 1 + self.jitter / 3)  # noqa: S311 -- spread, not secrecy
