"""Which times a search in Tempo looks at, shown with the plain OpenTelemetry SDK and two traces of different age."""

import time

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import format_trace_id

from tests.e2e.tempo import started_tempo

HOUR_NS = 3600 * 10**9


@pytest.fixture(scope="module")
def by_default(tempo_binary):
    with started_tempo(tempo_binary, query_frontend={"search": {}}) as tempo:
        yield tempo


@pytest.fixture(scope="module")
def sent(by_default):
    """The trace ids of a span of an hour ago and of one of now, the older one sent first."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{by_default.otlp_http_url}/v1/traces")))
    ids = []
    for start in (time.time_ns() - HOUR_NS, time.time_ns()):
        span = provider.get_tracer("times").start_span("span", start_time=start)
        span.end(start + 1000)
        ids.append(format_trace_id(span.get_span_context().trace_id))
    provider.shutdown()
    return ids


def test_without_a_range_a_search_looks_at_the_last_minutes_only(by_default, sent):
    old, new = sent
    assert by_default.query("{ true }", until=lambda found: new in found) == {new}
    assert by_default.trace(old)


def test_a_range_of_more_than_a_week_is_refused(by_default):
    now = int(time.time())
    with pytest.raises(AssertionError, match="exceeds 168h"):
        by_default.get(f"/api/search?q=%7B%20true%20%7D&start={now - 8 * 86400}&end={now}")
