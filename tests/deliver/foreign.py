"""Instrumentation of others, as its spans look: written by hand, since the real packages have tests of their own."""

from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from tests.bridge.spans import AGENT, CALL
from warpmetrics_otel import WarpmetricsSpanExporter, WarpmetricsSpanProcessor

REMOTE = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, is_remote=True, trace_flags=TraceFlags(1))
"""Of a span in another process."""


class Instrumented:
    """A provider with somebody else's tracer."""

    def __init__(self, *processors, sampler=ALWAYS_ON):
        self.provider = TracerProvider(shutdown_on_exit=False, sampler=sampler)
        for processor in processors:
            self.provider.add_span_processor(processor)
        self.tracer = self.provider.get_tracer("others")

    def span(self, name="GET /chat", attributes=None, **more):
        return self.tracer.start_as_current_span(name, attributes=attributes, **more)

    def agent(self):
        return self.span("invoke_agent Bob", AGENT)

    def call(self, **more):
        with self.span("chat m", CALL | more) as span:
            return span


@contextmanager
def instrumented(*processors, **options):
    made = Instrumented(*processors, **options)
    try:
        yield made
    finally:
        made.provider.shutdown()


def serve(made):
    """A request with an agent in it, which asks a model twice: once through HTTP, as clients do."""
    with made.span(), made.agent():
        with made.span("POST"):
            made.call()
        made.call()


SERVED = {"runs": 1, "groups": 1, "calls": 2, "links": 3}
"""What `serve` leaves."""


def processor(api, **options):
    return WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url, **options)


def exporter(api, **options):
    return BatchSpanProcessor(WarpmetricsSpanExporter(api_key=api.key, api_url=api.url, **options))


def beneath(context):
    """Where a request from another process is served."""
    return set_span_in_context(NonRecordingSpan(context), Context())
