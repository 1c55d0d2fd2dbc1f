"""Trees of spans of others, until they are whole or have waited long enough, and are then translated together.

A call ends before the spans above it, and what those are is often said only when they end: whether it hangs on
an agent or on the run, and whether it is a request of its own. Nothing here has a lock or a clock of its own.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from warpmetrics_otel import ids
from warpmetrics_otel.bridge.limits import Limits
from warpmetrics_otel.bridge.node import Key, Node, entity_span, own_id, size_of
from warpmetrics_otel.bridge.orphans import Orphans
from warpmetrics_otel.bridge.past import Past
from warpmetrics_otel.bridge.tree import Tree, ended_after, evaluated_at, late_run, mark, note, run_of_trace, seen
from warpmetrics_otel.entities import Entity
from warpmetrics_otel.translate.answers import Answered, Answers, evaluations_of
from warpmetrics_otel.translate.call_rows import ContentLookup
from warpmetrics_otel.translate.dialects import Kind
from warpmetrics_otel.translate.evaluations import evaluation_outcome
from warpmetrics_otel.translate.foreign_traces import foreign_to_native
from warpmetrics_otel.translate.views import Event, Span


class Gathering:
    """Spans of others in, entities out.

    Args:
        look: from a span as its owner has it to what translation sees.
        sketch: the same without attributes and events, which is all that is kept of most.
        sees_starts: whether every span is told of when it starts, so that one which was not will not come.
        infer_runs: whether a trace with an LLM call and no Warpmetrics run above it is a run.
        limits: what is remembered at most.
        accepts: whether what hangs on the run or group of this id is to be told.
        content: from a call's id to what was said in it, where that is not on its span.
        answered: calls of Warpmetrics' own by the ids of their answers, to be taken; they may be added at any time.
    """

    def __init__(
        self,
        look: Callable[[Any], Span],
        sketch: Callable[[Any], Span],
        *,
        sees_starts: bool,
        infer_runs: bool = True,
        limits: Limits | None = None,
        accepts: Callable[[str], bool] = lambda _: True,
        content: ContentLookup | None = None,
        answered: deque[tuple[str, Answered]] | None = None,
    ) -> None:
        self._look = look
        self._sketch = sketch
        self._sees_starts = sees_starts
        self._infer_runs = infer_runs
        self._limits = limits or Limits()
        self.accepts = accepts
        self._content = content
        self._answered = deque() if answered is None else answered
        self._nodes: OrderedDict[Key, Node] = OrderedDict()
        self._orphans = Orphans()
        self._trees: dict[Node, Tree] = {}
        """What waits, by the top of its tree."""
        self._past = Past()
        self._answers = Answers()
        self.waiting = 0
        """How many ended spans wait."""
        self._size = 0
        self.early: Counter[str] = Counter()
        """How many were told before all above them was known, by what was at its end: time, entities, bytes, spans."""

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def due(self) -> float | None:
        """When the first of what waits has waited as long as it may; None while nothing waits."""
        since = min((tree.since for tree in self._trees.values()), default=None)
        return None if since is None else since + self._limits.seconds

    def knows(self, key: Key) -> bool:
        """Whether a span of others is remembered."""
        return key in self._nodes

    def entity(self, key: Key, native_id: str) -> list[Entity]:
        """A span is a run, group or call of Warpmetrics' own, open or ended; returns what waited for it."""
        self._past.entity(key, native_id)
        self._past.recorded(key[0], native_id)
        told: list[Entity] = []
        for orphan in self._orphans.claim(key):
            orphan.roof = entity_span(key, native_id)
            told += self._settle(orphan)
        return told

    def over(self, key: Key, source: Any, *, remote: bool) -> None:
        """A span without a parent in this process is over, which was of no interest."""
        self._past.top_over(key, self._sketch(source), remote=remote)

    def start(self, key: Key, parent: int, source: Any, *, remote: bool) -> Node:
        """A span of others has started.

        Args:
            key: its trace and span id.
            parent: the id of the span above it, or 0.
            source: the span, which `look` is asked about later.
            remote: whether the span above it is in another process.
        """
        node = Node(key, parent if parent != key[1] else 0, source, remote=remote)
        self._nodes[key] = node
        self._place(node)
        for orphan in self._orphans.claim(key):
            if node.top is not orphan:
                orphan.above = node
                node.children += 1
                tree = self._trees.pop(orphan, None)
                if tree is not None:
                    self._trees.setdefault(node.top, Tree(tree.since)).join(tree)
        return node

    def end(
        self, key: Key, parent: int, source: Any, now: float, *, remote: bool, kind: Kind | None, marked: bool
    ) -> list[Entity]:
        """A span of others has ended; returns what can be told now.

        Args:
            key: its trace and span id.
            parent: the id of the span above it, or 0.
            source: the span, which does not change any more.
            now: the time, in seconds of any clock.
            remote: whether the span above it is in another process.
            kind: what it is.
            marked: whether it has an event that is of interest.
        """
        node = self._nodes.get(key) or self.start(key, parent, source, remote=remote)
        node.ended, node.kind, node.source = True, kind, source
        told: list[Entity] = []
        if node.told is not None:
            told += ended_after(node, self._look(source), node.told, self._answers)
        elif marked or node.events or (kind is not None and not (node.holds_call and kind != "group")):
            self._wait(node, now)
        if self._past.owes and node.above is None and self._settled(node) and self._past.pays(key[0]):
            told += [each for each in late_run(node, self._look(source)) if self._past.runs.is_new(each)]
        if self._trees:
            told += self._settle(node.top)
        self._forget(node)
        return told + self._within_limits()

    def evaluated(self, key: Key, event: Event, now: float, way: Iterable[Key] = ()) -> list[Entity]:
        """A span was evaluated, by an event that is not on it; returns what can be told of that now.

        The key is of zeros where the event names only an answer. `way` is what is known to be above the span.
        """
        told = [*self._of_own_answers()]
        at = evaluated_at([key, *way, *self._past.way(key)], self._nodes, self._past)
        node = self._nodes.get(at)
        target = node.told if node is not None else self._past.target(at)
        outcome = None
        if target is None or ids.kind_of(target) != ids.CALL:
            outcome = self._answers.evaluated(event, *key, wait=target is None and node is None)
        if outcome is None and target is not None:
            outcome = evaluation_outcome(event.attributes, *key, event.time_ns, target)
        if outcome is not None:
            told.append(outcome)
        elif node is not None:
            node.events = [*node.events, event]
            if node.ended and not node.waiting:
                self._wait(node, now)
        return told

    def expired(self, now: float) -> list[Entity]:
        """What has waited as long as it may."""
        late = [top for top, tree in self._trees.items() if tree.since + self._limits.seconds <= now]
        return [*self._of_own_answers(), *(mark for top in late for mark in self._release(top, "time", now))]

    def release(self) -> list[Entity]:
        """Everything that waits, as it is."""
        return [*self._of_own_answers(), *(mark for top in [*self._trees] for mark in self._release(top, "flush"))]

    def _of_own_answers(self) -> Iterator[Entity]:
        while self._answered:
            yield from self._answers.told(*self._answered.popleft())

    def _place(self, node: Node) -> None:
        """Find what is above a span, past spans that are forgotten."""
        for key in self._past.way((node.key[0], node.parent)):
            told = self._past.told(key)
            if told is not None:
                node.roof = entity_span(key, told)
                return
            above = self._nodes.get(key) or self._revived(key)
            if above is not None:
                node.above = above
                above.children += 1
                return
        if not self._settled(node):
            self._orphans.add(node)

    def _revived(self, key: Key) -> Node | None:
        known = self._past.top(key)
        if known is None:
            return None
        span, remote = known
        node = self._nodes[key] = Node(key, span.parent_span_id, span, remote=remote)
        node.ended = True
        self._place(node)
        return node

    def _settled(self, top: Node) -> bool:
        """Whether nothing of others will come above it."""
        return top.roof is not None or not top.parent or top.remote or self._sees_starts

    def _wait(self, node: Node, now: float) -> None:
        node.waiting, node.size = True, size_of(self._look(node.source))
        self.waiting += 1
        self._size += node.size
        self._trees.setdefault(node.top, Tree(now)).nodes.append(node)

    def _settle(self, top: Node) -> list[Entity]:
        """Tell of a tree, if it is whole."""
        tree = self._trees.get(top)
        if tree is None or not (top.ended and self._settled(top)):
            return []
        whole = all(above.ended for node in tree.nodes for above in node.upwards())
        return self._release(top, None) if whole else []

    def _release(self, top: Node, why: str | None, again_at: float | None = None) -> list[Entity]:
        tree = self._trees.pop(top)
        spans, nodes = seen(tree.nodes, self._look)
        above = None if top.roof is None else own_id(top.roof.attributes)
        wanted = self._infer_runs if above is None else self.accepts(above)
        told: list[Entity] = []
        try:
            if wanted:
                told = self._translated(top, spans)
            elif above is None:
                # Whoever evaluates may do so outside of any run.
                told = [mark for span in spans for mark in evaluations_of(span, None, self._answers, certain=False)]
        finally:
            if wanted and not told and again_at is not None:
                # Agents before their first call: the trace may yet become a run.
                tree.since = again_at
                self._trees[top] = tree
            else:
                self._told_of(top, tree, nodes, told)
        if why is not None and told:
            self.early[why] += len(tree.nodes)
        return told

    def _told_of(self, top: Node, tree: Tree, nodes: dict[str, Node], told: list[Entity]) -> None:
        note(top, nodes, told)
        for node in tree.nodes:
            self.waiting -= 1
            self._size -= node.size
            node.waiting = False
            if node.kind is not None and node.kind != "group":
                mark(node)
            self._forget(node)

    def _translated(self, top: Node, spans: list[Span]) -> list[Entity]:
        if not self._settled(top):
            # Its parent is under way in this process: who stands at the trace's root is known when that ends.
            self._past.owe(top.key[0])
            return foreign_to_native(spans, above=run_of_trace, content=self._content, answers=self._answers)
        infers = self._infer_runs and not self._past.has_verbs(top.key[0])
        entities = foreign_to_native(spans, content=self._content, infer_runs=infers, answers=self._answers)
        return [entity for entity in entities if self._past.runs.is_new(entity)]

    def _forget(self, node: Node) -> None:
        """Forget a span that is over, and those above it that nothing else holds."""
        at: Node | None = node
        while at is not None and at.ended and not at.children and not at.waiting and at.key in self._nodes:
            above = at.above
            self._drop(at)
            at = above

    def _drop(self, node: Node) -> None:
        del self._nodes[node.key]
        self._past.over(node, self._sketch)
        if node.above is not None:
            node.above.children -= 1
            return
        self._orphans.remove(node)

    def _within_limits(self) -> list[Entity]:
        told: list[Entity] = []
        limits = self._limits
        while self._trees and (self.waiting > limits.entities or self._size > limits.size):
            why = "entities" if self.waiting > limits.entities else "bytes"
            told += self._release(next(iter(self._trees)), why)
        while len(self._nodes) > limits.spans:
            oldest = next(iter(self._nodes.values()))
            if oldest.top in self._trees:
                told += self._release(oldest.top, "spans")
            if oldest.key in self._nodes:
                self.early["spans"] += 1
                self._drop(oldest)
        return told
