"""One span of others while it is of interest: what is above it, and whether something waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.translate.dialects import Kind
from warpmetrics_otel.translate.views import KIND_INTERNAL, Event, Span

Key = tuple[int, int]
"""Trace and span id."""

_TYPES = {
    ids.RUN: (semconv.ENTITY_TYPE_RUN, semconv.WARPMETRICS_RUN_ID),
    ids.GROUP: (semconv.ENTITY_TYPE_GROUP, semconv.WARPMETRICS_GROUP_ID),
    ids.CALL: (semconv.ENTITY_TYPE_CALL, semconv.WARPMETRICS_CALL_ID),
}
_OWN_ID = dict(_TYPES.values())


class Node:
    """A span of others, open or ended.

    Args:
        key: which it is.
        parent: the id of the span above it; 0 where there is none.
        remote: whether that is known to be in another process.
        source: the span itself, as its owner has it.
    """

    __slots__ = (
        "above",
        "children",
        "ended",
        "events",
        "holds_call",
        "key",
        "kind",
        "parent",
        "remote",
        "roof",
        "size",
        "source",
        "told",
        "waiting",
    )

    def __init__(self, key: Key, parent: int, source: Any, *, remote: bool) -> None:
        self.key = key
        self.parent = parent
        self.remote = remote
        self.source = source
        self.above: Node | None = None
        self.roof: Span | None = None
        """The Warpmetrics entity it stands under directly, which ends the way upwards."""
        self.children = 0
        """How many of those beneath it are remembered."""
        self.ended = False
        self.kind: Kind | None = None
        self.waiting = False
        self.holds_call = False
        """Whether a call within it was told already: it is not another one."""
        self.told: str | None = None
        """The native id that it was told under."""
        self.size = 0
        self.events: Sequence[Event] = ()
        """What happened in it that is not on it."""

    def upwards(self) -> Iterator[Node]:
        """Itself, and all spans of others above it that are remembered."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.above

    @property
    def top(self) -> Node:
        """The highest of them."""
        node = self
        while node.above is not None:
            node = node.above
        return node


def entity_span(key: Key, native_id: str) -> Span:
    """What stands for a span that is an entity already: something to hang on, and no more."""
    kind, attribute = _TYPES[ids.kind_of(native_id) or ids.RUN]
    attributes = {semconv.WARPMETRICS_ENTITY_TYPE: kind, attribute: native_id}
    return Span(key[0], key[1], 0, "", KIND_INTERNAL, 0, 0, attributes)


def own_id(attributes: Mapping[str, Any]) -> str | None:
    """The native id of a run, group or call of Warpmetrics' own; None for any other span."""
    kind = attributes.get(semconv.WARPMETRICS_ENTITY_TYPE)
    name = _OWN_ID.get(kind) if isinstance(kind, str) else None
    native_id = None if name is None else attributes.get(name)
    return native_id if isinstance(native_id, str) else None


def size_of(span: Span) -> int:
    """The bytes of the texts on a span, about."""
    total = 0
    for attributes in (span.attributes, *(event.attributes for event in span.events)):
        for value in attributes.values():
            total += len(value) if type(value) in (str, bytes) else 32
    return total
