"""How much is remembered of spans that wait for what is above them."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """What is remembered at most."""

    seconds: float = 10.0
    """How long an ended span waits for those above it to end."""
    entities: int = 10_000
    """How many spans wait; when there are more, the oldest tree goes as it is."""
    size: int = 32 * 1024 * 1024
    """How many bytes of texts are on them."""
    spans: int = 50_000
    """How many spans are remembered in all."""
