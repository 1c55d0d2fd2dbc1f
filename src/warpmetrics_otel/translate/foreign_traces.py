"""Others' spans -> native entities, a trace at a time: what hangs on what, what counts once, and what never leaves.

Warpmetrics spans among them serve as what others hang on; they are translated by `to_native`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from warpmetrics_otel.entities import Call, Entity
from warpmetrics_otel.translate.answers import Answered, Answers, answer_id, evaluations_of
from warpmetrics_otel.translate.call_rows import ContentLookup
from warpmetrics_otel.translate.dialects import registry
from warpmetrics_otel.translate.foreign import (
    call_id,
    call_link,
    completed,
    failure_of,
    foreign_call,
    foreign_group,
    inferred_run,
)
from warpmetrics_otel.translate.lineage import Above, Lineage
from warpmetrics_otel.translate.twins import twins
from warpmetrics_otel.translate.views import SpanView


def foreign_to_native(
    spans: Iterable[SpanView],
    *,
    above: Above | None = None,
    content: ContentLookup | None = None,
    infer_runs: bool = True,
    answers: Answers | None = None,
) -> list[Entity]:
    """Translate spans in any order.

    Args:
        spans: of one trace or many, of whomever. Those that have not ended serve as what others hang on; of them
            only groups are translated.
        above: what is in force where a span's parent is not among `spans`.
        content: from a call's id to what was said in it, as far as that is known from elsewhere.
        infer_runs: whether a trace with a request to a model and without a run of ours is a run itself. Without that,
            what hangs on no run or group of ours is left out.
        answers: those of calls that were told before, to which those that are told now are added.

    Returns:
        The entities of others' spans, parents before their children.
    """
    known = spans if isinstance(spans, Sequence) else [*spans]
    answers = Answers() if answers is None else answers
    tells_nothing = registry.evidence.isdisjoint
    telling: dict[int, list[SpanView]] = {}
    for span in [span for span in known if not tells_nothing(span.attributes)]:
        telling.setdefault(span.trace_id, []).append(span)
    traces: dict[int, dict[int, SpanView]] = {trace_id: {} for trace_id in telling}
    for span in known:
        # Most traces are about no model, and are not looked at any more.
        trace = traces.get(span.trace_id)
        if trace is not None:
            trace[span.span_id] = span
    entities: list[Entity] = []
    for trace_id, found in telling.items():
        lineage = Lineage(traces[trace_id], found, above)
        if lineage.ours or (infer_runs and lineage.holds_inference):
            entities += _Trace(lineage, content, answers).entities()
        else:
            del traces[trace_id]
    for span in known:
        if span.events and span.trace_id not in traces:
            # Whoever evaluates may be about no model itself.
            entities += evaluations_of(span, None, answers, certain=False)
    return entities


class _Trace:
    """One trace as it becomes entities.

    Args:
        lineage: how its spans hang together.
        content: see `foreign_to_native`.
        answers: likewise.
    """

    def __init__(self, lineage: Lineage, content: ContentLookup | None, answers: Answers) -> None:
        self._lineage, self._content, self._answers = lineage, content, answers
        self._top = None if lineage.ours else lineage.top()
        self._run = None if self._top is None else inferred_run(self._top)
        self._placed: dict[str, bool] = {}
        """Whether a group hangs, in the end, on a run."""
        self._calls: dict[int, str] = {}
        """The ids of the calls that counted, by their spans."""
        self._said: dict[int, Call] = {}

    def entities(self) -> Iterator[Entity]:
        """All of it, parents before their children."""
        lineage = self._lineage
        if self._top is not None and self._run is not None:
            yield self._run
            if not self._top.parent_span_id:
                # The root itself is the run; a root that is in another process may be one too, but not this span.
                lineage.rename(self._top.span_id, self._run.id)
        for span in lineage.groups:
            yield from self._group(span)
        requests = [*lineage.requests()]
        around = twins(requests, self._said_in)
        of = {inner.span_id: lineage.spans[outer] for outer, inner in around.items()}
        for span in requests:
            if span.span_id not in around:
                yield from self._call(span, of.get(span.span_id))
        for span, native_id in lineage.own_calls():
            self._calls[span.span_id] = native_id
            yield from self._answered(span, native_id)
        for span in lineage.spans.values():
            if span.events:
                is_call = span.span_id in self._calls
                yield from evaluations_of(span, self._target(span), self._answers, certain=is_call)
        if self._top is not None and self._run is not None:
            failure = failure_of(self._top, self._run.id)
            if failure is not None:
                yield failure

    def _group(self, span: SpanView) -> Iterator[Entity]:
        lineage = self._lineage
        path: list[tuple[SpanView, str | None]] = []
        hangs = True
        current: SpanView | None = span
        while current is not None:
            own = lineage.entity_of(current.span_id)
            if own in self._placed:
                hangs = self._placed[own]
                break
            # Until it is known that it does: what hangs on itself never will.
            self._placed[own] = False
            parent = self._parent_of(current)
            path.append((current, parent))
            current = None if parent is None else lineage.group_called(parent)
            hangs = parent is not None
        for group, parent in reversed(path):
            if hangs and parent is not None:
                own = lineage.entity_of(group.span_id)
                self._placed[own] = True
                yield from foreign_group(group, parent, own)

    def _call(self, span: SpanView, twin: SpanView | None) -> Iterator[Entity]:
        parent = self._parent_of(span)
        if twin is not None:
            parent = self._lower(parent, self._parent_of(twin))
        if parent is None or not self._placed.get(parent, True):
            return
        call = self._said_in(span)
        arounds = (*self._lineage.same_request(span.span_id), *(() if twin is None else (twin,)))
        for around in arounds:
            call = completed(call, self._said_in(around))
            self._calls[around.span_id] = call.id
        self._calls[span.span_id] = call.id
        yield call
        yield call_link(call, parent)
        for one in (span, *arounds):
            yield from self._answered(one, call.id)

    def _answered(self, span: SpanView, native_id: str) -> Iterator[Entity]:
        answer = answer_id(span.attributes)
        if answer is not None:
            yield from self._answers.told(answer, Answered(span.trace_id, span.span_id, native_id))

    def _lower(self, parent: str | None, other: str | None) -> str | None:
        """The second of two entities, if it is somewhere below the first."""
        above = other
        while above is not None and above != parent:
            group = self._lineage.group_called(above)
            above = None if group is None or not self._placed.get(above, True) else self._parent_of(group)
        return other if above is not None or parent is None else parent

    def _said_in(self, span: SpanView) -> Call:
        call = self._said.get(span.span_id)
        if call is None:
            # Content beside spans is there for the taking, once.
            said = None if self._content is None else self._content(call_id(span))
            call = self._said[span.span_id] = foreign_call(span, said, self._lineage.dialect_of(span.span_id))
        return call

    def _parent_of(self, span: SpanView) -> str | None:
        return self._lineage.parent_of(span.span_id) or (None if self._run is None else self._run.id)

    def _target(self, span: SpanView) -> str | None:
        found = self._calls.get(span.span_id) or self._lineage.entities.get(span.span_id) or self._parent_of(span)
        return found if found is not None and self._placed.get(found, True) else None
