"""What waits under one top, and what is noted on its spans once it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from warpmetrics_otel import ids
from warpmetrics_otel.bridge.node import Key, Node, entity_span
from warpmetrics_otel.bridge.past import Past
from warpmetrics_otel.entities import Call, Entity, Group, Run
from warpmetrics_otel.translate.answers import Answers, evaluations_of
from warpmetrics_otel.translate.foreign import call_id, failure_of, group_id, inferred_run
from warpmetrics_otel.translate.views import Span

_LOW_64 = (1 << 64) - 1


class Tree:
    """What waits under one top, in the order in which it ended."""

    __slots__ = ("nodes", "since")

    def __init__(self, since: float) -> None:
        self.nodes: list[Node] = []
        self.since = since

    def join(self, other: Tree) -> None:
        """Take in what waits under a top that has turned out to be beneath this one."""
        self.nodes += other.nodes
        self.since = min(self.since, other.since)


def note(top: Node, nodes: Mapping[str, Node], told: Iterable[Entity]) -> None:
    """Note what is an entity from now on, for those who come beneath it."""
    for entity in told:
        if isinstance(entity, Group | Call) and entity.id in nodes:
            nodes[entity.id].told = entity.id
        elif isinstance(entity, Run) and top.told is None:
            top.told = entity.id


def mark(call: Node) -> None:
    """What is told of a call is not told again by a span around it that is about the same request."""
    for node in call.upwards():
        if node is not call and (node.kind == "group" or node.told is not None):
            return
        node.holds_call = True


def seen(waiting: Iterable[Node], look: Callable[[Any], Span]) -> tuple[list[Span], dict[str, Node]]:
    """What waits with all above it, and what of them may become an entity, by id."""
    views: dict[Key, Span] = {}
    entities: dict[str, Node] = {}
    for first in waiting:
        for node in first.upwards():
            if node.key in views:
                break
            if node.told is not None:
                views[node.key] = entity_span(node.key, node.told)
                break
            span = views[node.key] = beneath(node, look(node.source))
            entities[group_id(span)] = node
            if node.waiting and node.kind is not None:
                entities[call_id(span)] = node
            if node.roof is not None:
                views[node.roof.trace_id, node.roof.span_id] = node.roof
    return [*views.values()], entities


def beneath(node: Node, span: Span) -> Span:
    """A span with all that happened in it, beneath what stands above it once those between are forgotten."""
    if node.events:
        span = span._replace(events=[*span.events, *node.events])
    above = node.above.key[1] if node.above is not None else node.roof.span_id if node.roof is not None else None
    return span if above is None or above == span.parent_span_id else span._replace(parent_span_id=above)


def ended_after(node: Node, span: Span, told: str, answers: Answers) -> list[Entity]:
    """What is new of a span that was told while it was under way."""
    failure = None
    if node.above is None and node.roof is None and node.parent != node.key[0] & _LOW_64:
        failure = failure_of(span, ids.run_id_of_trace(node.key[0]))
    is_call = ids.kind_of(told) == ids.CALL
    marks: list[Entity] = [*evaluations_of(span, told, answers, certain=is_call)]
    return marks if failure is None else [*marks, failure]


def evaluated_at(way: Sequence[Key], nodes: Mapping[Key, Node], past: Past) -> Key:
    """Which span an evaluation is about that was found in the first of these, which are above one another.

    That one, where it is known; else the nearest that is no call.
    """
    for key in way:
        node = nodes.get(key)
        native_id = past.told(key) if node is None else node.told
        is_call = ids.kind_of(native_id or "") == ids.CALL or (node is not None and node.kind not in (None, "group"))
        if (node is not None or native_id is not None) and (key == way[0] or not is_call):
            return key
    return way[0]


def late_run(top: Node, span: Span) -> list[Entity]:
    """The run of a trace whose calls were told before; none where the trace has turned out to be beneath one."""
    if top.roof is not None:
        return []
    run = inferred_run(span)
    top.told = run.id
    failure = failure_of(span, run.id)
    return [run] if failure is None else [run, failure]


def run_of_trace(trace_id: int, _: int) -> str:
    """The run that a trace is, whatever span is asked about."""
    return ids.run_id_of_trace(trace_id)
