"""Which entity stands where: by id, by span, and by the spans above a span.

The first step of putting chains together. Spans may come in any order, more than once, in circles and with
holes, and must give the same index.
"""

from __future__ import annotations

from collections.abc import Iterable

from warpmetrics_otel.read.from_span import entity_from, is_carrier, missing_run, run_id_of
from warpmetrics_otel.read.model import Item, Run
from warpmetrics_otel.read.others import said_by_others
from warpmetrics_otel.read.spans import Event, Span


class Index:
    """The entities among some spans, and what is needed to find the one that another span belongs to."""

    def __init__(self, spans: Iterable[Span], *, infer_runs: bool = True) -> None:
        self.spans: dict[tuple[str, str], Span] = {}
        self.with_events: list[Span] = []
        for span in spans:
            key = span[:2]
            known = self.spans.get(key)
            if known is None or known.end_ns < span.end_ns:
                self.spans[key] = span
            if span.events:
                self.with_events.append(span)
            elif is_carrier(span):
                # Its event was lost, or never kept; the span repeats what it said.
                self.with_events.append(span._replace(events=(Event(span.name, span.start_ns, span.attributes),)))
        others = said_by_others(self.spans, infer_runs=infer_runs)
        self.spans.update(others)
        self.with_events.extend(span for span in others.values() if span.events)
        self.entities: dict[str, Item] = {}
        self._at: dict[tuple[str, str], str] = {}
        self._runs: dict[str, list[Run]] = {}
        for key, span in self.spans.items():
            entity = entity_from(span)
            if entity is not None:
                self._at[key] = entity.id
                self._keep(entity)
        for entity in self.entities.values():
            if isinstance(entity, Run):
                self._runs.setdefault(entity.span.trace_id, []).append(entity)

    def nearest(self, trace_id: str, span_id: str) -> Item | None:
        """The entity that a span stands for, else the nearest one above it whose way up is known."""
        seen: set[str] = set()
        while span_id and span_id not in seen:
            seen.add(span_id)
            entity_id = self._at.get((trace_id, span_id))
            if entity_id is not None:
                return self.entities[entity_id]
            span = self.spans.get((trace_id, span_id))
            if span is None:
                break
            span_id = span.parent_id
        return None

    def run_in(self, trace_id: str, at_ns: int) -> Run | None:
        """The run that something in a trace belongs to when no span says so.

        Several runs may share a trace; then it is the one that started last before `at_ns`, a time in
        nanoseconds since the epoch.
        """
        runs = self._runs.get(trace_id)
        if not runs:
            return None
        if len(runs) == 1:
            return runs[0]
        in_order = sorted(runs, key=lambda run: (run.span.start_ns, run.id))
        return next((run for run in reversed(in_order) if run.span.start_ns <= at_ns), in_order[0])

    def missing_run(self, trace_id: str, run_id: str | None = None) -> Run:
        """The run with this id, taken down as missing if it was not read.

        Without an id it is the run that the trace itself is.
        """
        run_id = run_id or run_id_of(trace_id)
        known = self.entities.get(run_id)
        if isinstance(known, Run):
            return known
        run = missing_run(run_id, trace_id)
        self.entities[run_id] = run
        self._runs.setdefault(trace_id, []).append(run)
        return run

    def _keep(self, entity: Item) -> None:
        known = self.entities.get(entity.id)
        if known is None or _worth(known) < _worth(entity):
            self.entities[entity.id] = entity


def _worth(entity: Item) -> tuple[int, str, str]:
    return (entity.span.end_ns, entity.span.trace_id, entity.span.span_id)
