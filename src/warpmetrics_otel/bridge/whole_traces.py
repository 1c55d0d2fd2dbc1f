"""Spans of files, in whatever order -> entities, a trace at a time.

A trace is translated when the file is over, or when too much is in memory: then the one that came first goes as far as
it has come.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from warpmetrics_otel import semconv
from warpmetrics_otel.bridge.runs_told import RunsTold
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.translate.answers import Answers
from warpmetrics_otel.translate.dialects import may_hold_llm
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.order import parents_first
from warpmetrics_otel.translate.to_native import entities_of
from warpmetrics_otel.translate.views import Span

MOST_SPANS = 200_000
"""How many spans are in memory at most."""

_MOST_RUNS = 100_000


class WholeTraces:
    """Takes spans and gives entities.

    Args:
        infer_runs: whether a trace with an LLM call and no Warpmetrics run is a run.
        most: how many spans it holds.
    """

    def __init__(self, *, infer_runs: bool = True, most: int = MOST_SPANS) -> None:
        self._infer_runs = infer_runs
        self._most = most
        self._traces: OrderedDict[int, list[Span]] = OrderedDict()
        self._count = 0
        self._runs = RunsTold(_MOST_RUNS)
        self._answers = Answers()
        self.split = 0
        """How many traces were translated before the file was over, for lack of room."""

    def add(self, span: Span) -> list[Entity]:
        """Take a span; returns the entities of a trace that had to go for it."""
        if not may_hold_llm(span.attributes) and span.parent_span_id:
            # It may be between a call and an agent, and no more than that is asked of it.
            marks = [event for event in span.events if event.name == semconv.EVENT_EVALUATION_RESULT]
            span = span._replace(attributes={}, events=marks, links=())
        self._traces.setdefault(span.trace_id, []).append(span)
        self._count += 1
        if self._count <= self._most:
            return []
        self.split += 1
        return self._translated(*self._traces.popitem(last=False))

    def rest(self) -> Iterator[list[Entity]]:
        """The entities of every other trace, in the order in which they began."""
        while self._traces:
            yield self._translated(*self._traces.popitem(last=False))

    def _translated(self, _: int, spans: list[Span]) -> list[Entity]:
        self._count -= len(spans)
        own = [entity for span in spans for entity in entities_of(span)]
        others = foreign_to_native(spans, infer_runs=self._infer_runs, answers=self._answers)
        return parents_first(entity for entity in [*own, *others] if self._runs.is_new(entity))
