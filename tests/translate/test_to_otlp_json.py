"""OTLP JSON lines: what the reader gets of them is what the official encoder's bytes hold."""

import json

from hypothesis import HealthCheck, given, settings

from tests.translate.batches import batches
from tests.translate.otlp import over_the_wire
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.read.otlp_json import spans_of
from warpmetrics_otel.translate.to_otlp_json import otlp_line
from warpmetrics_otel.translate.to_spans import native_to_spans
from warpmetrics_otel.translate.views import Event, Link, Span


def read(line):
    """The spans of a line, with nothing left out."""
    left_out = []
    spans = list(spans_of(json.loads(line), left_out.append))
    assert left_out == []
    return spans


def known(span):
    """What both readers know of a span, in one form."""
    if isinstance(span, Span):
        trace_id, span_id = f"{span.trace_id:032x}", f"{span.span_id:016x}"
        parent_id = f"{span.parent_span_id:016x}" if span.parent_span_id else ""
        links = [(f"{link.trace_id:032x}", f"{link.span_id:016x}", dict(link.attributes)) for link in span.links]
    else:
        trace_id, span_id, parent_id = span.trace_id, span.span_id, span.parent_id
        links = [(link.trace_id, link.span_id, dict(link.attributes)) for link in span.links]
    events = [(event.name, event.time_ns, dict(event.attributes)) for event in span.events]
    times = span.start_ns, span.end_ns
    status = span.status_code, span.status_message
    return trace_id, span_id, parent_id, span.name, span.kind, times, status, dict(span.attributes), events, links


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batches())
def test_a_line_says_what_the_official_encoder_says(arrays):
    spans = native_to_spans(Batch.from_json(arrays))
    if spans:
        assert [*map(known, read(otlp_line(spans, {})))] == [*map(known, over_the_wire(spans))]


def test_the_resource_and_the_scope_are_on_the_line():
    [span] = read(otlp_line([Span(1, 2, 0, "x", 1, 3, 4, {})], {"service.name": "writer"}))
    assert (span.resource, span.scope) == ({"service.name": "writer"}, "warpmetrics_otel")


def test_what_otlp_has_no_place_for_becomes_the_nearest_thing():
    nested = {"list": [1, "a", None, {"k": True}], "bytes": b"\x00\xff"}
    odd = {"big": 1 << 70, "nan": float("nan"), "inf": float("-inf"), "text": "\ud83d", "deep": nested}
    events = [Event("\udc00", -5, {"none": None})]
    line = otlp_line([Span(1, 2, 3, "\ud83d", 1, 1 << 70, 4, odd, events, [Link(5, 6, {})])], {})
    [span] = read(line)
    assert line.endswith(b"}\n")
    assert span.name == "\ufffd"
    assert (span.start_ns, span.end_ns, span.parent_id) == (0, 4, "0000000000000003")
    assert span.attributes["big"] == str(1 << 70)
    assert str(span.attributes["nan"]) == "nan"
    assert span.attributes["inf"] == float("-inf")
    assert span.attributes["text"] == "\ufffd"
    assert span.attributes["deep"] == nested
    assert span.events[0].attributes == {"none": None}
    assert span.links[0].span_id == "0000000000000006"


def test_a_value_that_holds_itself_ends_somewhere():
    endless: list = []
    endless.append(endless)
    [span] = read(otlp_line([Span(1, 2, 0, "x", 1, 3, 4, {"endless": endless})], {}))
    assert isinstance(span.attributes["endless"], list)
