"""Outcomes and acts: from the events that carry them to the entities that they are about.

The third step of putting chains together. An event stands on the span of its target or, when that had ended,
on a carrier that names the target, links to it and is its child: any one of these is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.from_span import is_carrier
from warpmetrics_otel.read.index import Index
from warpmetrics_otel.read.model import Act, Item, Outcome, Run
from warpmetrics_otel.read.spans import Event, Span
from warpmetrics_otel.read.tree import run_above


class Events:
    """The outcomes and acts of a grown tree, each attached to what it is about.

    `outcomes` and `acts` are by id, `target_of` tells what an outcome is about, `outcome_of` what an act responds
    to, and `run_of` whose outcome that is. What names nothing that was read is `unattached`: an outcome with its
    acts, or an act whose outcome was not read either.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.outcomes: dict[str, Outcome] = {}
        self.acts: dict[str, Act] = {}
        self.target_of: dict[Outcome, Item] = {}
        self.run_of: dict[Act, Run] = {}
        self.unattached: dict[Outcome | Act, None] = {}
        self.outcome_of: dict[Act, Outcome] = {}
        for span, event in _in_order(index.with_events, semconv.EVENT_OUTCOME, semconv.WARPMETRICS_OUTCOME_ID):
            self._place_outcome(span, event)
        for span, event in _in_order(index.with_events, semconv.EVENT_ACT, semconv.WARPMETRICS_ACT_ID):
            self._place_act(span, event)

    def add_outcome(self, outcome: Outcome, target: Item) -> None:
        """Attach an outcome, with its acts, to what it is about."""
        target.outcomes.append(outcome)
        self.target_of[outcome] = target
        if outcome.id:
            self.outcomes[outcome.id] = outcome
        for act in outcome.acts:
            self.run_of[act] = run_above(target)

    def add_act(self, act: Act, outcome: Outcome) -> None:
        """Attach an act to an outcome, which may itself not be attached."""
        outcome.acts.append(act)
        self.outcome_of[act] = outcome
        target = self.target_of.get(outcome)
        if target is not None:
            self.run_of[act] = run_above(target)
        if act.id:
            self.acts[act.id] = act

    def locate(self, outcome: Outcome, target: Item) -> None:
        """Attach an outcome that is about something that was not read, now that a follow-up tells where it belongs."""
        del self.unattached[outcome]
        self.add_outcome(outcome, target)
        target.outcomes.sort(key=_by_time)

    def _place_outcome(self, span: Span, event: Event) -> None:
        outcome_id = values.text(event.attributes, semconv.WARPMETRICS_OUTCOME_ID) or ""
        outcome = Outcome(outcome_id, event, carried=is_carrier(span))
        target = self._target(span)
        if target is not None:
            self.add_outcome(outcome, target)
            return
        self.unattached[outcome] = None
        if outcome_id:
            self.outcomes[outcome_id] = outcome

    def _place_act(self, span: Span, event: Event) -> None:
        act = Act(values.text(event.attributes, semconv.WARPMETRICS_ACT_ID) or "", event)
        outcome = self._outcome(span, event)
        if outcome is not None:
            self.add_act(act, outcome)
            return
        self.unattached[act] = None
        if act.id:
            self.acts[act.id] = act

    def _outcome(self, span: Span, event: Event) -> Outcome | None:
        """The outcome that an act responds to, taken down as missing where only the act tells of it."""
        outcome_id = values.text(event.attributes, semconv.WARPMETRICS_OUTCOME_ID)
        named = outcome_id or values.text(span.attributes, semconv.WARPMETRICS_TARGET_ID) or ""
        known = self.outcomes.get(named)
        if known is not None:
            return known
        target = self._target(span)
        if target is None:
            return None
        if outcome_id is None and target.outcomes:
            before = [outcome for outcome in target.outcomes if outcome.time_ns <= event.time_ns]
            return (before or target.outcomes)[-1]
        outcome = missing_outcome(outcome_id, None)
        self.add_outcome(outcome, target)
        return outcome

    def _target(self, span: Span) -> Item | None:
        """The entity that the events of a span are about; None when nothing says which."""
        index = self._index
        if not is_carrier(span):
            entity = index.nearest(span.trace_id, span.span_id)
            return entity or index.run_in(span.trace_id, span.start_ns) or index.missing_run(span.trace_id)
        target_id = values.text(span.attributes, semconv.WARPMETRICS_TARGET_ID) or ""
        if target_id in index.entities:
            return index.entities[target_id]
        places = [(link.trace_id, link.span_id) for link in span.links]
        if span.parent_id:
            places.append((span.trace_id, span.parent_id))
        for place in places:
            entity = index.nearest(*place)
            if entity is not None:
                return entity
        trace_id = places[0][0] if places else span.trace_id
        run_id = target_id if ids.kind_of(target_id) == ids.RUN else None
        run_id = run_id or values.text(span.attributes, semconv.WARPMETRICS_RUN_ID)
        if run_id is not None:
            return index.missing_run(trace_id, run_id)
        # A carrier that points nowhere stands in a trace of its own, which says nothing about its target.
        return (index.run_in(trace_id, span.start_ns) or index.missing_run(trace_id)) if places else None


def _in_order(spans: list[Span], name: str, id_key: str) -> Iterator[tuple[Span, Event]]:
    """Events of one name in the order of time, each once however often it was exported."""
    found = [(span, event) for span in spans for event in span.events if event.name == name]
    found.sort(key=lambda each: (each[1].time_ns, each[0].trace_id, each[0].span_id))
    seen: set[tuple[str, ...]] = set()
    for span, event in found:
        event_id = values.text(event.attributes, id_key)
        key = (event_id,) if event_id else (span.trace_id, span.span_id, str(event.time_ns))
        if key not in seen:
            seen.add(key)
            yield span, event


def _by_time(outcome: Outcome) -> tuple[bool, int]:
    return (outcome.missing, outcome.time_ns)


def missing_outcome(outcome_id: str | None, name: str | None) -> Outcome:
    """An outcome that only something else tells of."""
    event = Event(semconv.EVENT_OUTCOME, 0, {semconv.WARPMETRICS_OUTCOME_NAME: name})
    return Outcome(outcome_id or "", event, missing=True)


def missing_act(act_id: str | None, name: str | None) -> Act:
    """An act that only its follow-up runs tell of."""
    return Act(act_id or "", Event(semconv.EVENT_ACT, 0, {semconv.WARPMETRICS_ACT_NAME: name}), missing=True)
