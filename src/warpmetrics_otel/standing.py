"""By what recording is known to those who see only spans: its scope, and the place of what is in force in a context.

Spans of others name their parent by a span id alone, and that may be the id of a span which nobody else has seen.
"""

from __future__ import annotations

from typing import Protocol

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext

SCOPE = "warpmetrics_otel"
"""The name of the instrumentation scope of recording."""

KEY = otel_context.create_key("warpmetrics_otel")
"""The key."""


class _Handle(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def span(self) -> Span: ...


class _Node(Protocol):
    @property
    def handle(self) -> _Handle: ...


def standing_in(context: Context) -> tuple[str, SpanContext] | None:
    """The native id and the span of the run or group that is in force in a context; None without one."""
    node: _Node | None = context.get(KEY)  # type: ignore[assignment]
    return None if node is None else (node.handle.id, node.handle.span.get_span_context())
