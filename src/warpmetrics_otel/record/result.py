"""What `flush` and `shutdown` answer."""

from __future__ import annotations

from dataclasses import dataclass
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

    def __bool__(self) -> bool:
        return self.exported != "failed" and self.open_runs == 0
