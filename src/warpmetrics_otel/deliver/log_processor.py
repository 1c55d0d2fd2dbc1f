"""`WarpmetricsLogRecordProcessor`: evaluations that are log events, as in the GenAI conventions, become outcomes.

It is a log record processor by its methods: the SDK's own base class is in a module that it calls private.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.mouth import ears
from warpmetrics_otel.standing import SCOPE
from warpmetrics_otel.translate.answers import answer_of_evaluation
from warpmetrics_otel.translate.views import Event


class _Record(Protocol):
    event_name: str | None
    attributes: Any
    timestamp: int | None
    observed_timestamp: int | None
    trace_id: int | None
    span_id: int | None


class _Emitted(Protocol):
    @property
    def log_record(self) -> _Record: ...

    @property
    def instrumentation_scope(self) -> InstrumentationScope | None: ...


class WarpmetricsLogRecordProcessor:
    """Tells whatever delivers LLM spans of others in this process how a span was evaluated: an outcome of what it is.

    An evaluation names its span by the context that it is emitted in, or the call by the id of its answer; one without
    either is left out. It may come while the span is open, or afterwards.
    """

    def on_emit(self, log_record: _Emitted) -> None:
        """Hear of a log record; all but evaluations are left alone."""
        record, scope = log_record.log_record, log_record.instrumentation_scope
        if record.event_name != semconv.EVENT_EVALUATION_RESULT or (scope is not None and scope.name == SCOPE):
            # Recording's own are told already, by the outcomes that they are about.
            return
        context = SpanContext(record.trace_id or 0, record.span_id or 0, is_remote=False)
        at = record.timestamp or record.observed_timestamp or time.time_ns()
        event = Event(semconv.EVENT_EVALUATION_RESULT, at, dict(record.attributes or {}))
        if not context.is_valid and answer_of_evaluation(event) is None:
            return
        for mouth in list(ears):
            mouth.others.evaluated(context, event)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """True: nothing waits here."""
        return True

    def shutdown(self) -> None:
        """Nothing is held."""
