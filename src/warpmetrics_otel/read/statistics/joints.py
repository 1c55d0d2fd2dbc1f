"""The joints of a chain: which run follows up which, because of what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from warpmetrics_otel.read.model import Act, Chain, Outcome, Run


class Joint(NamedTuple):
    """A follow-up run with what led to it."""

    origin: Run
    outcome: Outcome
    act: Act
    follow_up: Run


def joints(chain: Chain) -> Iterator[Joint]:
    """Every follow-up of a chain, after the one that its origin is."""
    for origin in chain.runs:
        for entity in origin.entities():
            for outcome in entity.outcomes:
                for act in outcome.acts:
                    for follow_up in act.follow_ups:
                        yield Joint(origin, outcome, act, follow_up)
