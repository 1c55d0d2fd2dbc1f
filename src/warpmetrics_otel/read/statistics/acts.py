"""Acts by name: how often each happens, what came of the runs that followed, and what those took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean, median
from typing import NamedTuple

from warpmetrics_otel.read.chain import Chains
from warpmetrics_otel.read.model import Act, Outcome
from warpmetrics_otel.read.statistics.changes import BETTER, SAME, WORSE, Change, changes
from warpmetrics_otel.read.statistics.judge import Judge, Verdicts, verdicts
from warpmetrics_otel.read.statistics.spent import Spent, middle


class ScoreChange(NamedTuple):
    """By how much scores changed from the run acted on to its follow-up, over `of` follow-ups that tell."""

    median: float
    mean: float
    of: int


@dataclass(frozen=True, slots=True)
class Results:
    """How follow-ups compare to the runs that they follow up."""

    better: int = 0
    worse: int = 0
    same: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class ActStatistics:
    """All acts of one name.

    `verdicts` are of the follow-up runs; `extra` is the median of what these took, which is what acting took
    in addition to the run acted on.
    """

    name: str
    count: int
    followed: int
    """How many have a follow-up run."""
    follow_ups: int
    """How many follow-up runs they have; one act may have several."""
    verdicts: Verdicts
    results: Results
    score_change: ScoreChange | None
    extra: Spent


def act_statistics(chains: Chains, judge: Judge) -> list[ActStatistics]:
    """Statistics of every name of an act, the most frequent first.

    Acts that only a follow-up run tells of count too, and so do those about something that was not read.
    """
    by_name: dict[str, list[Act]] = {}
    for act in _acts(chains):
        by_name.setdefault(act.name, []).append(act)
    changed = {run_id: change for chain in chains.chains for run_id, change in changes(chain, judge).items()}
    found = [_of_name(name, acts, changed, judge) for name, acts in by_name.items()]
    return sorted(found, key=lambda each: (-each.count, each.name))


def _acts(chains: Chains) -> Iterator[Act]:
    for chain in chains.chains:
        for run in chain.runs:
            for entity in run.entities():
                yield from entity.acts
    for each in chains.unattached:
        if isinstance(each, Outcome):
            yield from each.acts
        else:
            yield each


def _of_name(name: str, acts: list[Act], changed: dict[str, Change], judge: Judge) -> ActStatistics:
    follow_ups = [run for act in acts for run in act.follow_ups]
    # A follow-up of an act that was not placed has nothing to be compared to.
    compared = [changed.get(run.id) for run in follow_ups]
    results = Counter(change.result if change else None for change in compared)
    differences = [change.score[2] - change.score[1] for change in compared if change and change.score]
    return ActStatistics(
        name=name,
        count=len(acts),
        followed=sum(bool(act.follow_ups) for act in acts),
        follow_ups=len(follow_ups),
        verdicts=verdicts(follow_ups, judge),
        results=Results(results[BETTER], results[WORSE], results[SAME], results[None]),
        score_change=ScoreChange(median(differences), fmean(differences), len(differences)) if differences else None,
        extra=middle(follow_ups),
    )
