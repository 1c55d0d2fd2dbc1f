"""Spans whose parents have not been seen, and may come yet."""

from __future__ import annotations

from collections.abc import Iterable

from warpmetrics_otel.bridge.node import Key, Node


class Orphans:
    """Spans by the parents that they wait for."""

    def __init__(self) -> None:
        self._by_parent: dict[Key, dict[Node, None]] = {}

    def add(self, node: Node) -> None:
        """A span waits for its parent."""
        self._by_parent.setdefault((node.key[0], node.parent), {})[node] = None

    def claim(self, parent: Key) -> Iterable[Node]:
        """Those that waited for this parent, which is there now."""
        return self._by_parent.pop(parent, ())

    def remove(self, node: Node) -> None:
        """A span waits no more."""
        parent = node.key[0], node.parent
        waiting = self._by_parent.get(parent)
        if waiting is not None:
            waiting.pop(node, None)
            if not waiting:
                del self._by_parent[parent]
