"""Where spans go: the user's provider if there is one, else a private one built from the environment.

Nothing here replaces a global provider unless asked with `set_global`. A private provider is
provisional: once the user sets a real global one, new runs use that.
"""

from __future__ import annotations

import importlib.metadata
import logging
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from warpmetrics_otel.record import exporters
from warpmetrics_otel.record.spans import SpanStarter

if TYPE_CHECKING:
    from warpmetrics_otel.record.settings import Settings

logger = logging.getLogger("warpmetrics_otel")

_FILE_DELAY_MILLIS = 1000
_NOWHERE = (
    "spans are recorded but sent nowhere: no OTLP endpoint, exporter, file, API key or provider is configured. Set "
    "OTEL_EXPORTER_OTLP_ENDPOINT (for example http://localhost:4318) or WARPMETRICS_API_KEY, call "
    "configure(otlp_file=...), or pass configure(tracer_provider=...)"
)


class Destination:
    """The provider spans are recorded with, and what of it is ours to flush and stop."""

    def __init__(self, settings: Settings) -> None:
        self._version = importlib.metadata.version("warpmetrics-otel")
        self._private: TracerProvider | None = None
        self._provisional = False
        provider = settings.tracer_provider or _global_provider()
        if not settings.enabled:
            provider = trace.NoOpTracerProvider()
        if provider is None:
            provider = self._private = _private_provider()
            self._provisional = not settings.set_global
            kept = settings.otlp_file is not None or settings.api_key is not None
            self._nowhere = not kept and not exporters.asked_for()
        if settings.enabled:
            self._file = _write_file(provider, settings)
        if settings.set_global and settings.enabled:
            _set_global(provider)
        self.starter = SpanStarter(provider, self._version)
        """Our tracer of the provider in use."""
        self.unsettled = self._provisional or self._nowhere
        """Whether `settle` has anything to find out."""

    def settle(self) -> SpanStarter:
        """Look again, now that there is something to record: our tracer of the provider to use from now on.

        Not sooner, since a program that sets its provider after ours was configured has done nothing to be warned of.
        """
        provider = _global_provider() if self._provisional else None
        if provider is not None:
            self._provisional = self._nowhere = False
            self.starter = SpanStarter(provider, self._version)
            logger.info("a global tracer provider was set; new runs use it")
            self._move_file(provider)
        elif self._nowhere:
            self._nowhere = False
            logger.warning(_NOWHERE)
        self.unsettled = self._provisional
        return self.starter

    def force_flush(self, timeout_millis: int) -> bool | None:
        """Flush the provider in use and our own. None when only the user's processors could tell how it went.

        False when ours did not in time, or the user's raised.
        """
        flush = getattr(self.starter.provider, "force_flush", None)
        if callable(flush) and self.starter.provider is not self._private:
            try:
                flush(timeout_millis)
            except Exception:
                logger.exception("the tracer provider raised when asked to flush; what it holds may not be exported")
                return False
        return None if self._private is None else self._private.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Stop what we made; a user's provider is left running."""
        if self._private is not None:
            self._private.shutdown()
        elif self._file is not None:
            self._file.shutdown()

    def _move_file(self, provider: trace.TracerProvider) -> None:
        if self._file is None:
            return
        if isinstance(provider, TracerProvider):
            provider.add_span_processor(self._file)
        else:
            logger.warning("otlp_file gets no more runs: the provider that was set takes no span processors")

    _file: SpanProcessor | None = None
    _nowhere = False


def _global_provider() -> trace.TracerProvider | None:
    provider = trace.get_tracer_provider()
    return None if isinstance(provider, trace.ProxyTracerProvider) else provider


def _private_provider() -> TracerProvider:
    # Our own exit hook shuts it down, after it has ended the open runs.
    provider = TracerProvider(shutdown_on_exit=False)
    for exporter in exporters.from_environment():
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _write_file(provider: trace.TracerProvider, settings: Settings) -> SpanProcessor | None:
    if settings.otlp_file is None:
        return None
    processor = BatchSpanProcessor(exporters.to_file(settings.otlp_file), schedule_delay_millis=_FILE_DELAY_MILLIS)
    if not isinstance(provider, TracerProvider):
        message = "otlp_file needs a provider of the OpenTelemetry SDK; this one takes no span processors"
        raise TypeError(message)
    provider.add_span_processor(processor)
    return processor


def _set_global(provider: trace.TracerProvider) -> None:
    there = _global_provider()
    if there is None:
        trace.set_tracer_provider(provider)
    elif there is not provider:
        message = "set_global=True, but another global tracer provider is already set; leave set_global out to use it"
        raise ValueError(message)
