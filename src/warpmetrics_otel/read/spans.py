"""Spans as they are read back, whatever they were stored in.

They are somebody else's data: any attribute may hold any value, and any text may be missing. Nothing here
knows what Warpmetrics puts on a span.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

Attributes: TypeAlias = dict[str, Any]
"""Decoded attributes: str, bool, int, float, bytes, list, dict or None."""

STATUS_ERROR = 2
"""The status code of a span that failed, as OTLP numbers it."""


class Event(NamedTuple):
    """Something that happened at a moment of a span. Its time is in nanoseconds since the epoch."""

    name: str
    time_ns: int
    attributes: Attributes


class Link(NamedTuple):
    """A pointer from a span to another one, which may be in another trace. Ids are lower-case hex."""

    trace_id: str
    span_id: str
    attributes: Attributes


class Span(NamedTuple):
    """One span. Ids are lower-case hex, `parent_id` is empty on a root; times are nanoseconds since the epoch.

    `kind` and `status_code` are numbered as in OTLP.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: int
    start_ns: int
    end_ns: int
    status_code: int
    status_message: str
    attributes: Attributes
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    resource: Attributes
    scope: str
    trace_state: str = ""
    """What travels with the traceparent, as in the W3C header."""
