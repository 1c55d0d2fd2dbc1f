"""What waits under one top, and what is noted on its spans once it was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warpmetrics_otel.bridge.node import Node
from warpmetrics_otel.entities import Entity, Group, Run


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


def note(top: Node, groups: Mapping[str, Node], told: Iterable[Entity]) -> None:
    """Note what is an entity from now on, for those who come beneath it."""
    for entity in told:
        if isinstance(entity, Group) and entity.id in groups:
            groups[entity.id].told = entity.id
        elif isinstance(entity, Run) and top.told is None:
            top.told = entity.id


def mark(call: Node) -> None:
    """What is told of a call is not told again by a span around it that is about the same request."""
    for node in call.upwards():
        if node is not call and (node.kind == "group" or node.told is not None):
            return
        node.holds_call = True
