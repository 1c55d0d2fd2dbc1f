"""Runs by label: how they end, how many attempts a chain takes, and whether the first one does it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean, median

from warpmetrics_otel.read.chain import Chains
from warpmetrics_otel.read.model import Chain, Run
from warpmetrics_otel.read.statistics.judge import SUCCESS, Judge, Verdicts, verdicts
from warpmetrics_otel.read.statistics.spent import Spent, middle


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How often an outcome happened. `classification` is None where it has none."""

    name: str
    classification: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many runs of a label chains have: `chains` by number of attempts."""

    chains: dict[int, int]

    @property
    def each(self) -> list[int]:
        """One number a chain, the lowest first."""
        return sorted(Counter(self.chains).elements())

    @property
    def mean(self) -> float | None:
        """Attempts a chain on average."""
        return fmean(self.each) if self.chains else None

    @property
    def median(self) -> float | None:
        """Attempts of the chain in the middle."""
        return median(self.each) if self.chains else None

    @property
    def most(self) -> int | None:
        """Attempts of the longest chain."""
        return max(self.chains, default=None)


@dataclass(frozen=True, slots=True)
class RunStatistics:
    """All runs of one label.

    `whole_chains` are those without a hole, read from their first run on; what is said of chains is said of these.
    One that succeeded did so on its first attempt or after retries; the others are in `not_successful`, by their
    last attempt.
    """

    label: str
    runs: int
    verdicts: Verdicts
    outcomes: list[OutcomeCount]
    """Of the runs and of everything in them, the most frequent first."""
    each: Spent
    """The median of what a run took."""
    chains: int
    whole_chains: int
    attempts: Attempts
    first_try: int
    after_retries: int
    not_successful: Verdicts

    @property
    def judged_chains(self) -> int:
        """Chains of which it is known whether they succeeded."""
        return self.first_try + self.after_retries + self.not_successful.judged

    @property
    def first_try_share(self) -> float | None:
        """Chains that succeeded on the first attempt, among those judged, between 0 and 1."""
        return self.first_try / self.judged_chains if self.judged_chains else None

    @property
    def after_retries_share(self) -> float | None:
        """Chains that succeeded after retries, among those judged, between 0 and 1."""
        return self.after_retries / self.judged_chains if self.judged_chains else None


def run_statistics(chains: Chains, judge: Judge) -> list[RunStatistics]:
    """Statistics of every label, that of the most runs first. Runs that were not read count nowhere."""
    by_label: dict[str, list[tuple[Chain, list[Run]]]] = {}
    for chain in chains.chains:
        of_chain: dict[str, list[Run]] = {}
        for run in chain.runs:
            if not run.missing:
                of_chain.setdefault(run.label, []).append(run)
        for label, attempts in of_chain.items():
            by_label.setdefault(label, []).append((chain, attempts))
    found = [_of_label(label, of_chains, judge) for label, of_chains in by_label.items()]
    return sorted(found, key=lambda each: (-each.runs, each.label))


def _of_label(label: str, of_chains: list[tuple[Chain, list[Run]]], judge: Judge) -> RunStatistics:
    runs = [run for _, attempts in of_chains for run in attempts]
    whole = [attempts for chain, attempts in of_chains if _is_whole(chain)]
    first_try = [attempts for attempts in whole if judge.of_run(attempts[0]) == SUCCESS]
    others = [attempts for attempts in whole if judge.of_run(attempts[0]) != SUCCESS]
    unsuccessful = [attempts for attempts in others if all(judge.of_run(run) != SUCCESS for run in attempts)]
    return RunStatistics(
        label=label,
        runs=len(runs),
        verdicts=verdicts(runs, judge),
        outcomes=_outcomes(runs, judge),
        each=middle(runs),
        chains=len(of_chains),
        whole_chains=len(whole),
        attempts=Attempts(dict(sorted(Counter(map(len, whole)).items()))),
        first_try=len(first_try),
        after_retries=len(others) - len(unsuccessful),
        not_successful=verdicts((attempts[-1] for attempts in unsuccessful), judge),
    )


def _is_whole(chain: Chain) -> bool:
    (first, *others) = chain.roots
    return not others and first.follows is None and not any(run.missing for run in chain.runs)


def _outcomes(runs: list[Run], judge: Judge) -> list[OutcomeCount]:
    counts = Counter(
        (outcome.name, judge.of_outcome(outcome))
        for run in runs
        for entity in run.entities()
        for outcome in entity.outcomes
        if not outcome.missing
    )
    found = [OutcomeCount(name, classification, count) for (name, classification), count in counts.items()]
    return sorted(found, key=lambda each: (-each.count, each.name, each.classification or ""))
