"""What is above a span that has just ended: the open spans of others, and what of ours those stand under.

It is asked and told on the agent's thread, for every span there is, most of which are about no LLM. So it keeps nothing
that lives longer than the spans do anyway but numbers, and has no lock: its dictionaries are changed in single steps.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from opentelemetry.context import Context, get_current
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, get_current_span

from warpmetrics_otel.bridge.node import own_id
from warpmetrics_otel.standing import Standing, standing_in
from warpmetrics_otel.translate.dialects import registry

MOST_OPEN = 50_000
"""How many open spans are known; the oldest of more are forgotten."""

_MOST_GONE = 4_000
_MOST_STANDING = 20_000
_MOST_STEPS = 100


class Above(NamedTuple):
    """What is above a span."""

    spans: list[ReadableSpan]
    """Those that are open, the nearest first."""
    entity: Standing | None
    """The Warpmetrics run or group that they, or it itself, stand under."""


class Ancestry:
    """The spans of one provider that are under way."""

    def __init__(self) -> None:
        self._open: dict[int, ReadableSpan] = {}
        self._watched: set[int] = set()
        """Open spans that something waits for."""
        self._standing: dict[int, Standing] = {}
        """The runs and groups of Warpmetrics that spans stand under directly."""
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self.forgotten = 0
        """How many open spans were forgotten."""

    def started(self, span: ReadableSpan, context: Context | None) -> None:
        """A span of others has started in this context; None stands for the current one."""
        spans, parent, span_id = self._open, span.parent, span.context.span_id
        if parent is not None and parent.span_id not in spans:
            standing = _standing(parent, get_current() if context is None else context)
            if standing is not None:
                self._stands(span_id, standing)
        spans[span_id] = span
        if len(spans) > MOST_OPEN:
            self._forget_oldest()

    def ended(self, span: ReadableSpan) -> Above | None:
        """A span of others has ended; what is above it, where it may be about a model or something waits for it."""
        span_id, parent, attributes = span.context.span_id, span.parent, span.attributes
        self._open.pop(span_id, None)
        if parent is not None:
            young = self._young
            young[span_id] = parent.span_id
            if len(young) > _MOST_GONE:
                self._old, self._young = young, {}
        if span_id in self._watched:
            self._watched.discard(span_id)
        elif attributes is None or registry.evidence.isdisjoint(attributes):
            return None
        return self.above(span)

    def watch(self, span_id: int) -> ReadableSpan | None:
        """The open span of this id, whose end is waited for from now on; None where it is not open."""
        span = self._open.get(span_id)
        if span is not None:
            self._watched.add(span_id)
        return span

    def above(self, span: ReadableSpan) -> Above:
        """What is above a span. From now on the ends of those that are open are waited for."""
        spans: list[ReadableSpan] = []
        entity = self._standing.get(span.context.span_id)
        at = 0 if span.parent is None else span.parent.span_id
        for _ in range(_MOST_STEPS):
            if entity is not None or not at:
                break
            found = self._open.get(at)
            if found is not None:
                spans.append(found)
                self._watched.add(at)
                entity = self._standing.get(at)
                at = 0 if found.parent is None else found.parent.span_id
            else:
                entity = self._standing.get(at)
                at = self._young.get(at) or self._old.get(at) or 0
        return Above(spans, entity)

    def _stands(self, span_id: int, standing: Standing) -> None:
        self._standing[span_id] = standing
        if len(self._standing) > _MOST_STANDING:
            for oldest in [*islice(self._standing.copy(), _MOST_STANDING // 2)]:
                self._standing.pop(oldest, None)

    def _forget_oldest(self) -> None:
        oldest = [*islice(self._open.copy(), MOST_OPEN // 10)]
        self.forgotten += len(oldest)
        for span_id in oldest:
            self._open.pop(span_id, None)
            self._watched.discard(span_id)


def _standing(parent: SpanContext, context: Context) -> Standing | None:
    """The run or group that is the parent, or that is in force where the parent was not recorded."""
    above = get_current_span(context)
    if isinstance(above, ReadableSpan) and above.context.span_id == parent.span_id:
        native_id = own_id(above.attributes or {})
        if native_id is not None:
            return Standing(native_id, parent, None)
    standing = standing_in(context)
    return None if standing is None or standing.span.trace_id != parent.trace_id else standing
