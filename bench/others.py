"""What the processor costs the agent's thread for a span that is about no LLM, against one that does nothing."""

import time

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

from warpmetrics_otel import WarpmetricsSpanProcessor
from warpmetrics_otel.testing import NativeApi

SPANS = 4000
_REQUEST = {
    "http.request.method": "GET",
    "url.full": "https://shop.example.com/api/v1/orders/4711",
    "server.address": "shop.example.com",
    "server.port": 443,
}


class _Nothing(SpanProcessor):
    """The base class's methods do nothing."""


def _cpu_per_span(processor: SpanProcessor) -> float:
    """Microseconds of this thread's CPU: of every two spans one is a root, and one beneath it."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("bench")
    began = time.thread_time()
    for _ in range(SPANS // 2):
        with tracer.start_as_current_span("GET /orders", attributes=_REQUEST), tracer.start_as_current_span("SELECT"):
            pass
    took = time.thread_time() - began
    provider.shutdown()
    return took / SPANS * 1e6


def measure(rounds: int) -> list[tuple[float, float]]:
    """Microseconds a span, with a processor that does nothing and with ours, for each of some rounds."""
    with NativeApi() as api:
        _cpu_per_span(WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url))
        return [
            (_cpu_per_span(_Nothing()), _cpu_per_span(WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)))
            for _ in range(rounds)
        ]


def added(rounds: list[tuple[float, float]]) -> float:
    """Microseconds that ours adds to a span, in the best of the rounds: a busy machine only ever adds."""
    return min(ours for _, ours in rounds) - min(nothing for nothing, _ in rounds)
