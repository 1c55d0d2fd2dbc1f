"""What ``opentelemetry-instrument`` calls once it has set everything up: our processor joins the global provider."""

from __future__ import annotations

import os

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from warpmetrics_otel.deliver.processor import WarpmetricsSpanProcessor
from warpmetrics_otel.options import KEY_VARIABLE


def attach() -> None:
    """Attach a processor, where the environment holds a key and the global provider is the SDK's.

    Where it is not, recording with the same key delivers by itself.
    """
    provider = trace.get_tracer_provider()
    if os.environ.get(KEY_VARIABLE, "").strip() and isinstance(provider, TracerProvider):
        provider.add_span_processor(WarpmetricsSpanProcessor())
