"""`WarpmetricsSpanProcessor`: hears of spans when they start, of those too that are recorded but not sampled.

So a run is there while it is under way, and the native side has all of them whatever part the backend gets.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Unpack

from opentelemetry.sdk.trace import ReadableSpan

from warpmetrics_otel import semconv
from warpmetrics_otel.deliver.exporter import SHUTDOWN_SECONDS
from warpmetrics_otel.deliver.listener import Above, Listener
from warpmetrics_otel.deliver.mouth import Mouth
from warpmetrics_otel.deliver.options import MouthOptions, MouthSettings

_TOLD_AT_START = (semconv.ENTITY_TYPE_RUN, semconv.ENTITY_TYPE_GROUP)


class WarpmetricsSpanProcessor(Listener):
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
        super().__init__()
        self._mouth = Mouth(MouthSettings.read(options), type(self).__name__, sees_starts=True)
        self._hears = self._mouth.open
        if self._mouth.open:
            self._mouth.others.listen(self)

    @property
    def sent_before_parents(self) -> int:
        """How many entities were sent before what they hang on, which did not come in time."""
        return self._mouth.early

    @property
    def destination(self) -> Hashable:
        """Where it sends to: address, key and project, as one value; None without a key. Only good for comparing."""
        return self._mouth.destination

    def _heard(self, span: ReadableSpan, above: Above) -> None:
        self._mouth.others.come(span, above)

    def _own_started(self, span: ReadableSpan) -> None:
        if self._hears and (span.attributes or {}).get(semconv.WARPMETRICS_ENTITY_TYPE) in _TOLD_AT_START:
            self._mouth.take((span,))

    def _own_ended(self, span: ReadableSpan) -> None:
        if self._hears:
            self._mouth.take((span,))

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what was taken; whether all of it has arrived."""
        return self._mouth.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Send what was taken, for at most five seconds, and take no more."""
        self._hears = False
        self._mouth.shutdown(SHUTDOWN_SECONDS)
