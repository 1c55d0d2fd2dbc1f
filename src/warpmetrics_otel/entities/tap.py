"""What recording tells delivery, and what delivery answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from warpmetrics_otel.entities.rows import Entity


class Tap(Protocol):
    """Where entities go as they come into being."""

    def take(self, entities: Iterable[Entity], follows: object = None) -> None:
        """Accept entities. Never raises, never blocks.

        Args:
            entities: parents no later than their children; `Later` ones may be made on another thread.
            follows: the name of the act that a run among them follows, where it is known: for metrics, since the act
                may have been recorded by another process.
        """
        ...


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the entities taken so far, in this process."""

    delivered: int = 0
    pending: int = 0
    """In memory: accepted, and lost with the process."""
    spooled: int = 0
    """On disk: accepted, and delivered by this process or the next."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Lost, by reason."""
    refusal: str | None = None
    """Why nothing is sent any more, where the server refused for good."""


class Delivery(Tap, Protocol):
    """A tap with an end: what a recorder needs of it."""

    @property
    def destination(self) -> Hashable:
        """Where it leads: the same for all that lead there."""
        ...

    def flush(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds."""
        ...

    def shutdown(self, seconds: float) -> Counts:
        """Send what waits, for at most so many seconds, and stop."""
        ...
