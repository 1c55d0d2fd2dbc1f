"""What the clients that were passed to `warp()` tell: always the configuration in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warpmetrics_otel.capture.data import Captured
    from warpmetrics_otel.record.claims import Claims


class CurrentSink:
    """The sink of one `Warpmetrics`: a client is warped once, and the configuration may be replaced afterwards."""

    def __init__(self, claims: Callable[[], Claims]) -> None:
        self._claims = claims

    def enabled(self) -> bool:
        """Whether captured calls are wanted at all."""
        return self._claims().enabled()

    def started(self, captured: Captured) -> None:
        """A request is about to be sent."""
        self._claims().started(captured)

    def returned(self, captured: Captured, key: object) -> None:
        """The user's code gets `key` for this request."""
        self._claims().returned(captured, key)

    def finished(self, captured: Captured) -> None:
        """All is known of this request."""
        self._claims().finished(captured)
