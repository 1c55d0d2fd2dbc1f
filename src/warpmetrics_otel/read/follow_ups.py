"""Hang every follow-up run on the act that it follows up.

The fourth step of putting chains together. The act's id on the root decides; where that act was not read, the
link and the names that the root repeats still tell which run it came from, and what is missing between the two
is taken down as missing. A run that says nothing of all this may still be named by the one it follows up.
"""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.disjoint import DisjointSets
from warpmetrics_otel.read.events import Events, missing_act, missing_outcome
from warpmetrics_otel.read.from_span import follow_up_link, follows_of_link
from warpmetrics_otel.read.index import Index
from warpmetrics_otel.read.model import Act, Follows, Item, Outcome, Run
from warpmetrics_otel.read.spans import Link
from warpmetrics_otel.read.tree import run_above


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
    _hear_origins(index)
    following = [
        (entity, entity.follows) for entity in index.entities.values() if isinstance(entity, Run) and entity.follows
    ]
    # Latest first, so that a circle is cut above the run that started first.
    following.sort(key=lambda each: _by_position(each[0]), reverse=True)
    # One follow-up may tell where an act was that another one only names: all are heard before any is attached.
    acts = [_act(index, events, run, follows) for run, follows in following]
    followed: dict[Act, None] = {}
    for (run, follows), known in zip(following, acts, strict=True):
        act = known or events.acts.get(follows.act_id or "")
        if act is None:
            continue
        origin = events.run_of.get(act)
        if origin is not None:
            if found.together.representative(origin.id) == run.id:
                continue
            found.of.setdefault(origin.id, []).append(run)
            found.together.merge(origin.id, run.id)
            found.attached.add(run.id)
        act.follow_ups.append(run)
        followed[act] = None
    for of_one in [*(act.follow_ups for act in followed), *found.of.values()]:
        if len(of_one) > 1:
            of_one.sort(key=_by_time)
    for run, follows in following:
        if follows.act_id is not None and run.id not in found.attached:
            # Runs that follow up an act of which nothing is known still share it.
            found.together.merge(follows.act_id, run.id)
    return found


def _hear_origins(index: Index) -> None:
    """A run that says nothing of where it comes from follows up what says that it is followed by that run."""
    naming = [
        (entity, link)
        for entity in index.entities.values()
        for link in entity.span.links
        if values.text(link.attributes, semconv.WARPMETRICS_LINK_TYPE) == semconv.LINK_TYPE_FOLLOWED_BY
    ]
    naming.sort(key=lambda each: _by_time(each[0]))
    for entity, link in naming:
        run = index.nearest(link.trace_id, link.span_id) or index.run_in(link.trace_id, 0)
        run = run or index.missing_run(link.trace_id)
        if isinstance(run, Run) and run.follows is None:
            run.follows = follows_of_link(link, run_above(entity).id)


def _act(index: Index, events: Events, run: Run, follows: Follows) -> Act | None:
    known = events.acts.get(follows.act_id or "")
    if known is not None and known in events.run_of:
        return known
    link = follow_up_link(run.span)
    origin = _origin(index, follows, link)
    if origin is None:
        return known
    if known is not None:
        _locate(events, known, origin, follows)
        return known
    if follows.act_id is None:
        named = [act for act in origin.acts if follows.act_name in (None, act.name)]
        if len(named) == 1:
            return named[0]
    outcome = _outcome(events, origin, follows)
    act = missing_act(follows.act_id, follows.act_name)
    events.add_act(act, outcome)
    return act


def _locate(events: Events, act: Act, origin: Item, follows: Follows) -> None:
    """Attach an act that was read without what it is about."""
    outcome = events.outcome_of.get(act)
    if outcome is not None:
        events.locate(outcome, origin)
    else:
        del events.unattached[act]
        events.add_act(act, _outcome(events, origin, follows))


def _origin(index: Index, follows: Follows, link: Link | None) -> Item | None:
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


def _outcome(events: Events, origin: Item, follows: Follows) -> Outcome:
    known = events.outcomes.get(follows.outcome_id or "")
    if known is not None:
        if known in events.unattached:
            events.locate(known, origin)
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
