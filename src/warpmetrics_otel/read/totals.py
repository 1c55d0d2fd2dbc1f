"""What runs took altogether: calls, tokens, cost and time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from warpmetrics_otel.read.model import Run


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the calls of some runs. `cost` is in US dollars, None when no call told one."""

    runs: int
    calls: int
    failed_calls: int
    input_tokens: int | float
    output_tokens: int | float
    cost: float | None
    duration_ns: int
    """From the start of the first run to the end of the last."""


def totals(runs: Iterable[Run]) -> Totals:
    """Add up runs. Those that are missing count for the calls that were read of them, not as runs."""
    runs = list(runs)
    known = [run for run in runs if not run.missing]
    calls = [call for run in runs for call in run.calls]
    costs = [call.cost for call in calls if call.cost is not None]
    start = min((run.span.start_ns for run in known), default=0)
    end = max((run.span.end_ns for run in known), default=0)
    return Totals(
        runs=len(known),
        calls=len(calls),
        failed_calls=sum(call.failed for call in calls),
        input_tokens=sum(call.input_tokens or 0 for call in calls),
        output_tokens=sum(call.output_tokens or 0 for call in calls),
        cost=math.fsum(costs) if costs else None,
        duration_ns=max(0, end - start),
    )
