"""How long tests wait for what is bound to happen, and what they do where a promise is about time."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

PATIENCE_S = 120.0
"""Seconds after which a test gives up on something that is bound to happen, however busy the machine is."""

_TRIES = 5


def in_time(attempt: Callable[[], Result], late: type[Exception]) -> Result:
    """Return what an attempt gives; one that raises `late` is repeated, a few times.

    A busy machine makes anything late now and then. What is late by itself is late every time.
    """
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except late:
            continue
    return attempt()
