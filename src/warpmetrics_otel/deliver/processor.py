"""`WarpmetricsSpanProcessor`: hears of spans when they start, of those too that are recorded but not sampled.

So a run is there while it is under way, and the native side has all of them whatever part the backend gets.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Unpack

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.exporter import SHUTDOWN_SECONDS
from warpmetrics_otel.deliver.mouth import Mouth
from warpmetrics_otel.deliver.options import MouthOptions, MouthSettings
from warpmetrics_otel.standing import SCOPE

_NOBODYS = InstrumentationScope("")
_TOLD_AT_START = (semconv.ENTITY_TYPE_RUN, semconv.ENTITY_TYPE_GROUP)


class WarpmetricsSpanProcessor(SpanProcessor):
    """Sends what agents did to the native API: Warpmetrics spans, and LLM calls of other instrumentation.

    Runs and groups of Warpmetrics are sent when they start, the rest when it ends. What others record is sent when it
    is known what stands above it: at the latest some seconds after its end (`hold_seconds`).

    Args:
        options: those of `WarpmetricsSpanExporter`.

    Raises:
        TypeError: an option that does not exist.
        ValueError: an option with a value that makes no sense.
    """

    def __init__(self, **options: Unpack[MouthOptions]) -> None:
        self._mouth = Mouth(MouthSettings.read(options), type(self).__name__, sees_starts=True)
        self._others = self._mouth.others if self._mouth.open else None
        # The agent waits for every look at a span, and most are of the scope that the last one was of.
        self._theirs: InstrumentationScope | None = _NOBODYS

    @property
    def sent_before_parents(self) -> int:
        """How many entities were sent before what they hang on, which did not come in time."""
        return self._mouth.early

    @property
    def destination(self) -> Hashable:
        """Where it sends to: address, key and project, as one value; None without a key. Only good for comparing."""
        return self._mouth.destination

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Tell of a run or group; take note of what may be above a call."""
        others = self._others
        if others is None:
            return
        if span.instrumentation_scope is self._theirs or self._is_theirs(span):
            others.started(span, parent_context)
        elif (span.attributes or {}).get(semconv.WARPMETRICS_ENTITY_TYPE) in _TOLD_AT_START:
            self._mouth.take((span,))

    def on_end(self, span: ReadableSpan) -> None:
        """Tell of what was not told at the start."""
        others = self._others
        if others is None:
            return
        if span.instrumentation_scope is self._theirs or self._is_theirs(span):
            above = others.ended(span)
            if above is not None:
                others.come(span, above)
        else:
            self._mouth.take((span,))

    def _is_theirs(self, span: ReadableSpan) -> bool:
        scope = span.instrumentation_scope
        if scope is not None and scope.name == SCOPE:
            return False
        self._theirs = scope
        return True

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what was taken; whether all of it has arrived."""
        return self._mouth.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Send what was taken, for at most five seconds, and take no more."""
        self._others = None
        self._mouth.shutdown(SHUTDOWN_SECONDS)
