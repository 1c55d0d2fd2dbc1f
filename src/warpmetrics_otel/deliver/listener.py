"""Hearing of every span of a provider: what is above one that has just ended, where that is anybody's business.

That is asked and told on the agent's thread, for every span there is, most of which are about no LLM. So it keeps
nothing that lives longer than the spans do anyway but numbers and names of roots, has no lock since its dictionaries
are changed in single steps, calls hardly anything of its own on the way, and takes a span's id out of its context by
place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from opentelemetry.context import Context, get_current
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, get_current_span

from warpmetrics_otel import fork, semconv
from warpmetrics_otel.bridge.node import own_id
from warpmetrics_otel.standing import SCOPE, Standing, standing_in
from warpmetrics_otel.translate import views
from warpmetrics_otel.translate.dialects import registry

MOST_OPEN = 50_000
"""How many open spans are known; the oldest of more are forgotten."""

MOST_YOUNG = 4_000
"""Of so many spans with parents is known what they stand under, open or not; of the oldest of more if they are open."""

MOST_TOPS = 2_000
"""Of so many spans that are over, and had nothing above them in this process, is known what they were called."""

_MOST_KEPT = 10_000
_MOST_STANDING = 20_000
_MOST_STEPS = 100
_MOST_SCOPES = 1_000
_SPAN_ID: Final = 1
_NOBODYS = InstrumentationScope("")


class Above(NamedTuple):
    """What is above a span."""

    spans: list[ReadableSpan]
    """Those that are open, the nearest first."""
    entity: Standing | None
    """The Warpmetrics run or group that they, or it itself, stand under."""
    top: views.Span | None
    """Without any, what is above all of those where that is over."""


class Listener(SpanProcessor):
    """Passes on the spans of others that may be about a model with what is above them, and all of Warpmetrics' own."""

    def __init__(self) -> None:
        self._hears = True
        """Whether anybody wants to know."""
        self._ours = _NOBODYS
        """The scope of the last span of Warpmetrics."""
        self._theirs: dict[int, InstrumentationScope | None] = {}
        """Scopes of others by their address in memory: comparing them by name takes ten times as long."""
        self.forgotten = 0
        """How many open spans were forgotten."""
        self._start_afresh()
        fork.after_fork(self._start_afresh)

    def _start_afresh(self) -> None:
        self._open: dict[int, ReadableSpan] = {}
        """The spans of others that are under way."""
        self._watched: set[int] = set()
        """Those of them that something waits for."""
        self._standing: dict[int, Standing] = {}
        """The runs and groups of Warpmetrics that spans stand under directly."""
        self._young: dict[int, int] = {}
        """The parents of the spans that started last, and before those; some of them are open, and some are not."""
        self._old: dict[int, int] = {}
        self._entered: set[int] = set()
        """The open spans whose parents are in other processes."""
        self._tops: dict[int, tuple[str, int]] = {}
        """Name and start of the spans without a parent in this process that ended last beside something that was under
        way, and before those; of those too that something started beneath afterwards."""
        self._old_tops: dict[int, tuple[str, int]] = {}

    def _heard(self, span: ReadableSpan, above: Above) -> None:
        """A span of others has ended that may be about a model, or that something beneath it waits for."""
        raise NotImplementedError

    def _own_started(self, span: ReadableSpan) -> None:
        """A span of Warpmetrics has started."""

    def _own_ended(self, span: ReadableSpan) -> None:
        """A span of Warpmetrics has ended."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Take note of what may be above a call."""
        scope = span.instrumentation_scope
        if id(scope) not in self._theirs and self._is_ours(scope):
            self._own_started(span)
            return
        if not self._hears:
            return
        spans, parent, span_id = self._open, span.parent, span.context[_SPAN_ID]
        if parent is not None:
            parent_id, lineage = parent[_SPAN_ID], self._young
            lineage[span_id] = parent_id
            if parent_id not in spans:
                self._starts_late(span_id, parent, get_current() if parent_context is None else parent_context)
            if len(lineage) > MOST_YOUNG:
                self._age()
        elif len(spans) >= MOST_OPEN:
            self._forget_oldest()
        spans[span_id] = span

    def on_end(self, span: ReadableSpan) -> None:
        """Pass on a span that is somebody's business."""
        span_id = span.context[_SPAN_ID]
        if self._open.pop(span_id, None) is None and not self._is_known_after_all(span):
            return
        if self._watched and (span_id in self._watched or _is_evaluated(span)):
            # A look at events takes long, so that it waits for a model to have been asked.
            self._watched.discard(span_id)
            self._heard(span, self.above(span))
        elif (attributes := span.attributes) is not None and not registry.telling.isdisjoint(attributes):
            self._heard(span, self.above(span))
        if self._entered and span_id in self._entered:
            self._entered.discard(span_id)
            self._top_ended(span_id, span)
        elif span_id not in self._young and self._open and span_id not in self._old:
            self._top_ended(span_id, span)

    def _is_known_after_all(self, span: ReadableSpan) -> bool:
        """Whether a span of others whose start was not heard of is of interest; those of Warpmetrics are passed on."""
        if self._is_ours(span.instrumentation_scope):
            self._own_ended(span)
            return False
        return self._hears

    def _is_ours(self, scope: InstrumentationScope | None) -> bool:
        if scope is self._ours:
            return True
        if scope is not None and scope.name == SCOPE:
            self._ours = scope
            return True
        if len(self._theirs) > _MOST_SCOPES:
            self._theirs = {}
        self._theirs[id(scope)] = scope
        return False

    def watch(self, span_id: int) -> ReadableSpan | None:
        """The open span of this id, whose end is waited for from now on; None where it is not open."""
        span = self._open.get(span_id)
        if span is not None:
            self._watched.add(span_id)
        return span

    def way(self, span_id: int) -> Iterator[int]:
        """The ids of what is above a span that may be over, the nearest first, as far as that is known."""
        for _ in range(_MOST_STEPS):
            above = self._young.get(span_id) or self._old.get(span_id)
            if above is None:
                return
            yield above
            span_id = above

    def above(self, span: ReadableSpan) -> Above:
        """What is above a span. From now on the ends of those that are open are waited for."""
        spans: list[ReadableSpan] = []
        top: views.Span | None = None
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
                over, at = at, self._young.get(at) or self._old.get(at) or 0
                top = self._top(span.context.trace_id, over, at) or top
        return Above(spans, entity, top if entity is None else None)

    def _starts_late(self, span_id: int, parent: SpanContext, context: Context) -> None:
        """Take note of what is above a span whose parent is over, in another process, or of Warpmetrics."""
        current = get_current_span(context)
        above = current if isinstance(current, Span) and current.context.span_id == parent.span_id else None
        native_id = None if above is None else own_id(above.attributes or {})
        standing = standing_in(context) if native_id is None else Standing(native_id, parent, None)
        if standing is not None and standing.span.trace_id == parent.trace_id:
            self._stands(span_id, standing)
        elif parent.is_remote:
            self._entered.add(span_id)
        elif above is not None and (above.parent is None or above.parent.is_remote):
            self._top_ended(parent.span_id, above)

    def _top_ended(self, span_id: int, span: ReadableSpan) -> None:
        self._tops[span_id] = span.name, span.start_time or 0
        if len(self._tops) > MOST_TOPS:
            self._old_tops, self._tops = self._tops, {}

    def _top(self, trace_id: int, span_id: int, parent_id: int) -> views.Span | None:
        known = self._tops.get(span_id) or self._old_tops.get(span_id)
        if known is None:
            return None
        name, start_ns = known
        return views.Span(trace_id, span_id, parent_id, name, views.KIND_INTERNAL, start_ns, 0, {})

    def _stands(self, span_id: int, standing: Standing) -> None:
        self._standing[span_id] = standing
        if len(self._standing) > _MOST_STANDING:
            for oldest in [*islice(self._standing.copy(), _MOST_STANDING // 2)]:
                self._standing.pop(oldest, None)

    def _age(self) -> None:
        """Forget what started long ago, except for what is open and what that stands under."""
        if len(self._open) >= MOST_OPEN:
            self._forget_oldest()
        old, self._old, self._young = self._old, self._young, {}
        for span_id in [*islice(self._open.copy(), _MOST_KEPT)]:
            at = span_id
            for _ in range(_MOST_STEPS):
                above = self._old.get(at) or old.get(at)
                if above is None:
                    break
                self._old[at] = above
                at = above

    def _forget_oldest(self) -> None:
        oldest = [*islice(self._open.copy(), MOST_OPEN // 10)]
        self.forgotten += len(oldest)
        for span_id in oldest:
            self._open.pop(span_id, None)
            self._watched.discard(span_id)
            self._entered.discard(span_id)


def _is_evaluated(span: ReadableSpan) -> bool:
    return any(event.name == semconv.EVENT_EVALUATION_RESULT for event in span.events)
