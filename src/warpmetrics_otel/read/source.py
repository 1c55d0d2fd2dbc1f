"""Where spans are read from, as everything that reads them sees it: a file, Jaeger or Tempo.

What a source could not give is said in its `incomplete`; that it could give nothing at all is a `SourceError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from warpmetrics_otel.read.spans import Span


class SourceError(Exception):
    """A source could not be read. Its text says what was asked, what came instead, and what helps.

    It holds no header, password or other secret.
    """


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs are wanted; None wants all of them. Times are nanoseconds since the epoch, both ends included."""

    since_ns: int | None = None
    until_ns: int | None = None
    service: str | None = None
    label: str | None = None


class Source(Protocol):
    """Something that holds spans."""

    @property
    def name(self) -> str:
        """What it is, for people, such as `Jaeger at http://127.0.0.1:16686`."""

    @property
    def incomplete(self) -> list[str]:
        """Why what was read so far is not all there is, a sentence each; empty when nothing is known to be missing."""

    @property
    def done(self) -> float | None:
        """How much of what is to be read has been read, from 0 to 1; None when that is not known."""

    def everything(self, selection: Selection) -> Iterator[Span]:
        """The spans of the runs that are wanted and of those that they follow, with others among them.

        Raises:
            SourceError: it cannot be read.
        """

    def chain_of(self, wanted: str, selection: Selection) -> Iterator[Span]:
        """The spans of the chain that something is part of, with others among them; none when it is not known.

        Args:
            wanted: a native id of any kind, a portable ref, a traceparent, or a trace id as 32 hex digits.
            selection: only its service and times matter, and only where something has to be searched for.

        Raises:
            SourceError: it cannot be read.
        """
