"""What `flush` and `shutdown` answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Exported = Literal["flushed", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class FlushResult:
    """What is outstanding after a flush; true only when nothing is, as far as can be known."""

    exported: Exported
    """Of the provider we made: ``flushed`` or ``failed``. ``unknown`` with a provider of the user's, whose processors
    answer True whatever happened."""
    open_runs: int
    """How many runs have not ended, and so were not exported."""
    delivered: int = 0
    """How many entities the native API has taken from this process."""
    pending: int = 0
    """How many wait in memory for the native API."""
    spooled: int = 0
    """How many wait on disk for the native API; the next process delivers what this one does not."""
    dropped: dict[str, int] = field(default_factory=dict)
    """How many entities were lost on the way to the native API, by reason."""
    refusal: str | None = None
    """Why the native API takes nothing any more, where that is so."""

    def __bool__(self) -> bool:
        outstanding = self.open_runs or self.pending or self.spooled or self.dropped
        return self.exported != "failed" and not outstanding
