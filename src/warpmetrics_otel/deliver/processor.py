"""`WarpmetricsSpanProcessor`: hears of spans when they start, of those too that are recorded but not sampled.

So a run is there while it is under way, and the native side has all of them whatever part the backend gets.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Unpack

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.ancestry import OURS, Above
from warpmetrics_otel.deliver.exporter import SHUTDOWN_SECONDS
from warpmetrics_otel.deliver.mouth import Mouth
from warpmetrics_otel.deliver.options import MouthOptions, MouthSettings
from warpmetrics_otel.standing import is_ours

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
        # The agent waits for every look at a span, and most are of the scope that the last one was of.
        self._theirs: InstrumentationScope | None = _NOBODYS
        self._started: Callable[[Span, Context | None], object] = _is_nothing
        self._ended: Callable[[ReadableSpan], Above | None] = _is_nothing
        if self._mouth.open:
            self._started, self._ended = self._mouth.others.started, self._mouth.others.ended

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
        scope = span.instrumentation_scope
        if scope is self._theirs:
            self._started(span, parent_context)
        elif not is_ours(span):
            self._theirs = scope
            self._started(span, parent_context)
        elif (span.attributes or {}).get(semconv.WARPMETRICS_ENTITY_TYPE) in _TOLD_AT_START:
            self._mouth.take((span,))

    def on_end(self, span: ReadableSpan) -> None:
        """Tell of what was not told at the start."""
        above = self._ended(span)
        if above is None:
            return
        if above is OURS:
            self._mouth.take((span,))
        else:
            self._mouth.others.come(span, above)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what was taken; whether all of it has arrived."""
        return self._mouth.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Send what was taken, for at most five seconds, and take no more."""
        self._started = self._ended = _is_nothing
        self._mouth.shutdown(SHUTDOWN_SECONDS)


def _is_nothing(_span: ReadableSpan, _context: Context | None = None) -> None:
    """What is done about a span by a processor that has no key, or has been shut down."""
