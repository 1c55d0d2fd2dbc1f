"""The GenAI conventions' evaluation of a span -> the native outcome: the inverse of what a scored outcome is too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import ids, semconv
from warpmetrics_otel.entities import Outcome
from warpmetrics_otel.translate.text import plain
from warpmetrics_otel.translate.times import iso
from warpmetrics_otel.translate.tokens import count

_DEFAULT_METRIC = "score"


def evaluation_outcome(
    attributes: Mapping[str, Any], trace_id: int, span_id: int, time_ns: int, target_id: str
) -> Outcome:
    """The outcome that an evaluation is, whether it came as a span's event or as a log's.

    Args:
        attributes: the event's.
        trace_id: the trace of the span it is about.
        span_id: that span.
        time_ns: when it was found.
        target_id: what that span stands for.
    """
    metric = attributes.get(semconv.GEN_AI_EVALUATION_NAME)
    label = attributes.get(semconv.GEN_AI_EVALUATION_SCORE_LABEL)
    reason, error = attributes.get(semconv.GEN_AI_EVALUATION_EXPLANATION), attributes.get(semconv.ERROR_TYPE)
    opts = {
        "metric": None if metric is None else plain(metric),
        "score": count(attributes.get(semconv.GEN_AI_EVALUATION_SCORE_VALUE)),
        "reason": None if reason is None else plain(reason),
        "error": None if error is None else plain(error),
    }
    kept = {name: value for name, value in opts.items() if value is not None}
    name = plain(label) if label is not None else opts["metric"] or _DEFAULT_METRIC
    more = f"{metric}\n{time_ns}".encode("utf-8", "surrogatepass")
    return Outcome(ids.derived(ids.OUTCOME, trace_id, span_id, more), target_id, name, kept or None, iso(time_ns))
