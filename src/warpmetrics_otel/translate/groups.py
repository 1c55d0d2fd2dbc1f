"""A native group, with its link, and the span that stands for both."""

from __future__ import annotations

from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Group, Link
from warpmetrics_otel.translate.bags import SEARCH_OPTS, add_opts, opts_of
from warpmetrics_otel.translate.exact import add_native, corrected, difference, native_of, shown
from warpmetrics_otel.translate.links import add_parent, link_difference, link_of, native_link
from warpmetrics_otel.translate.marks import add_verdict
from warpmetrics_otel.translate.place import Place, Verdict
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.views import KIND_INTERNAL, Span, SpanView


def group_of(span: SpanView) -> tuple[Group, Link | None]:
    """The group that a span stands for, and its link where its parent is known."""
    attributes = span.attributes
    started = iso(span.start_ns)
    group = Group(
        attributes.get(semconv.WARPMETRICS_GROUP_ID) or f"wm_{ids.GROUP}_{span.span_id:016x}",
        span.name,
        opts_of(attributes),
        started,
    )
    link = link_of(attributes, group.id, ids.GROUP, started)
    native = native_of(attributes)
    if native is not None:
        group = Group.from_json(corrected(group.to_json(), native))
        link = native_link(link, native)
    return group, link


def group_span(group: Group, link: Link | None, place: Place, verdict: Verdict | None, run_label: str | None) -> Span:
    """The span of a group. `run_label` is that of the run it is part of, where that is known."""
    attributes: dict[str, Any] = {}
    add_opts(attributes, group.opts, search=SEARCH_OPTS)
    if run_label is not None:
        attributes[semconv.GEN_AI_WORKFLOW_NAME] = run_label
    status = add_verdict(attributes, verdict)
    add_parent(attributes, link)
    attributes[semconv.WARPMETRICS_ENTITY_TYPE] = semconv.ENTITY_TYPE_GROUP
    attributes[semconv.WARPMETRICS_GROUP_ID] = shown(group.id)
    name = shown(group.label)[:MAX_NAME_LENGTH] or semconv.ENTITY_TYPE_GROUP
    span = place.span(name, KIND_INTERNAL, attributes, status=status)
    said, said_link = group_of(span)
    native = difference(group.to_json(), said.to_json())
    add_native(attributes, native | link_difference(link, said_link))
    return span
