"""What a run took, where that is known, and the middle of what several took."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from warpmetrics_otel.read.model import Run


@dataclass(frozen=True, slots=True)
class Spent:
    """Time in nanoseconds, tokens in and out, US dollars; each None where nobody told."""

    duration_ns: float | None
    tokens: float | None
    cost: float | None


def spent(run: Run) -> Spent:
    """What a run took altogether."""
    calls = run.calls
    counted = [tokens for call in calls for tokens in (call.input_tokens, call.output_tokens) if tokens is not None]
    costs = [call.cost for call in calls if call.cost is not None]
    return Spent(
        duration_ns=None if run.missing else run.duration_ns,
        tokens=sum(counted) if counted else None,
        cost=math.fsum(costs) if costs else None,
    )


def middle(runs: Iterable[Run]) -> Spent:
    """The medians of what runs took, each over the runs that tell."""
    each = [spent(run) for run in runs]
    return Spent(
        duration_ns=_median(one.duration_ns for one in each),
        tokens=_median(one.tokens for one in each),
        cost=_median(one.cost for one in each),
    )


def _median(told: Iterable[float | None]) -> float | None:
    known = [value for value in told if value is not None]
    return median(known) if known else None
