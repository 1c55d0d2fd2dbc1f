"""Where everything in a native batch stands as spans: which trace, under what, on which span, from when to when.

A batch need not be whole. What it does not tell is derived from ids where that is possible, and left out otherwise;
links may even run in circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warpmetrics_otel import ids
from warpmetrics_otel.entities import Act, Call, Entity, Group, Link, Outcome, Run
from warpmetrics_otel.translate.before import Before, Context
from warpmetrics_otel.translate.times import TIMES, nanoseconds
from warpmetrics_otel.translate.tokens import count


class Layout:
    """The rows of a batch by id, each once, and the places that follow from them.

    Args:
        entities: the batch.
        before: what earlier batches told.

    Attributes:
        rows: runs, groups and calls.
        links: by the child's id; those at `homeless_links` have no child here, or its second parent.
        outcomes: by id.
        acts: by id.
    """

    def __init__(self, entities: Iterable[Entity], before: Before | None = None) -> None:
        self._before = before or Before()
        self.rows: dict[str, Run | Group | Call] = {}
        self.links: dict[str, Link] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.acts: dict[str, Act] = {}
        self._other_links: dict[str, Link] = {}
        for entity in entities:
            if isinstance(entity, Link):
                first = self.links.setdefault(entity.child_id, entity)
                if first.parent_id != entity.parent_id:
                    self._other_links.setdefault(entity.key, entity)
            elif isinstance(entity, Outcome):
                self.outcomes.setdefault(entity.id, entity)
            elif isinstance(entity, Act):
                self.acts.setdefault(entity.id, entity)
            else:
                self.rows.setdefault(entity.id, entity)
        self._set_times()

    def homeless_links(self) -> list[Link]:
        """The links that no span of their child tells of."""
        apart = [link for link in self.links.values() if not isinstance(self.rows.get(link.child_id), Group | Call)]
        return apart + list(self._other_links.values())

    def top_of(self, native_id: str) -> str:
        """The outermost thing known to be above, the run if all is well; itself when nothing is above."""
        return [*self._upwards(native_id)][-1]

    def context_of(self, native_id: str) -> Context | None:
        """The span of a run, group or call, here or elsewhere; None where nothing tells its trace."""
        top = self.top_of(native_id)
        if top not in self.rows and ids.kind_of(top) != ids.RUN:
            return None
        return ids.trace_id_of(top), ids.span_id_of(native_id)

    def host_of(self, outcome: Outcome) -> str | None:
        """The id of the row on whose span an outcome stands; None when it stands on a carrier."""
        return outcome.ref_id if isinstance(outcome.ref_id, str) and outcome.ref_id in self.rows else None

    def context_of_outcome(self, outcome: Outcome) -> Context:
        """The span that an outcome is on."""
        earlier = None if outcome.id in self.outcomes else self._before.outcome(outcome.id)
        if earlier is not None:
            return earlier.context
        host = self.host_of(outcome)
        target = self.context_of(outcome.ref_id) if isinstance(outcome.ref_id, str) else None
        if host is not None and target is not None:
            return target
        return self._own(outcome.id) if target is None else (target[0], ids.span_id_of(outcome.id))

    def context_of_act(self, act: Act) -> Context:
        """The span that an act is on: that of its outcome if it is a row's, else a carrier."""
        earlier = None if act.id in self.acts else self._before.act(act.id)
        if earlier is not None:
            return earlier.context
        outcome = self.outcome_of(act)
        if outcome is None:
            return self._own(act.id)
        context = self.context_of_outcome(outcome)
        return context if self.host_of(outcome) is not None else (context[0], ids.span_id_of(act.id))

    def outcome_of(self, act: Act) -> Outcome | None:
        """The outcome that an act responds to, if it is here or was."""
        earlier = self._before.outcome(act.ref_id)
        here = self.outcomes.get(act.ref_id) if isinstance(act.ref_id, str) else None
        return here or (earlier.mark if earlier is not None and isinstance(earlier.mark, Outcome) else None)

    def act(self, native_id: object) -> Act | None:
        """An act, if it is here or was."""
        earlier = self._before.act(native_id)
        here = self.acts.get(native_id) if isinstance(native_id, str) else None
        return here or (earlier.mark if earlier is not None and isinstance(earlier.mark, Act) else None)

    def run(self, native_id: str | None) -> Run | None:
        """A run, if it is here or was; without its opts if it was."""
        row = None if native_id is None else self.rows.get(native_id)
        return row if isinstance(row, Run) else self._before.run(native_id)

    def remember(self) -> None:
        """Have what is here told to later batches."""
        for link in self.links.values():
            self._before.note_parent(link.child_id, link.parent_id)
        for row in self.rows.values():
            if isinstance(row, Run):
                self._before.note_run(row)
        for outcome in self.outcomes.values():
            self._before.note_outcome(outcome, self.context_of_outcome(outcome))
        for act in self.acts.values():
            self._before.note_act(act, self.context_of_act(act))

    def run_of(self, native_id: str) -> str | None:
        """The id of the run that something is part of."""
        top = self.top_of(native_id)
        return top if isinstance(self.rows.get(top), Run) or ids.kind_of(top) == ids.RUN else None

    def start_of(self, native_id: str) -> int:
        """When a row began, nanoseconds; the earliest time of the batch where it does not say."""
        return self._starts.get(native_id, self.earliest)

    def end_of(self, native_id: str) -> int:
        """When the last of a row happened, as far as the batch knows."""
        return max(self._ends.get(native_id, 0), self.start_of(native_id))

    def time_of(self, mark: Outcome | Act | Link) -> int:
        """When something happened."""
        time_ns = nanoseconds(mark.timestamp)
        return self.earliest if time_ns is None else time_ns

    def _set_times(self) -> None:
        self._starts: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        for native_id, row in self.rows.items():
            started = nanoseconds(row.started_at)
            if started is not None:
                self._starts[native_id] = started
            ended = _end_of(row) if isinstance(row, Call) else None
            if ended is not None:
                self._ends[native_id] = ended
        at = {outcome.id: nanoseconds(outcome.timestamp) for outcome in self.outcomes.values()}
        at.update({act.id: nanoseconds(act.timestamp) for act in self.acts.values()})
        known = [*self._starts.values(), *self._ends.values(), *(time for time in at.values() if time is not None)]
        self.earliest: int = min(known, default=1)
        for native_id in self.rows:
            self._touch(native_id, max(self._ends.get(native_id, 0), self._starts.get(native_id, 0)))
        for outcome in self.outcomes.values():
            self._touch(outcome.ref_id, at[outcome.id])
        for act in self.acts.values():
            about = self.outcome_of(act)
            if about is not None:
                self._touch(about.ref_id, at[act.id])

    def _touch(self, native_id: object, at_ns: int | None) -> None:
        """Note activity on a row and on everything above it; a call ends when it ended, whatever comes of it later."""
        if at_ns is None or not isinstance(native_id, str):
            return
        for above in self._upwards(native_id):
            if not isinstance(self.rows.get(above), Call) and self._ends.get(above, 0) < at_ns:
                self._ends[above] = at_ns

    def _upwards(self, native_id: str) -> Iterator[str]:
        seen: set[str] = set()
        at: str | None = native_id
        while at is not None and at not in seen:
            yield at
            seen.add(at)
            link = self.links.get(at)
            at = link.parent_id if link is not None else self._before.parent_of(at)

    @staticmethod
    def _own(mark_id: str) -> Context:
        return ids.trace_id_of(mark_id), ids.span_id_of(mark_id)


def _end_of(call: Call) -> int | None:
    ended = nanoseconds(call.ended_at)
    if ended is not None:
        return ended
    started, lasted = nanoseconds(call.started_at), count(call.duration)
    if started is None or lasted is None:
        return None
    ended = started + int(lasted * 1_000_000)
    return ended if ended in TIMES else None
