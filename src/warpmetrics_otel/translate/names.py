"""The names of spans that stand for runs."""

from __future__ import annotations

from warpmetrics_otel import semconv
from warpmetrics_otel.translate.text import MAX_NAME_LENGTH


def run_name(label: str) -> str:
    """The span name of a run: the GenAI operation, and the label cut to a length that backends list well."""
    return f"{semconv.OPERATION_INVOKE_WORKFLOW} {label[:MAX_NAME_LENGTH]}".rstrip()
