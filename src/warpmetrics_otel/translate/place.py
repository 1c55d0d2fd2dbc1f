"""Where the span of a native entity stands, and what came of the entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from warpmetrics_otel.translate.views import STATUS_UNSET, Event, Link, Span


class Place(NamedTuple):
    """The ids and times of a span, and the events on it."""

    trace_id: int
    span_id: int
    parent_span_id: int
    start_ns: int
    end_ns: int
    events: list[Event]

    def span(
        self,
        name: str,
        kind: int,
        attributes: dict[str, Any],
        links: Sequence[Link] = (),
        status: tuple[int, str] = (STATUS_UNSET, ""),
    ) -> Span:
        """The span that stands here; its status is a code and a description."""
        at = self.trace_id, self.span_id, self.parent_span_id
        return Span(*at, name, kind, self.start_ns, self.end_ns, attributes, self.events, links, *status)


class Verdict(NamedTuple):
    """The last outcome of an entity."""

    name: str
    classification: str | None
