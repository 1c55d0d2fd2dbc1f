"""The same span sent twice with different content, by the plain OpenTelemetry SDK: why ours are never amended."""

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import format_trace_id


class Same(IdGenerator):
    """Gives all traces and spans one id each."""

    def __init__(self):
        self.trace_id, self.span_id = RandomIdGenerator().generate_trace_id(), RandomIdGenerator().generate_span_id()

    def generate_trace_id(self):
        return self.trace_id

    def generate_span_id(self):
        return self.span_id


@pytest.mark.parametrize("name", ["jaeger", "tempo"])
def test_both_are_shown(request, name):
    backend = request.getfixturevalue(name)
    provider = TracerProvider(id_generator=Same(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{backend.otlp_http_url}/v1/traces")))
    for content in ("first", "amended"):
        span = provider.get_tracer("twice").start_span("span", attributes={"content": content})
        span.end()
    provider.shutdown()

    spans = backend.trace(format_trace_id(span.get_span_context().trace_id), until=lambda spans: len(spans) == 2)
    assert {span.attributes["content"] for span in spans} == {"first", "amended"}
