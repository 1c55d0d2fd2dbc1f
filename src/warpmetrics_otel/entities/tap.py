"""What recording tells delivery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from warpmetrics_otel.entities.rows import Entity


class Tap(Protocol):
    """Where entities go as they come into being."""

    def take(self, entities: Sequence[Entity]) -> None:
        """Accept entities, parents no later than their children. Never raises, never blocks."""
        ...
