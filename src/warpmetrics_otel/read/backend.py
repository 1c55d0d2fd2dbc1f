"""What a tracing backend can be asked: traces by their ids, and which traces hold an attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from warpmetrics_otel.read.spans import Span


class Window(NamedTuple):
    """From when to when, in nanoseconds since the epoch."""

    since_ns: int
    until_ns: int


class Found(NamedTuple):
    """Traces that a search found; `all` is false when there may be more."""

    trace_ids: set[str]
    all: bool


class Backend(Protocol):
    """A place of traces, asked over the network."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    @property
    def incomplete(self) -> list[str]:
        """Why an answer was not whole, a sentence each."""

    @property
    def requests(self) -> int:
        """How many requests it was asked so far."""

    def traces(self, trace_ids: Iterable[str]) -> Iterator[Span]:
        """The spans of traces (32 hex digits each), as they were stored; none of one that is not there.

        Raises:
            SourceError: it cannot be read.
        """

    def search(self, key: str, values: Sequence[str], window: Window, service: str | None) -> Found:
        """The traces with a span, or an event of one, that has one of these values for an attribute.

        Raises:
            SourceError: it cannot be searched.
        """
