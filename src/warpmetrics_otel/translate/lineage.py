"""How the spans of one trace hang together: which are runs, groups and calls, and what is nearest above each.

A span may be missing, or come later than those beneath it; in broken data spans hang on each other in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.translate.dialects import Dialect, Kind, registry
from warpmetrics_otel.translate.foreign import group_id
from warpmetrics_otel.translate.views import SpanView

Above = Callable[[int, int], str | None]
"""From the trace and id of a span that is not at hand to the run or group in force there; None when there is none."""

_OUR_IDS = {
    semconv.ENTITY_TYPE_RUN: semconv.WARPMETRICS_RUN_ID,
    semconv.ENTITY_TYPE_GROUP: semconv.WARPMETRICS_GROUP_ID,
    semconv.ENTITY_TYPE_CALL: semconv.WARPMETRICS_CALL_ID,
}


class _Call(NamedTuple):
    span: SpanView
    kind: Kind
    dialect: Dialect | None
    """None: it is ours."""


class _Standing(NamedTuple):
    parent_id: str | None
    """The run or group nearest above."""
    request: int | None
    """The call nearest above, with no run or group between: both are about one request."""


_NOWHERE = _Standing(None, None)


class Lineage:
    """The spans of one trace.

    Args:
        spans: all of them, by id.
        telling: those with evidence of being ours or about a model.
        above: what is in force above spans whose parents are missing.
    """

    def __init__(self, spans: Mapping[int, SpanView], telling: Iterable[SpanView], above: Above | None) -> None:
        self.spans = spans
        self.ours = False
        """Whether the trace holds a run, group or call of ours, or hangs on one."""
        self.groups: list[SpanView] = []
        """Others' spans that are groups."""
        self.entities: dict[int, str] = {}
        """The native ids of our runs, groups and calls, and of others' groups, by their spans."""
        self._trace_id = next(iter(spans.values())).trace_id
        self._above = above
        self._calls: dict[int, _Call] = {}
        self._groups: dict[str, SpanView] = {}
        self._standing: dict[int, _Standing] = {}
        for span in telling:
            if spans[span.span_id] is span:
                self._sort(span)
        self._inside: dict[int, list[int]] = {}
        """The calls within a call that are about the same request."""
        for span_id, call in self._calls.items():
            request = self._stand(span_id).request
            if request is not None and (call.dialect is None or call.span.end_ns) and self._same(request, call):
                self._inside.setdefault(request, []).append(span_id)
        for span in self.groups:
            self._stand(span.span_id)

    @property
    def holds_inference(self) -> bool:
        """Whether a request to a model, of others, has ended in it; embeddings are none."""
        return any(
            call.kind == "call" and call.dialect is not None and call.span.end_ns for call in self._calls.values()
        )

    def own_calls(self) -> Iterator[tuple[SpanView, str]]:
        """The spans of our calls, with their ids."""
        for span_id, call in self._calls.items():
            if call.dialect is None:
                yield call.span, self.entities[span_id]

    def requests(self) -> Iterator[SpanView]:
        """The spans that count as calls: ended, others', the innermost about their request."""
        for span_id, call in self._calls.items():
            if call.dialect is None or not call.span.end_ns or span_id in self._inside:
                continue
            if not any(around.dialect is None for around in self._around(span_id)):
                yield call.span

    def same_request(self, span_id: int) -> Iterator[SpanView]:
        """The ended spans around a call that are about its request and no other, the nearest first."""
        for around in self._around(span_id):
            if len(self._inside[around.span.span_id]) > 1:
                return
            if around.span.end_ns:
                yield around.span

    def parent_of(self, span_id: int) -> str | None:
        """The id of the run or group nearest above a span; None where none is known."""
        return self._stand(span_id).parent_id

    def entity_of(self, span_id: int) -> str:
        """The id of the group that a span is."""
        return self.entities[span_id]

    def group_called(self, native_id: str) -> SpanView | None:
        """The span of others' that is the group with this id."""
        return self._groups.get(native_id)

    def dialect_of(self, span_id: int) -> Dialect | None:
        """The convention of a span that is a call."""
        return self._calls[span_id].dialect

    def rename(self, span_id: int, native_id: str) -> None:
        """Let a span stand for this id, rather than for a group of its own."""
        group = self.entities.get(span_id)
        self.entities[span_id] = native_id
        if group is None or self._groups.pop(group, None) is None:
            return
        self.groups = [span for span in self.groups if span.span_id != span_id]
        for below, standing in self._standing.items():
            if standing.parent_id == group:
                self._standing[below] = standing._replace(parent_id=native_id)

    def top(self) -> SpanView:
        """The root; where that is missing, the earliest of the topmost spans above a request."""
        root = root_of(self.spans.values())
        if root is not None:
            return root
        return min(self._topmost(), key=_by_start)

    def _sort(self, span: SpanView) -> None:
        attributes, span_id = span.attributes, span.span_id
        kind_of_ours = attributes.get(semconv.WARPMETRICS_ENTITY_TYPE)
        if kind_of_ours is not None:
            name = _OUR_IDS.get(kind_of_ours) if isinstance(kind_of_ours, str) else None
            native_id = attributes.get(name) if name else None
            if isinstance(native_id, str):
                self.ours = True
                self.entities[span_id] = native_id
                if kind_of_ours == semconv.ENTITY_TYPE_CALL:
                    self._calls[span_id] = _Call(span, "call", None)
            return
        dialect = registry.find(attributes, span.scope)
        kind = None if dialect is None else dialect.kind(span.name, attributes, span.scope)
        if kind == "group":
            native_id = group_id(span)
            self.entities[span_id] = native_id
            self._groups[native_id] = span
            self.groups.append(span)
        elif kind is not None:
            self._calls[span_id] = _Call(span, kind, dialect)

    def _stand(self, span_id: int) -> _Standing:
        """Where a span stands; found out once for all the spans on the way up."""
        calls, entities, spans = self._calls, self.entities, self.spans
        standing = self._standing.get(span_id)
        if standing is not None:
            return standing
        path = [span_id]
        while standing is None:
            parent_id = spans[path[-1]].parent_span_id
            is_call = parent_id in calls
            if not is_call and parent_id in entities:
                standing = _Standing(entities[parent_id], None)
            elif parent_id not in spans:
                standing = self._outside(spans[path[-1]])
            elif len(path) > len(spans):
                standing = _NOWHERE
            else:
                standing = self._standing.get(parent_id)
                if standing is None:
                    path.append(parent_id)
                elif is_call:
                    standing = _Standing(standing.parent_id, parent_id)
        for below in reversed(path):
            # In a circle the first stays, so that nothing is about its own request.
            self._standing.setdefault(below, standing)
            if below in calls:
                standing = _Standing(standing.parent_id, below)
        return self._standing[span_id]

    def _outside(self, span: SpanView) -> _Standing:
        """Where a span stands whose parent is missing."""
        parent_id = span.parent_span_id
        if not parent_id:
            return _NOWHERE
        native_id = self._above(self._trace_id, parent_id) if self._above is not None else None
        if native_id is None and ids.is_run_of_trace(self._trace_id, parent_id):
            native_id = ids.run_id_of_trace(self._trace_id)
        if native_id is None and span.trace_state:
            native_id = ids.run_of_state(self._trace_id, _said_of_run(span.trace_state))
        if native_id is None:
            return _NOWHERE
        self.ours = True
        return _Standing(native_id, None)

    def _around(self, span_id: int) -> Iterator[_Call]:
        """The calls around one that are about the same request, the nearest first."""
        call = self._calls[span_id]
        while (request := self._stand(span_id).request) is not None and self._same(request, call):
            span_id, call = request, self._calls[request]
            yield call

    def _same(self, request: int, call: _Call) -> bool:
        around = self._calls[request]
        return around.kind == call.kind or around.dialect is None or call.dialect is None

    def _topmost(self) -> list[SpanView]:
        """The spans above requests whose own parents are missing; in a circle the requests themselves."""
        requests = [call.span for call in self._calls.values() if call.kind == "call"]
        seen: set[int] = set()
        tops: list[SpanView] = []
        for request in requests:
            span: SpanView | None = request
            while span is not None and span.span_id not in seen:
                seen.add(span.span_id)
                above = self.spans.get(span.parent_span_id)
                if above is None:
                    tops.append(span)
                span = above
        return tops or requests


def root_of(spans: Iterable[SpanView]) -> SpanView | None:
    """The root among the spans of one trace, the earliest where there are several; None where it is missing."""
    return min((span for span in spans if not span.parent_span_id), key=_by_start, default=None)


def _said_of_run(trace_state: str) -> str | None:
    entries = (entry.strip().partition("=") for entry in trace_state.split(","))
    return next((value for key, _, value in entries if key == ids.STATE_KEY), None)


def _by_start(span: SpanView) -> tuple[int, int]:
    return span.start_ns, span.span_id
