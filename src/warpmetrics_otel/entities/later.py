"""Entities that are made when somebody looks at them: what that takes is not the agent's time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from warpmetrics_otel.entities.rows import Entity


class Later:
    """Entities in the making. Iterating makes them, anew each time, on any thread.

    Args:
        make: makes the entities of the arguments.
        arguments: values that nobody changes any more.
        size: bytes of the texts among them, about.
    """

    __slots__ = ("_arguments", "_make", "size")

    def __init__(self, make: Callable[..., Sequence[Entity]], arguments: tuple[Any, ...], size: int) -> None:
        self._make = make
        self._arguments = arguments
        self.size = size

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._make(*self._arguments))
