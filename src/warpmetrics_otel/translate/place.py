"""Where the span of a native entity stands, and what came of the entity."""

from __future__ import annotations

from typing import NamedTuple

from warpmetrics_otel.translate.views import Event


class Place(NamedTuple):
    """The ids and times of a span, and the events on it."""

    trace_id: int
    span_id: int
    parent_span_id: int
    start_ns: int
    end_ns: int
    events: list[Event]


class Verdict(NamedTuple):
    """The last outcome of an entity."""

    name: str
    classification: str | None
