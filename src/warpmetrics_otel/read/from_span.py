"""Spans -> what they stand for, each on its own, not yet in any tree."""

from __future__ import annotations

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.model import Call, Follows, Group, Item, Run
from warpmetrics_otel.read.spans import Link, Span


def entity_from(span: Span) -> Item | None:
    """The entity that a span stands for; None for carriers and for spans that are not Warpmetrics'."""
    attributes = span.attributes
    match attributes.get(semconv.WARPMETRICS_ENTITY_TYPE):
        # A span that lost its id still has its place in the tree.
        case semconv.ENTITY_TYPE_CALL:
            return Call(values.text(attributes, semconv.WARPMETRICS_CALL_ID) or span.span_id, span)
        case semconv.ENTITY_TYPE_GROUP:
            return Group(values.text(attributes, semconv.WARPMETRICS_GROUP_ID) or span.span_id, span)
        case semconv.ENTITY_TYPE_RUN:
            run_id = values.text(attributes, semconv.WARPMETRICS_RUN_ID) or run_id_of(span.trace_id)
            return Run(run_id, span, follows=_follows(span))
    return None


def missing_run(run_id: str, trace_id: str, label: str = "") -> Run:
    """A run whose own span was not read."""
    return Run(run_id, Span(trace_id, "", "", label, 0, 0, 0, 0, "", {}, (), (), {}, ""), missing=True)


def is_carrier(span: Span) -> bool:
    """Whether a span is there only to carry an outcome or an act to a span that had ended."""
    return span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE) == semconv.ENTITY_TYPE_CARRIER


def run_id_of(trace_id: str) -> str:
    """The id of the run that a trace is, when nothing but the trace is known."""
    try:
        return ids.run_id_of_trace(int(trace_id, 16))
    except (ValueError, OverflowError):
        return trace_id


_NOTHING = Follows()


def follow_up_link(span: Span) -> Link | None:
    """The link from a follow-up run's root to the span that carries its act.

    Several backends drop what a link says of itself. Then the root has to say that it is a follow-up, and
    its first link that does not say otherwise is the one.
    """
    types = [values.text(link.attributes, semconv.WARPMETRICS_LINK_TYPE) for link in span.links]
    if semconv.LINK_TYPE_FOLLOW_UP in types:
        return span.links[types.index(semconv.LINK_TYPE_FOLLOW_UP)]
    if None in types and any(values.text(span.attributes, key) for key in _ROOT_FOLLOWS):
        return span.links[types.index(None)]
    return None


_ROOT_FOLLOWS = (
    semconv.WARPMETRICS_ACT_ID,
    semconv.WARPMETRICS_FOLLOWS_RUN_ID,
    semconv.WARPMETRICS_FOLLOWS_ACT_NAME,
    semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME,
)


def follows_of_link(link: Link, run_id: str) -> Follows:
    """What the link from a run, which has `run_id`, to the one that follows it up says of the two."""
    said = link.attributes
    return Follows(
        act_id=values.text(said, semconv.WARPMETRICS_ACT_ID),
        act_name=values.text(said, semconv.WARPMETRICS_ACT_NAME),
        outcome_id=values.text(said, semconv.WARPMETRICS_OUTCOME_ID),
        outcome_name=values.text(said, semconv.WARPMETRICS_OUTCOME_NAME),
        run_id=values.text(said, semconv.WARPMETRICS_FOLLOWS_RUN_ID) or run_id,
    )


def _follows(span: Span) -> Follows | None:
    link = follow_up_link(span)
    root, linked = span.attributes, link.attributes if link else {}

    def said(on_link: str, on_root: str | None = None) -> str | None:
        return (values.text(root, on_root) if on_root else None) or values.text(linked, on_link)

    follows = Follows(
        act_id=said(semconv.WARPMETRICS_ACT_ID, semconv.WARPMETRICS_ACT_ID),
        act_name=said(semconv.WARPMETRICS_ACT_NAME, semconv.WARPMETRICS_FOLLOWS_ACT_NAME),
        outcome_id=said(semconv.WARPMETRICS_OUTCOME_ID),
        outcome_name=said(semconv.WARPMETRICS_OUTCOME_NAME, semconv.WARPMETRICS_FOLLOWS_OUTCOME_NAME),
        run_id=said(semconv.WARPMETRICS_FOLLOWS_RUN_ID, semconv.WARPMETRICS_FOLLOWS_RUN_ID),
    )
    return follows if link is not None or follows != _NOTHING else None
