"""`WarpmetricsSpanExporter`: an ordinary span exporter, for pipelines that users put together themselves.

It is what ``OTEL_TRACES_EXPORTER=otlp,warpmetrics`` and a configuration file name. It sees spans when they
end, so a run arrives at its end; recording with a key, or the processor, tells of it at its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from warpmetrics_otel.deliver.mouth import Mouth
from warpmetrics_otel.deliver.options import MouthOptions, MouthSettings

SHUTDOWN_SECONDS = 5.0


class WarpmetricsSpanExporter(SpanExporter):
    """Sends what agents did to the native API, over this process's one pipeline to there.

    That is Warpmetrics spans, and LLM calls of other instrumentation with the agents above them. Every option has a
    default from the environment.

    Args:
        options: see `docs/configuration.md`; without any, the environment decides.

    Raises:
        TypeError: an option that does not exist.
        ValueError: an option with a value that makes no sense.
    """

    def __init__(self, **options: Unpack[MouthOptions]) -> None:
        self._mouth = Mouth(MouthSettings.read(options), type(self).__name__)

    @property
    def sent_before_parents(self) -> int:
        """How many entities were sent before what they hang on, which did not come in time."""
        return self._mouth.early

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Accept spans; they are sent by the pipeline, which retries for as long as it takes."""
        if not self._mouth.open:
            return SpanExportResult.FAILURE
        self._mouth.take_all(spans)
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what was accepted, what waits for its parents too; whether all of it has arrived."""
        return self._mouth.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Send what was accepted, for at most five seconds, and accept no more."""
        self._mouth.shutdown(SHUTDOWN_SECONDS)
