"""Spans -> chains: runs, what happened in them, what was done about it, and the runs that followed.

Built from spans alone, in any order, from one file or several, with whatever is missing, repeated or nonsense
in them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from warpmetrics_otel import ids
from warpmetrics_otel.read.events import Events
from warpmetrics_otel.read.follow_ups import FollowUps, attach_follow_ups
from warpmetrics_otel.read.index import Index
from warpmetrics_otel.read.model import Act, Chain, Outcome, Run
from warpmetrics_otel.read.spans import Span
from warpmetrics_otel.read.trail import trace_id_in
from warpmetrics_otel.read.tree import grow


@dataclass(frozen=True, slots=True)
class Chains:
    """The chains among some spans, by the time of their first run.

    `unattached` are outcomes, with their acts, and acts about something that was not read and that they do not locate.
    """

    chains: list[Chain]
    unattached: list[Outcome | Act]

    def find(self, wanted: str) -> Chain | None:
        """The chain that something is part of.

        Args:
            wanted: A native id of any kind, a portable ref, a traceparent, or a trace id as 32 hex digits.

        Returns:
            The whole chain, or None when nothing that was read has that id.
        """
        for name in _names(wanted):
            for chain in self.chains:
                if name == chain.id or any(name in _ids_in(run) for run in chain.runs):
                    return chain
        return None


def assemble(spans: Iterable[Span], *, infer_runs: bool = True) -> Chains:
    """Put chains together from spans. A run that nothing follows is a chain of one.

    Args:
        spans: in any order.
        infer_runs: whether a trace of others that holds a request to a model, and nothing of Warpmetrics, is a run.
    """
    with _garbage_left():
        index = Index(spans, infer_runs=infer_runs)
        grow(index)
        events = Events(index)
        follow_ups = attach_follow_ups(index, events)
        runs = [entity for entity in index.entities.values() if isinstance(entity, Run)]
        chains = _chains(runs, follow_ups)
        unattached = sorted(events.unattached, key=lambda each: (each.time_ns, each.id))
        return Chains(chains, unattached)


@contextmanager
def _garbage_left() -> Iterator[None]:
    """Keep the collector from going through a growing pile of spans, none of which is garbage, again and again.

    It takes more time than everything else about a chain of ten thousand runs together.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _chains(runs: list[Run], follow_ups: FollowUps) -> list[Chain]:
    for run in runs:
        if run.chain_id is not None:
            # Runs whose joint is missing still say that they are of one chain.
            follow_ups.together.merge(run.chain_id, run.id)
    roots: dict[str, list[Run]] = {}
    for run in runs:
        if run.id not in follow_ups.attached:
            roots.setdefault(follow_ups.together.representative(run.id), []).append(run)
    chains = []
    for of_chain in roots.values():
        of_chain.sort(key=lambda run: (run.position or 0, run.span.start_ns, run.id))
        in_order = list(_followed(of_chain, follow_ups))
        recorded = next((run.chain_id for run in in_order if run.chain_id), None)
        chains.append(Chain(recorded or in_order[0].id, in_order, of_chain))
    chains.sort(key=_by_time)
    return chains


def _followed(roots: list[Run], follow_ups: FollowUps) -> Iterator[Run]:
    waiting = roots[::-1]
    while waiting:
        run = waiting.pop()
        yield run
        waiting.extend(reversed(follow_ups.of.get(run.id, ())))


def _by_time(chain: Chain) -> tuple[int, str]:
    return (min((run.span.start_ns for run in chain.runs if not run.missing), default=0), chain.id)


def _names(wanted: str) -> Iterator[str]:
    """What an id may be known by, the surest first."""
    wanted = wanted.strip()
    ref = ids.parse_ref(wanted)
    if ref is not None:
        yield ref.id
        yield ref.id.lower()
        yield from filter(None, (ref.run_id, ref.chain_id))
        if ref.trace_id is not None:
            yield f"{ref.trace_id:032x}"
        return
    name = trace_id_in(wanted) or wanted
    if name:
        yield name


def _ids_in(run: Run) -> Iterator[str | None]:
    yield run.id
    yield run.span.trace_id
    if run.follows is not None:
        yield run.follows.act_id
        yield run.follows.outcome_id
        yield run.follows.run_id
    for entity in run.entities():
        yield entity.id
        for outcome in entity.outcomes:
            yield outcome.id
            for act in outcome.acts:
                yield act.id
