"""The scores that outcomes were given."""

from __future__ import annotations

from typing import NamedTuple

from warpmetrics_otel import semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.model import Outcome, Run

_SCORE = "score"
_METRIC = "metric"


class Score(NamedTuple):
    """A number on the scale that `metric` names. More is better."""

    metric: str
    value: float


def score_of(outcome: Outcome) -> Score | None:
    """The score of an outcome: what its event says in the words of the GenAI conventions, else its opts."""
    value = values.number(outcome.event.attributes, semconv.GEN_AI_EVALUATION_SCORE_VALUE)
    if value is not None:
        return Score(values.text(outcome.event.attributes, semconv.GEN_AI_EVALUATION_NAME) or _SCORE, value)
    opts = outcome.opts.value
    if isinstance(opts, dict) and (value := values.number(opts, _SCORE)) is not None:
        return Score(values.text(opts, _METRIC) or _SCORE, value)
    return None


def scores_of(run: Run) -> dict[str, float]:
    """The last score of a run on each scale, the latest scale last.

    Scores of the run itself count; where it has none, those of its groups and calls.
    """
    return _scores(run.outcomes) or _scores(
        sorted(
            (outcome for entity in run.descendants() for outcome in entity.outcomes),
            key=lambda outcome: outcome.time_ns,
        )
    )


def change_in_score(before: Run, after: Run) -> tuple[str, float, float] | None:
    """The scale, and the last scores on it of a run and of one that follows it up; None unless both have one."""
    old, new = scores_of(before), scores_of(after)
    metric = next((metric for metric in reversed(new) if metric in old), None)
    return None if metric is None else (metric, old[metric], new[metric])


def _scores(outcomes: list[Outcome]) -> dict[str, float]:
    found: dict[str, float] = {}
    for outcome in outcomes:
        score = score_of(outcome)
        if score is not None:
            found.pop(score.metric, None)
            found[score.metric] = score.value
    return found
