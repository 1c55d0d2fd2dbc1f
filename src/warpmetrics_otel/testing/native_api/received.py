"""A request as the stand-in got it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Received:
    """One request; header names are lower case."""

    number: int
    """Its index in `NativeApi.requests`."""
    method: str
    path: str
    """With the query."""
    headers: Mapping[str, str]
    arrived: float
    """`time.monotonic()` when its head had been read."""
    body: bytes = b""
    batch: dict[str, Any] | None = None
    """What a body for ``/v1/events`` holds, where it could be read."""
    taken: bool = False
    """Whether the batch is among `NativeApi.batches`."""
    status: int | None = None
    """What was answered; None while, or because, nothing was."""

    @property
    def route(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]
