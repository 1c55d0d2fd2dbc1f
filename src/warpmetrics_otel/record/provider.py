"""Where spans go: the user's provider if there is one, else a private one built from the environment.

Nothing here replaces a global provider unless asked with `set_global`. A private provider is
provisional: once the user sets a real global one, new runs use that.
"""

from __future__ import annotations

import importlib.metadata
import logging
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from warpmetrics_otel.record import exporters
from warpmetrics_otel.record.spans import SpanStarter

if TYPE_CHECKING:
    from warpmetrics_otel.record.settings import Settings

logger = logging.getLogger("warpmetrics_otel")

_FILE_DELAY_MILLIS = 1000
_NOWHERE = (
    "spans are recorded but sent nowhere: no OTLP endpoint, exporter, file or provider is configured. Set "
    "OTEL_EXPORTER_OTLP_ENDPOINT (for example http://localhost:4318), call configure(otlp_file=...), or pass "
    "configure(tracer_provider=...)"
)


class Destination:
    """The provider spans are recorded with, and what of it is ours to flush and stop."""

    def __init__(self, settings: Settings) -> None:
        self._version = importlib.metadata.version("warpmetrics-otel")
        self._private: TracerProvider | None = None
        self.provisional = False
        """Whether a provider that the user sets later is to be used instead."""
        provider = settings.tracer_provider or _global_provider()
        if not settings.enabled:
            provider = trace.NoOpTracerProvider()
        if provider is None:
            provider = self._private = _private_provider(settings)
            self.provisional = not settings.set_global
        if settings.enabled:
            self._file = _write_file(provider, settings)
        if settings.set_global and settings.enabled:
            _set_global(provider)
        self._starter = SpanStarter(provider, self._version)

    def starter(self) -> SpanStarter:
        """Our tracer of the provider in use now."""
        if self.provisional:
            provider = _global_provider()
            if provider is not None:
                self.provisional = False
                self._starter = SpanStarter(provider, self._version)
                logger.info("a global tracer provider was set; new runs use it")
        return self._starter

    def force_flush(self, timeout_millis: int) -> bool | None:
        """Flush the provider in use and our own. None when only the user's processors could tell how it went."""
        flush = getattr(self._starter.provider, "force_flush", None)
        if callable(flush) and self._starter.provider is not self._private:
            flush(timeout_millis)
        return None if self._private is None else self._private.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Stop what we made; a user's provider is left running."""
        if self._private is not None:
            self._private.shutdown()
        elif self._file is not None:
            self._file.shutdown()

    _file: BatchSpanProcessor | None = None


def _global_provider() -> trace.TracerProvider | None:
    provider = trace.get_tracer_provider()
    return None if isinstance(provider, trace.ProxyTracerProvider) else provider


def _private_provider(settings: Settings) -> TracerProvider:
    # Our own exit hook shuts it down, after it has ended the open runs.
    provider = TracerProvider(shutdown_on_exit=False)
    made = exporters.from_environment()
    for exporter in made:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    if not made and settings.otlp_file is None:
        logger.warning(_NOWHERE)
    return provider


def _write_file(provider: trace.TracerProvider, settings: Settings) -> BatchSpanProcessor | None:
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
