"""What the wrapping needs to know of one provider's method: how to read requests, responses and streams.

Each provider file beside this one makes its own `Shape`; the wrapping knows no provider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from warpmetrics_otel.capture.data import CallData


class Pieces(Protocol):
    """The parts of one streamed answer, collected as they pass by."""

    def add(self, event: Any) -> bool:
        """Take in one event of the stream; True when the answer is whole, though the stream may go on."""
        ...

    def fill(self, data: CallData) -> None:
        """Write what was collected, be it the whole answer or a part of it."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """One method of a provider's client."""

    name: str
    request: Callable[[Mapping[str, Any]], CallData]
    """From the keyword arguments of the method."""
    respond: Callable[[CallData, Any], None]
    """From the response object of a request that was not streamed."""
    pieces: Callable[[], Pieces]
