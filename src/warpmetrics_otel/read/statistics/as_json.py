"""Statistics -> plain JSON values for programs. Keys may be added; none is renamed, removed or left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeAlias

from warpmetrics_otel.read.statistics.acts import ActStatistics
from warpmetrics_otel.read.statistics.runs import RunStatistics
from warpmetrics_otel.read.statistics.spent import Spent

Json: TypeAlias = dict[str, Any]


def acts_as_json(statistics: Iterable[ActStatistics]) -> Json:
    """`acts[]`, the most frequent first.

    - `name`, `count`, `followed` (acts with a follow-up run), `followUps` (such runs).
    - `verdicts` of the follow-up runs: `success`, `failure`, `neutral`, `unclassified`, `undecided`.
    - `successShare`: successes among those that are classified, 0 to 1, or null.
    - `results`: follow-ups that did `better`, `worse`, the `same`, or of which that is `unknown`.
    - `scoreChange`: null, or `median` and `mean` of the change in score over `of` follow-ups.
    - `extra`: medians of what a follow-up run took: `durationMs`, `tokens`, `cost`, each null where nobody told.
    """
    return {
        "acts": [
            {
                "name": of.name,
                "count": of.count,
                "followed": of.followed,
                "followUps": of.follow_ups,
                "verdicts": asdict(of.verdicts),
                "successShare": of.verdicts.success_share,
                "results": asdict(of.results),
                "scoreChange": of.score_change and of.score_change._asdict(),
                "extra": spent_as_json(of.extra),
            }
            for of in statistics
        ]
    }


def runs_as_json(statistics: Iterable[RunStatistics]) -> Json:
    """`runs[]`, the label with the most runs first.

    - `label`, `count`, `verdicts` and `successShare` of its runs, `each` (the medians of what a run took).
    - `outcomes[]`: `name`, `classification` (or null), `count`.
    - `chains`, of which `wholeChains` have no hole. What follows is about these: `attempts` with `mean`, `median`,
      `most` and `chains[]` (`attempts`, `chains`); `firstTry` and `afterRetries`, each `chains` and `share`;
      `notSuccessful`: the verdicts of the last attempt of the others.
    """
    return {
        "runs": [
            {
                "label": of.label,
                "count": of.runs,
                "verdicts": asdict(of.verdicts),
                "successShare": of.verdicts.success_share,
                "each": spent_as_json(of.each),
                "outcomes": [asdict(outcome) for outcome in of.outcomes],
                "chains": of.chains,
                "wholeChains": of.whole_chains,
                "attempts": {
                    "mean": of.attempts.mean,
                    "median": of.attempts.median,
                    "most": of.attempts.most,
                    "chains": [{"attempts": each, "chains": count} for each, count in of.attempts.chains.items()],
                },
                "firstTry": {"chains": of.first_try, "share": of.first_try_share},
                "afterRetries": {"chains": of.after_retries, "share": of.after_retries_share},
                "notSuccessful": asdict(of.not_successful),
            }
            for of in statistics
        ]
    }


def spent_as_json(spent: Spent) -> Json:
    """`durationMs`, `tokens` and `cost`, each null where nobody told."""
    return {
        "durationMs": None if spent.duration_ns is None else spent.duration_ns / 1e6,
        "tokens": spent.tokens,
        "cost": spent.cost,
    }
