"""An exporter that a forked child makes anew.

What an exporter holds, a lock, a connection, a half-written line, is the parent's: a child that was
forked while the parent exported would wait for that lock for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from warpmetrics_otel import fork


class PerProcessExporter(SpanExporter):
    """Exports with an exporter of this process's own.

    Args:
        make: makes the exporter; called now, and once in every forked child that exports. What it raises now is
            raised; in a child the batch processor logs it.
    """

    def __init__(self, make: Callable[[], SpanExporter]) -> None:
        self._make = make
        self.made = make()
        """The exporter of the process that asked last."""
        self._generation = fork.generation
        self._inherited: list[SpanExporter] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export, as the exporter that was made does."""
        if self._generation != fork.generation:
            # Kept, because closing what is the parent's as well could take a lock or say goodbye to the server.
            self._inherited.append(self.made)
            self.made = self._make()
            self._generation = fork.generation
        return self.made.export(spans)

    def shutdown(self) -> None:
        """Shut down what this process made."""
        if self._generation == fork.generation:
            self.made.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush what this process made."""
        return self._generation != fork.generation or self.made.force_flush(timeout_millis)
