"""What the backends promise, shown with the plain OpenTelemetry SDK: what goes in over OTLP comes back as it was."""

import uuid

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, StatusCode, format_span_id, format_trace_id


@pytest.fixture(params=["jaeger", "tempo"])
def backend(request: pytest.FixtureRequest):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["grpc", "http"])
def exporter(backend, request: pytest.FixtureRequest):
    if request.param == "grpc":
        return GrpcExporter(endpoint=backend.otlp_grpc_url, insecure=True)
    return HttpExporter(endpoint=f"{backend.otlp_http_url}/v1/traces")


@pytest.fixture
def service() -> str:
    return f"harness-{uuid.uuid4()}"


@pytest.fixture
def tracer(exporter, service):
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider.get_tracer("harness")
    provider.shutdown()


def test_a_trace_comes_back_as_it_was_sent(backend, tracer, service):
    with tracer.start_as_current_span("origin") as origin:
        origin.add_event("warned", {"times": 2, "by": "härness"})
    with tracer.start_as_current_span(
        "root", links=[Link(origin.get_span_context(), {"why": "test"})], attributes={"n": 1, "list": ["a", "b"]}
    ) as root:
        child = tracer.start_span("child", kind=SpanKind.CLIENT)
        child.set_status(StatusCode.ERROR, "broke")
        child.end()

    trace_id = format_trace_id(root.get_span_context().trace_id)
    spans = {span.name: span for span in backend.trace(trace_id, until=lambda spans: len(spans) == 2)}
    assert spans["root"].service == service
    assert spans["root"].scope == "harness"
    assert spans["root"].kind == "INTERNAL"
    assert spans["root"].attributes.items() >= {"n": 1, "list": ["a", "b"]}.items()
    (link,) = spans["root"].links
    assert link.trace_id == format_trace_id(origin.get_span_context().trace_id)
    assert link.span_id == format_span_id(origin.get_span_context().span_id)
    assert link.attributes == {"why": "test"}
    assert spans["child"].parent_id == spans["root"].span_id
    assert spans["child"].kind == "CLIENT"
    assert (spans["child"].status, spans["child"].status_message) == ("ERROR", "broke")
    assert (spans["child"].start_ns, spans["child"].end_ns) == (child.start_time, child.end_time)

    (first,) = backend.trace(link.trace_id)
    (event,) = first.events
    assert (event.name, event.attributes) == ("warned", {"times": 2, "by": "härness"})


def test_a_search_finds_the_traces_with_an_attribute_and_no_others(backend, tracer, service):
    ids = {}
    for key in ("mine", "mine too", "another"):
        span = tracer.start_span(key, attributes={"chain": "another" if key == "another" else "this"})
        span.end()
        ids[key] = format_trace_id(span.get_span_context().trace_id)

    assert backend.search(service, {}, until=lambda found: len(found) == 3) == set(ids.values())
    found = backend.search(service, {"chain": "this"}, until=lambda found: len(found) == 2)
    assert found == {ids["mine"], ids["mine too"]}


def test_a_trace_that_was_never_sent_is_empty(backend):
    assert backend.trace_now("0" * 31 + "1") == []
