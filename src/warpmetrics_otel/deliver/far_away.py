"""What a span of ours hangs on that another process tells of, as its own context says: nothing here waits for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Entity, Run
from warpmetrics_otel.standing import is_open_here
from warpmetrics_otel.translate.order import needs, parents

_MAY_BE_OTHERS = (ids.RUN, ids.GROUP, ids.CALL)


def needed_from_elsewhere(span: ReadableSpan, entities: Sequence[Entity], *, busy: bool) -> Iterator[str]:
    """The ids of what the entities of a span hang on, as far as another process tells of it.

    Args:
        span: one of ours.
        entities: what it stands for.
        busy: whether spans of others are on their way in this process, which may turn out to be what it hangs on.
    """
    above = parents(entities)
    own = {entity.key for entity in entities}
    for entity in entities:
        host = _followed(span) if isinstance(entity, Run) else span.parent
        if host is not None and not host.is_remote:
            continue
        for need in needs(entity, above):
            if need not in own and not is_open_here(need) and not (busy and _may_be_others(need, host)):
                yield need


def _followed(run: ReadableSpan) -> SpanContext | None:
    """The span that carries the act a run follows; None where only the act's id was known."""
    for link in run.links:
        if (link.attributes or {}).get(semconv.WARPMETRICS_LINK_TYPE) == semconv.LINK_TYPE_FOLLOW_UP:
            return link.context
    return None


def _may_be_others(native_id: str, host: SpanContext | None) -> bool:
    """Whether an entity may be a span of somebody else's: the span ids of ours follow from their own."""
    if ids.kind_of(native_id) not in _MAY_BE_OTHERS:
        return False
    return host is None or ids.span_id_of(native_id) != host.span_id
