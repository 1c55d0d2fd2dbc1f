"""Chains -> what the template of a page goes through: each run with its verdict, its change and its bars.

Text is passed on as it was recorded. The template's filters make it short, and its escaping makes it harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from warpmetrics_otel.read import words
from warpmetrics_otel.read.html.picture import Picture, picture
from warpmetrics_otel.read.html.timeline import Bar, Timeline
from warpmetrics_otel.read.model import Call, Chain, Group, Item, Outcome, Run
from warpmetrics_otel.read.statistics.changes import Change, changes
from warpmetrics_otel.read.statistics.differences import Difference, differences
from warpmetrics_otel.read.statistics.judge import Judge, deciding_outcome, verdict_of
from warpmetrics_otel.read.statistics.scores import scores_of
from warpmetrics_otel.read.statistics.spent import Spent, spent
from warpmetrics_otel.read.totals import Totals, totals

_MOST_LEVELS = 12


@dataclass(frozen=True, slots=True)
class Spend:
    """What a follow-up took beside what the run before it took; `by` is the difference, `more` its direction."""

    what: str
    before: str
    after: str
    by: str
    more: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A group or call on the line of its run."""

    entity: Group | Call
    level: int
    bar: Bar

    @property
    def is_call(self) -> bool:
        """Whether it is a call, not a group."""
        return isinstance(self.entity, Call)


@dataclass(frozen=True, slots=True)
class RunPart:
    """A run and what is said of it. `verdict` is also `unclassified`, or `undecided` without an outcome."""

    run: Run
    anchor: str
    title: str
    verdict: str
    decided: Outcome | None
    scores: dict[str, float]
    spent: Spent
    totals: Totals
    change: Change | None
    differences: list[Difference]
    spends: list[Spend]
    bar: Bar | None
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class ChainPart:
    """A chain and what is said of it."""

    chain: Chain
    anchor: str
    totals: Totals
    picture: Picture
    line: Timeline
    parts: dict[str, RunPart]
    """What is said of its runs, by their ids."""

    @property
    def label(self) -> str:
        """What kind of work it is: the label of the first run that has one."""
        return next((run.label for run in self.chain.runs if run.label), "")

    @property
    def last(self) -> RunPart:
        """The run that ended last, which is how the chain stands."""
        return max(self.parts.values(), key=lambda part: (not part.run.missing, part.run.span.end_ns))


def chain_parts(chains: Iterable[Chain], judge: Judge) -> list[ChainPart]:
    """What a page says of chains."""
    return [_chain(number, chain, judge) for number, chain in enumerate(chains, start=1)]


def _chain(number: int, chain: Chain, judge: Judge) -> ChainPart:
    line = Timeline(_interval(run) for run in chain.runs if not run.missing)
    changed = changes(chain, judge)
    parts = {
        run.id: _run(f"chain-{number}-run-{place}", run, changed.get(run.id), line, judge)
        for place, run in enumerate(chain.runs, start=1)
    }
    return ChainPart(chain, f"chain-{number}", totals(chain.runs), picture(chain), line, parts)


def _run(anchor: str, run: Run, change: Change | None, line: Timeline, judge: Judge) -> RunPart:
    decided = deciding_outcome(run)
    own_line = Timeline([*([] if run.missing else [_interval(run)]), *map(_interval, run.descendants())])
    return RunPart(
        run=run,
        anchor=anchor,
        title=f"Run {run.number}" if run.number else "Run",
        verdict=verdict_of(decided, judge),
        decided=decided,
        scores=scores_of(run),
        spent=spent(run),
        totals=totals([run]),
        change=change,
        differences=differences(change) if change else [],
        spends=list(_spends(change)) if change else [],
        bar=None if run.missing else line.bar(*_interval(run)),
        rows=list(_rows(run, own_line)),
    )


def _spends(change: Change) -> Iterator[Spend]:
    before, after = change.before, change.after
    for what, old, new, shown in (
        ("time", before.duration_ns, after.duration_ns, words.duration),
        ("tokens", before.tokens, after.tokens, words.count),
        ("cost", before.cost, after.cost, words.cost),
    ):
        if old is not None and new is not None:
            sign = "+" if new > old else "−" if new < old else "±"  # noqa: RUF001 -- a minus as wide as the plus
            yield Spend(what, shown(old), shown(new), f"{sign}{shown(abs(new - old))}", new > old)


def _rows(run: Run, line: Timeline) -> Iterator[Row]:
    levels: dict[str, int] = {run.id: -1}
    for entity in run.descendants():
        level = levels.get(entity.parent.id if entity.parent else run.id, -1) + 1
        levels[entity.id] = level
        yield Row(entity, min(level, _MOST_LEVELS), line.bar(*_interval(entity)))


def _interval(entity: Item) -> tuple[int, int]:
    return (entity.span.start_ns, entity.span.end_ns)
