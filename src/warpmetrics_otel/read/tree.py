"""Hang every group and call on the run or group that it belongs to.

The second step of putting chains together. What names its parent is believed; otherwise the spans above decide,
and otherwise the trace. Nothing is left hanging in the air: a run whose own span was not read is taken down as
missing.
"""

from __future__ import annotations

from operator import attrgetter

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.disjoint import DisjointSets
from warpmetrics_otel.read.index import Index
from warpmetrics_otel.read.model import Call, Entity, Group, Item, Parent, Run

_by_time = attrgetter("span.start_ns", "id")


def grow(index: Index) -> None:
    """Give every group and call in `index` its parent, and every parent its children in the order of time."""
    children = [entity for entity in index.entities.values() if not isinstance(entity, Run)]
    # Latest first, so that a circle is cut above the group that started first.
    children.sort(key=_by_time, reverse=True)
    # Runs that are only named are taken down first: they are what the rest of a trace without its root belongs to.
    for entity in children:
        entity.parent = _named_parent(index, entity)
        if entity.parent is None:
            _take_down_named_run(index, entity)
    beneath: DisjointSets[str] = DisjointSets()
    for entity in children:
        parent = entity.parent or _named_parent(index, entity) or _parent_above(index, entity)
        if isinstance(entity, Group) and isinstance(parent, Group):
            if beneath.representative(parent.id) == entity.id:
                parent = _run_of_trace(index, entity)
            else:
                beneath.merge(parent.id, entity.id)
        entity.parent = parent
        parent.children.append(entity)
    for above in index.entities.values():
        if isinstance(above, Parent):
            above.children.reverse()
            _name_after_groups(above)


def run_above(entity: Item) -> Run:
    """The run that an entity of a grown tree belongs to, itself if it is one."""
    above: Entity | None = entity
    while above is not None and not isinstance(above, Run):
        above = above.parent
    if above is None:
        raise ValueError(f"{entity.id} is in no tree: call grow() first")
    return above


def _named_parent(index: Index, entity: Group | Call) -> Parent | None:
    named = index.entities.get(entity.parent_id or "")
    return named if isinstance(named, Parent) and named is not entity else None


def _take_down_named_run(index: Index, entity: Group | Call) -> None:
    run_id = values.text(entity.attributes, semconv.WARPMETRICS_RUN_ID)
    for named in (entity.parent_id, run_id):
        if named is not None and ids.kind_of(named) == ids.RUN:
            index.missing_run(entity.span.trace_id, named)
            return


def _parent_above(index: Index, entity: Group | Call) -> Parent:
    seen: set[str] = set()
    below: Item = entity
    # A call is a leaf: what stands under one, because its client made it, belongs beside it.
    while below.span.span_id not in seen:
        seen.add(below.span.span_id)
        above = index.nearest(below.span.trace_id, below.span.parent_id)
        if above is None:
            break
        if isinstance(above, Parent) and above is not entity:
            return above
        below = above
    return _run_of_trace(index, entity)


def _run_of_trace(index: Index, entity: Group | Call) -> Run:
    return index.run_in(entity.span.trace_id, entity.span.start_ns) or index.missing_run(entity.span.trace_id)


def _name_after_groups(entity: Parent) -> None:
    """Groups repeat the label of their run, which is how a run that is still open gets one."""
    if isinstance(entity, Run) and entity.missing:
        labels = (values.text(child.attributes, semconv.GEN_AI_WORKFLOW_NAME) for child in entity.children)
        entity.span = entity.span._replace(name=next(filter(None, labels), ""))
