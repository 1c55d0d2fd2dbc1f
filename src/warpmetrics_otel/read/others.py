"""LLM spans of other instrumentation among those that were read, said again as Warpmetrics says them.

So a chain shows what the bridge tells the native API, under the same ids, whoever recorded it. Spans keep their place
and their times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Call, Entity, Group, Link, Outcome, Run
from warpmetrics_otel.read.from_span import entity_from
from warpmetrics_otel.read.spans import Event, Span
from warpmetrics_otel.read.viewed import viewed
from warpmetrics_otel.translate import views
from warpmetrics_otel.translate.calls import call_span
from warpmetrics_otel.translate.classification import BUILT_IN
from warpmetrics_otel.translate.dialects import kind_of, may_hold_llm
from warpmetrics_otel.translate.foreign import call_id, group_id
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.groups import group_span
from warpmetrics_otel.translate.lineage import root_of
from warpmetrics_otel.translate.marks import outcome_event
from warpmetrics_otel.translate.place import Place
from warpmetrics_otel.translate.runs import run_span
from warpmetrics_otel.translate.times import nanoseconds

Key: TypeAlias = tuple[str, str]
"""Trace and span id of a span."""


def said_by_others(spans: Mapping[Key, Span], *, infer_runs: bool = True) -> dict[Key, Span]:
    """What others' spans say, as spans of ours.

    Args:
        spans: all that were read, whoever made them.
        infer_runs: whether what is beneath no run of ours is a run itself.

    Returns:
        Those among them that stand for a run, a group or a call and are not Warpmetrics', with what Warpmetrics
        would have put on them, and those of anybody on which something was evaluated. Evaluations are events of
        outcomes.
    """
    traces: dict[str, list[Key]] = {span.trace_id: [] for span in spans.values() if _may_tell(span)}
    for key in spans:
        of_trace = traces.get(key[0])
        if of_trace is not None:
            of_trace.append(key)
    told: dict[Key, Span] = {}
    for keys in traces.values():
        # In an order of their own, which decides where spans hang on each other in a circle.
        seen = {key: view for key in sorted(keys) if (view := viewed(spans[key])) is not None}
        told.update(_Trace(spans, seen, infer_runs=infer_runs).said())
    return told


def _may_tell(span: Span) -> bool:
    return semconv.WARPMETRICS_ENTITY_TYPE not in span.attributes and may_hold_llm(span.attributes)


class _Trace:
    def __init__(self, spans: Mapping[Key, Span], seen: Mapping[Key, views.Span], *, infer_runs: bool) -> None:
        self._spans = spans
        self._seen = seen
        self._told = foreign_to_native(seen.values(), infer_runs=infer_runs)
        self._links = {entity.child_id: entity for entity in self._told if isinstance(entity, Link)}
        # All that names a run whose root is in another process.
        label = next((entity.label for entity in self._told if isinstance(entity, Run)), None)
        self._repeated = {} if label is None else {semconv.GEN_AI_WORKFLOW_NAME: label}

    def said(self) -> dict[Key, Span]:
        """Each span that tells something."""
        if not self._told:
            return {}
        places = dict(self._places())
        said: dict[Key, Span] = {}
        for entity in self._told:
            key = places.get(entity.ref_id if isinstance(entity, Outcome) else entity.key)
            if key is None:
                continue
            if isinstance(entity, Outcome):
                span = said.get(key, self._spans[key])
                said[key] = span._replace(events=(*span.events, _outcome(entity, span)))
                continue
            span, view = self._spans[key], self._seen[key]
            if key in said:
                # A request that is a whole trace: its span is the run, and the call takes the place of its own id.
                span = span._replace(span_id=f"{ids.span_id_of(entity.key):016x}", parent_id=span.span_id, events=())
                key = places[entity.key] = (span.trace_id, span.span_id)
            said[key] = self._entity(entity, span, view)
        return said

    def _places(self) -> Iterator[tuple[str, Key]]:
        """The native ids of what spans stand for, with the spans' keys."""
        for key, view in self._seen.items():
            ours = entity_from(self._spans[key])
            if ours is not None:
                yield ours.id, key
            elif (kind := kind_of(view.name, view.attributes, view.scope)) is not None:
                yield (group_id if kind == "group" else call_id)(view), key
        root = root_of(self._seen.values())
        if root is not None and any(isinstance(entity, Run) for entity in self._told):
            yield ids.run_id_of_trace(root.trace_id), next(key for key, view in self._seen.items() if view is root)

    def _entity(self, entity: Entity, span: Span, view: views.Span) -> Span:
        link = self._links.get(entity.key)
        place = Place(view.trace_id, view.span_id, view.parent_span_id, view.start_ns, view.end_ns, [])
        if isinstance(entity, Call):
            said = call_span(entity, link, place, None, content=False)
        elif isinstance(entity, Group):
            said = group_span(entity, link, place, None, None)
        elif isinstance(entity, Run):
            said = run_span(entity, place, None, None)
        else:
            raise TypeError(f"others' spans stand for runs, groups and calls, and not for {entity!r}")
        told = said if said.status_code else span
        return span._replace(
            name=said.name,
            attributes={**self._repeated, **said.attributes},
            status_code=told.status_code,
            status_message=told.status_message,
        )


def _outcome(outcome: Outcome, span: Span) -> Event:
    time_ns = nanoseconds(outcome.timestamp)
    name = str(outcome.name)
    event = outcome_event(
        outcome, outcome.ref_id, span.end_ns if time_ns is None else time_ns, BUILT_IN.get(name.casefold())
    )
    return Event(event.name, event.time_ns, dict(event.attributes))
