"""Beside the GenAI instrumentation of the OpenAI client, one request is recorded once, by whoever is further out."""

import pytest
from opentelemetry.context import attach, detach, set_value
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.capture.ways import REQUESTS, RICH, close, resource, ways
from warpmetrics_otel import capture

instrumentation = pytest.importorskip("opentelemetry.instrumentation.genai.openai")
KEY = "opentelemetry.genai.client.inference.context"
OPENAI = [
    way
    for way in ways()
    if way.api.startswith("openai")
    # There the instrumentation itself calls an asynchronous `parse` and forgets to await it, warped or not.
    and not (way.api == "openai.chat" and way.is_async and way.how == "streaming response")
]


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = instrumentation.OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter
    instrumentor.uninstrument()
    provider.shutdown()


@pytest.mark.parametrize("way", OPENAI, ids=str)
async def test_a_warped_client_is_recorded_by_us(way, server, sink, spans):
    client = capture.warp(way.client(server), sink)
    server.answer(RICH)
    result = await way(client)
    assert spans.get_finished_spans() == ()
    assert sink.only.response == "It rains in Riga."
    assert sink.only.tokens["total"] == 120
    assert any(key is result for key in sink.keys)
    await close(client)


@pytest.mark.parametrize("way", [way for way in OPENAI if way.how in ("plain", "stream", "helper")], ids=str)
async def test_another_client_is_recorded_by_the_instrumentation(way, server, sink, spans):
    client = way.client(server)
    server.answer(RICH)
    await way(client)
    assert len(spans.get_finished_spans()) == 1
    assert sink.events == []
    await close(client)


@pytest.mark.parametrize("way", ways("plain", "stream", "helper"), ids=str)
async def test_inside_an_instrumentation_further_out_we_are_silent(way, server, sink):
    client = capture.warp(way.client(server), sink)
    token = attach(set_value(KEY, object()))
    try:
        await way(client)
    finally:
        detach(token)
    assert sink.events == []
    await close(client)


@pytest.mark.parametrize("way", [way for way in ways("stream") if not way.is_async], ids=str)
async def test_a_call_made_while_reading_a_stream_is_one_of_its_own(way, server, sink):
    client = capture.warp(way.client(server), sink)
    methods = resource(client, way.api)
    with methods.create(**REQUESTS[way.api], stream=True) as stream:
        next(stream)
        methods.create(**REQUESTS[way.api])
    assert sink.steps.count("started") == sink.steps.count("finished") == 2
    await close(client)
