"""The GenAI evaluation that a scored outcome is too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.text import plain


def evaluation(outcome_name: str, opts: Any) -> dict[str, Any]:
    """The GenAI evaluation that a ``score`` in an outcome's opts stands for; empty without one."""
    try:
        if type(opts) is dict:
            if "score" not in opts:
                return {}
        elif not isinstance(opts, Mapping):
            return {}
        score, metric, reason = opts.get("score"), opts.get("metric"), opts.get("reason")
        value = float(score) if isinstance(score, (int, float)) and not isinstance(score, bool) else None
    except Exception:  # noqa: BLE001 -- what a user's mapping raises; an integer may be too large for a float
        return {}
    if value is None or not math.isfinite(value):
        return {}
    attributes: dict[str, Any] = {
        semconv.GEN_AI_EVALUATION_NAME: plain(metric) if isinstance(metric, str) and metric else "score",
        semconv.GEN_AI_EVALUATION_SCORE_VALUE: value,
        semconv.GEN_AI_EVALUATION_SCORE_LABEL: outcome_name,
    }
    if isinstance(reason, str):
        attributes[semconv.GEN_AI_EVALUATION_EXPLANATION] = plain(reason)
    return attributes
