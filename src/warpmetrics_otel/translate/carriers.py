"""Rows without a span of their own or of their target: each is the one event of a carrier span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Entity, Link
from warpmetrics_otel.translate.exact import add_native, native_of, shown
from warpmetrics_otel.translate.links import add_parent, link_difference, link_of, native_link
from warpmetrics_otel.translate.marks import act_of, outcome_of
from warpmetrics_otel.translate.place import Place
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.views import KIND_INTERNAL, Event, EventView, Span, SpanView
from warpmetrics_otel.translate.views import Link as SpanLink

_REPEATED = (
    semconv.WARPMETRICS_OUTCOME_NAME,
    semconv.WARPMETRICS_OUTCOME_ID,
    semconv.WARPMETRICS_ACT_NAME,
    semconv.WARPMETRICS_ACT_ID,
)


def marks_of(span: SpanView, target_id: str | None) -> Iterator[Entity]:
    """The outcomes and acts that are events of a span; the outcomes are the target's."""
    for event in span.events:
        mark: Entity | None = None
        if event.name == semconv.EVENT_OUTCOME:
            mark = outcome_of(event, target_id)
        elif event.name == semconv.EVENT_ACT:
            mark = act_of(event)
        if mark is not None:
            yield mark


def carried_by(span: SpanView) -> Iterator[Entity]:
    """What a carrier carries."""
    target_id = span.attributes.get(semconv.WARPMETRICS_TARGET_ID)
    yield from marks_of(span, target_id)
    for event in span.events:
        link = _link_of(event, target_id) if event.name == semconv.EVENT_LINK else None
        if link is not None:
            yield link


def carrier_span(event: Event, place: Place, target_id: str | None) -> Span:
    """A carrier of this event.

    Args:
        event: an outcome's, an act's or a link's.
        place: where it stands; without a parent in a trace of its own, for nothing says where its target is.
        target_id: what the event is about.
    """
    attributes: dict[str, Any] = {key: event.attributes[key] for key in _REPEATED if key in event.attributes}
    links: Sequence[SpanLink] = ()
    if place.parent_span_id:
        target = {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_TARGET}
        links = [SpanLink(place.trace_id, place.parent_span_id, target)]
    if target_id is not None:
        attributes[semconv.WARPMETRICS_TARGET_ID] = target_id
    attributes[semconv.WARPMETRICS_ENTITY_TYPE] = semconv.ENTITY_TYPE_CARRIER
    return place._replace(events=[event]).span(event.name, KIND_INTERNAL, attributes, links)


def link_event(link: Link, time_ns: int) -> Event:
    """The event of a link whose child's span is not at hand; its carrier's target is the child."""
    attributes: dict[str, Any] = {}
    add_parent(attributes, link)
    event = Event(semconv.EVENT_LINK, time_ns, attributes)
    add_native(attributes, link_difference(link, _link_of(event, shown(link.child_id))))
    return event


def _link_of(event: EventView, child_id: str | None) -> Link | None:
    if child_id is None:
        return None
    link = link_of(event.attributes, child_id, ids.kind_of(child_id), iso(event.time_ns))
    native = native_of(event.attributes)
    return link if native is None else native_link(link, native)
