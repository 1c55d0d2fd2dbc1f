"""Spans -> native entities: one path for live spans, ended ones, and those that were decoded from OTLP.

Spans that say of themselves what they are in Warpmetrics are taken at their word; what others' stand for is found
out a trace at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warpmetrics_otel import semconv
from warpmetrics_otel.entities import Call, Entity, Group, Run
from warpmetrics_otel.translate.call_rows import Content, ContentLookup
from warpmetrics_otel.translate.calls import call_of
from warpmetrics_otel.translate.carriers import carried_by, marks_of
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.groups import group_of
from warpmetrics_otel.translate.order import parents_first
from warpmetrics_otel.translate.runs import run_of
from warpmetrics_otel.translate.views import SpanView


def spans_to_native(
    spans: Iterable[SpanView], content: ContentLookup | None = None, *, infer_runs: bool = True
) -> list[Entity]:
    """Translate spans in any order.

    Args:
        spans: of one trace or many, of Warpmetrics or not.
        content: from a call's id to what was said in it; where that gives None, or is None, what the span says.
        infer_runs: whether a trace with a request to a model and without a run of ours is a run itself.

    Returns:
        The entities, parents before their children.
    """
    spans = [*spans]
    entities = [entity for span in spans for entity in entities_of(span, content)]
    return parents_first(entities + foreign_to_native(spans, content=content, infer_runs=infer_runs))


def entities_of(span: SpanView, content: ContentLookup | None = None) -> Iterator[Entity]:
    """What one span stands for: its row, its link, its outcomes and acts; nothing for a span that is not ours."""
    row: Run | Group | Call
    link = None
    match span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE):
        case semconv.ENTITY_TYPE_CALL:
            row, link = call_of(span, _content_of(span, content))
        case semconv.ENTITY_TYPE_RUN:
            row = run_of(span)
        case semconv.ENTITY_TYPE_GROUP:
            row, link = group_of(span)
        case semconv.ENTITY_TYPE_CARRIER:
            yield from carried_by(span)
            return
        case _:
            return
    yield row
    if link is not None:
        yield link
    if span.events:
        yield from marks_of(span, row.id)


def _content_of(span: SpanView, content: ContentLookup | None) -> Content | None:
    call_id = span.attributes.get(semconv.WARPMETRICS_CALL_ID)
    return None if content is None or not isinstance(call_id, str) else content(call_id)
