"""Several requests at once, their answers in order: a chain's traces are read by the hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

REQUESTS = 8
"""How many are under way at a time: what a backend takes for a person with a browser."""


def at_once(ask: Callable[[T], R], wanted: Iterable[T]) -> Iterator[R]:
    """Ask for each, and yield the answers in the same order.

    No more than a few answers are held. What asking raises is raised here, and the rest is not asked for.
    """
    waiting = iter(wanted)
    with ThreadPoolExecutor(REQUESTS) as pool:
        while some := list(islice(waiting, REQUESTS * 4)):
            yield from pool.map(ask, some) if len(some) > 1 else map(ask, some)
