"""Outcomes and acts as OpenTelemetry log events, beside the span events, for ``events="both"``.

The span-event API is being retired in favour of log events (OTEP 4430). The logs API of
OpenTelemetry Python is public in all but the name of its module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, set_span_in_context

from warpmetrics_otel import semconv
from warpmetrics_otel.record.spans import SCOPE

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider

_EVALUATION = (
    semconv.GEN_AI_EVALUATION_NAME,
    semconv.GEN_AI_EVALUATION_SCORE_VALUE,
    semconv.GEN_AI_EVALUATION_SCORE_LABEL,
    semconv.GEN_AI_EVALUATION_EXPLANATION,
)


def emit(provider: LoggerProvider | None, name: str, attributes: dict[str, Any], at_ns: int, host: SpanContext) -> None:
    """Emit an event with the target's span context, and the GenAI evaluation event for a scored outcome."""
    from opentelemetry._logs import LogRecord, SeverityNumber, get_logger

    logger = get_logger(SCOPE, logger_provider=provider, schema_url=semconv.SCHEMA_URL)
    context = set_span_in_context(NonRecordingSpan(host), Context())
    evaluation = {key: attributes[key] for key in _EVALUATION if key in attributes}
    events = [(name, attributes)]
    if evaluation:
        events.append((semconv.EVENT_EVALUATION_RESULT, evaluation))
    for event_name, values in events:
        logger.emit(
            LogRecord(
                timestamp=at_ns,
                context=context,
                severity_number=SeverityNumber.INFO,
                event_name=event_name,
                attributes=values,
            )
        )
