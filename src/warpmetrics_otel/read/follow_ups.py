"""Hang every follow-up run on the act that it follows up.

The fourth step of putting chains together. The act's id on the root decides; where that act was not read, the
link and the names that the root repeats still tell which run it came from, and what is missing between the two
is taken down as missing.
"""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from warpmetrics_otel import ids
from warpmetrics_otel.read.disjoint import DisjointSets
from warpmetrics_otel.read.events import Events, missing_act, missing_outcome
from warpmetrics_otel.read.from_span import follow_up_link
from warpmetrics_otel.read.index import Index
from warpmetrics_otel.read.model import Act, Call, Follows, Group, Outcome, Run
from warpmetrics_otel.read.spans import Link


class FollowUps(NamedTuple):
    """What follows from the acts: which runs hang together, and which follow up which."""

    together: DisjointSets[str]
    """The ids of the runs that hang together."""
    of: dict[str, list[Run]]
    """The follow-up runs of a run, by its id, the earliest first."""
    attached: set[str]
    """The ids of the runs that follow up one that is known."""


def attach_follow_ups(index: Index, events: Events) -> FollowUps:
    """Fill in the `follow_ups` of every act."""
    found = FollowUps(DisjointSets(), {}, set())
    runs = [entity for entity in index.entities.values() if isinstance(entity, Run)]
    # Latest first, so that a circle is cut above the run that started first.
    runs.sort(key=_by_position, reverse=True)
    for run in runs:
        if run.follows is None:
            continue
        act = _act(index, events, run, run.follows)
        origin = events.run_of.get(act) if act is not None else None
        if act is None or origin is None or found.together.representative(origin.id) == run.id:
            continue
        act.follow_ups.append(run)
        found.of.setdefault(origin.id, []).append(run)
        found.together.merge(origin.id, run.id)
        found.attached.add(run.id)
    for of_one in [*(act.follow_ups for act in events.run_of), *found.of.values()]:
        if len(of_one) > 1:
            of_one.sort(key=_by_time)
    return found


def _act(index: Index, events: Events, run: Run, follows: Follows) -> Act | None:
    if follows.act_id in events.acts:
        return events.acts[follows.act_id]
    link = follow_up_link(run.span)
    origin = _origin(index, follows, link)
    if origin is None:
        return None
    if follows.act_id is None:
        named = [act for act in origin.acts if follows.act_name in (None, act.name)]
        if len(named) == 1:
            return named[0]
    outcome = _outcome(events, origin, follows)
    act = missing_act(follows.act_id, follows.act_name)
    events.add_act(act, outcome)
    return act


def _origin(index: Index, follows: Follows, link: Link | None) -> Run | Group | Call | None:
    """What the act that nobody tells of must have been about: as near as the link says, else the run."""
    linked = index.nearest(link.trace_id, link.span_id) if link else None
    if linked is not None:
        return linked
    if follows.run_id is not None:
        # That a run's trace follows from its id is the rule, and all that is left without a link.
        trace_id = link.trace_id if link else f"{ids.trace_id_of(follows.run_id):032x}"
        return index.missing_run(trace_id, follows.run_id)
    if link is not None:
        return index.run_in(link.trace_id, 0) or index.missing_run(link.trace_id)
    return None


def _outcome(events: Events, origin: Run | Group | Call, follows: Follows) -> Outcome:
    known = events.outcomes.get(follows.outcome_id or "")
    if known is not None:
        return known
    if follows.outcome_id is None:
        named = [outcome for outcome in origin.outcomes if outcome.name == follows.outcome_name]
        if named:
            return named[-1]
    outcome = missing_outcome(follows.outcome_id, follows.outcome_name)
    events.add_outcome(outcome, origin)
    return outcome


_by_time = attrgetter("span.start_ns", "id")


def _by_position(run: Run) -> tuple[int, int, str]:
    return (run.position or 0, run.span.start_ns, run.id)
