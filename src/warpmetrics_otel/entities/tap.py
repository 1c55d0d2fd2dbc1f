"""What recording tells delivery, and what delivery answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from warpmetrics_otel.entities.rows import Entity

Fact = tuple[Any, ...]
"""What metrics count of an entity: its kind and id; then, of a run, its label, its act's id and that act's name, where
they are known; of a call, provider, model, tokens, cost (ABSENT where nobody said it) and start, as native rows may
have it; of an outcome or act, what it is about and its name."""

Written = tuple[tuple[str, ...], tuple[bytes, ...], Fact | None]
"""An entity as it is sent, and then its link if it has one: their keys, their records (`translate.records`), and what
is counted of the entity."""

Told = tuple[Any, ...]
"""A function that makes entities, followed by what it makes them of: the function is called with the whole tuple, and
gives what is `Written` of them."""


class Tap(Protocol):
    """Where entities go as they come into being."""

    def take(self, entities: Iterable[Entity]) -> None:
        """Accept entities, parents no later than their children. Never raises, never blocks."""
        ...

    @property
    def take_later(self) -> Callable[[Told, int], None]:
        """Accept a run, group or call in the making: what that takes is not the agent's time. Never raises or blocks.

        Args:
            told: what they are made of; its first item makes them, once, on any thread.
            size: bytes of the texts in it, about.
        """
        ...

    @property
    def take_mark(self) -> Callable[[Told, int], None]:
        """Likewise an outcome or act, which may be about what others than the recorder tell of."""
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
