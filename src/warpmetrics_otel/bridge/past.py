"""What is still known of spans that are over, in little: where they stood, for those beneath them that come late.

Bounded in number: the oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from warpmetrics_otel import ids
from warpmetrics_otel.bridge.node import Key, Node
from warpmetrics_otel.bridge.runs_told import RunsTold
from warpmetrics_otel.translate.bounded import remember
from warpmetrics_otel.translate.views import Span

MOST = 20_000
"""How many spans, entities and traces are remembered, of each."""

_MOST_STEPS = 64


class Past:
    """Spans that were, the entities among them, and traces whose runs have been told of, or not yet."""

    def __init__(self) -> None:
        self._gone: OrderedDict[Key, Key] = OrderedDict()
        self._tops: OrderedDict[Key, tuple[Span, bool]] = OrderedDict()
        self._entities: OrderedDict[Key, str] = OrderedDict()
        self.runs = RunsTold(MOST)
        """Those that were told, here or by recording."""
        self._verbs: OrderedDict[int, None] = OrderedDict()
        self._owed: OrderedDict[int, None] = OrderedDict()

    @property
    def owes(self) -> bool:
        """Whether there is a trace whose calls were told without their run."""
        return bool(self._owed)

    def entity(self, key: Key, native_id: str) -> None:
        """A span is this entity."""
        remember(self._entities, key, native_id, MOST)

    def recorded(self, trace_id: int, native_id: str) -> None:
        """An entity was recorded with Warpmetrics' own verbs, in this trace."""
        remember(self._verbs, trace_id, None, MOST)
        if ids.kind_of(native_id) == ids.RUN:
            self.runs.add(native_id)
            self._owed.pop(trace_id, None)

    def has_verbs(self, trace_id: int) -> bool:
        """Whether anything was, in this trace."""
        return trace_id in self._verbs

    def over(self, node: Node, sketch: Callable[[Any], Span]) -> None:
        """A span is forgotten."""
        if node.told is not None:
            self.entity(node.key, node.told)
        elif node.above is not None:
            remember(self._gone, node.key, node.above.key, MOST)
        elif node.roof is not None:
            remember(self._gone, node.key, (node.roof.trace_id, node.roof.span_id), MOST)
        else:
            # It may yet have to name a run, when what it has set going comes to a model.
            remember(self._tops, node.key, (sketch(node.source), node.remote), MOST)

    def top_over(self, key: Key, span: Span, *, remote: bool) -> None:
        """A span with nothing above it is over, unless it is known already what became of it."""
        if not any(key in known for known in (self._tops, self._entities, self._gone)):
            remember(self._tops, key, (span, remote), MOST)

    def way(self, key: Key) -> Iterator[Key]:
        """From a span upwards, as long as it is known."""
        for _ in range(_MOST_STEPS):
            yield key
            above = self._gone.get(key)
            if above is None:
                return
            key = above

    def told(self, key: Key) -> str | None:
        """The entity that a span is."""
        return self._entities.get(key)

    def target(self, key: Key) -> str | None:
        """The entity that a span is, or the run that its trace is, as far as they were told."""
        run_id = ids.run_id_of_trace(key[0])
        return self.told(key) or (run_id if run_id in self.runs else None)

    def top(self, key: Key) -> tuple[Span, bool] | None:
        """A forgotten span with nothing above it, in little, and whether what is above it is in another process."""
        return self._tops.get(key)

    def owe(self, trace_id: int) -> None:
        """Calls of this trace are told without their run."""
        remember(self._owed, trace_id, None, MOST)

    def pays(self, trace_id: int) -> bool:
        """Whether the run of this trace is owed; from now on it is not."""
        if trace_id not in self._owed:
            return False
        del self._owed[trace_id]
        return True
