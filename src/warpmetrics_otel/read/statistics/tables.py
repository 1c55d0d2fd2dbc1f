"""Statistics -> tables for a terminal, with rich."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich import box
from rich.table import Table
from rich.text import Text

from warpmetrics_otel.read.statistics.acts import ActStatistics
from warpmetrics_otel.read.statistics.judge import UNCLASSIFIED, Verdicts
from warpmetrics_otel.read.statistics.looks import LOOKS
from warpmetrics_otel.read.statistics.runs import RunStatistics
from warpmetrics_otel.read.statistics.spent import Spent
from warpmetrics_otel.read.words import cost, count, duration, many, printable


def acts_table(statistics: Sequence[ActStatistics]) -> Table:
    """Acts by name: how often, what came of the runs that followed, and what these took."""
    table = _table("Act", "#Times", "#Success", "Ended in", "Did", "#Took")
    for of in statistics:
        results = (("better", of.results.better), ("same", of.results.same), ("worse", of.results.worse))
        did = [f"{count(number)} {word}" for word, number in results if number]
        if of.score_change is not None:
            did.append(f"score {of.score_change.median:+,.4g}")
        table.add_row(
            Text(printable(of.name) or "(no name)", style="bold"),
            f"{count(of.count)}\n{count(of.follow_ups)} followed",
            _share(of.verdicts.success_share, of.verdicts.success, of.verdicts.judged),
            _ended(of.verdicts),
            "\n".join(did),
            _took(of.extra),
        )
    return table


def runs_table(statistics: Sequence[RunStatistics]) -> Table:
    """Runs by label: how they ended, how many attempts a chain took, and whether the first one did it."""
    table = _table("Label", "#Runs", "Ended in", "#Chains", "#Succeeded", "#Took")
    for of in statistics:
        table.add_row(
            Text(printable(of.label) or "(no label)", style="bold"),
            count(of.runs),
            _ended(of.verdicts),
            _chains(of),
            _succeeded(of),
            _took(of.each),
        )
    return table


def outcomes_table(statistics: Sequence[RunStatistics]) -> Table:
    """How often each outcome happened, by label."""
    table = _table("Label", "Outcome", "Counts as", "#Times", apart=0)
    for of in statistics:
        for outcome in of.outcomes:
            look = LOOKS[outcome.classification or UNCLASSIFIED]
            table.add_row(
                Text(printable(of.label) or "(no label)", style="bold"),
                Text(printable(outcome.name) or "(no name)", overflow="fold"),
                Text(f"{look.sign} {look.word}", style=look.colour),
                count(outcome.count),
            )
    return table


def _table(first: str, *columns: str, apart: int = 1) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), leading=apart)
    # On a narrow screen the words beside it wrap before a name falls to pieces.
    table.add_column(first, overflow="fold", min_width=14)
    for column in columns:
        name = column.removeprefix("#")
        table.add_column(name, justify="right" if name != column else "left")
    return table


def _chains(of: RunStatistics) -> str:
    lines = [count(of.chains)]
    if of.whole_chains != of.chains:
        lines.append(f"{count(of.whole_chains)} whole")
    if of.attempts.mean is not None:
        lines += [
            f"{of.attempts.mean:.3g} attempt{'' if of.attempts.mean == 1 else 's'}",
            f"at most {of.attempts.most}",
        ]
    return "\n".join(lines)


def _succeeded(of: RunStatistics) -> str:
    if of.first_try_share is None or of.after_retries_share is None:
        return ""
    shares = f"{of.first_try_share:.0%} first try\n{of.after_retries_share:.0%} retried"
    return f"{shares}\nof {many(of.judged_chains, 'chain')}"


def _share(share: float | None, part: int, of: int) -> str:
    return "" if share is None else f"{share:.0%}\n{count(part)} of {count(of)}"


def _ended(verdicts: Verdicts) -> Text:
    counted = [(LOOKS[verdict], number) for verdict, number in asdict(verdicts).items() if number]
    return Text("\n").join(Text(f"{look.sign} {count(number)} {look.word}", look.colour) for look, number in counted)


def _took(spent: Spent) -> str:
    told = (
        None if spent.duration_ns is None else duration(spent.duration_ns),
        None if spent.tokens is None else f"{count(spent.tokens)} tokens",
        None if spent.cost is None else cost(spent.cost),
    )
    return "\n".join(filter(None, told))
