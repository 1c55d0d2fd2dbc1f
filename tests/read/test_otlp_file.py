"""OTLP JSON lines: what the real exporter writes comes back as it was, and what is not OTLP costs only itself."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind

from tests.read.agent_spans import START_NS, link
from warpmetrics_otel.read import Event, Link, read_spans
from warpmetrics_otel.read.otlp_json import any_value, spans_of

pytestmark = pytest.mark.otlp_file

SPAN = {"traceId": "0" * 31 + "1", "spanId": "0" * 15 + "1", "name": "fine"}


def line(*spans):
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]})


def read(*paths):
    malformed = []
    spans = list(read_spans(*paths, on_malformed=malformed.append))
    return spans, [(each.line, each.reason) for each in malformed]


def test_every_field_of_a_span_comes_back(span_file):
    attributes = {"s": "text", "i": -3, "f": 1.5, "b": True, "l": ["a", "b"], "n": [1, 2], "by": b"\x00\xff", "e": ""}
    span_file.span(
        "name", 0xABC, 0xDEF, parent=0x123, kind=SpanKind.CLIENT, attributes=attributes,
        events=[("happened", {"k": 1}, 0.5)], links=[link(7, 8, WARPMETRICS_LINK_TYPE="follow_up")],
        start=0.25, end=2.0, error="why",
    )  # fmt: skip

    (span,) = read_spans(span_file.path)

    assert (span.trace_id, span.span_id, span.parent_id) == (f"{0xABC:032x}", f"{0xDEF:016x}", f"{0x123:016x}")
    assert (span.name, span.kind, span.scope) == ("name", 3, "warpmetrics_otel")
    assert (span.start_ns, span.end_ns) == (START_NS + 250_000_000, START_NS + 2_000_000_000)
    assert (span.status_code, span.status_message) == (2, "why")
    # Before SDK 1.45 bytes that are no text never reach an exporter.
    kept = {key: value for key, value in attributes.items() if key in span.attributes or not isinstance(value, bytes)}
    assert span.attributes == kept
    assert span.events == (Event("happened", START_NS + 500_000_000, {"k": 1}),)
    assert span.links == (Link(f"{7:032x}", f"{8:016x}", {"warpmetrics.link.type": "follow_up"}),)
    assert span.resource["telemetry.sdk.name"] == "opentelemetry"


def test_files_are_read_one_after_the_other(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(line({**SPAN, "name": name}) + "\n")

    assert [span.name for span in read_spans(tmp_path / "b", str(tmp_path / "a"))] == ["b", "a"]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read_spans(tmp_path / "none"))


def test_unreadable_lines_are_told_by_number_and_cost_only_themselves(tmp_path):
    path = tmp_path / "spans.jsonl"
    lines = [
        b"",
        line(SPAN).encode(),
        b"not json",
        b"\xff\xfe\xfd",
        b"[1, 2]",
        b'{"resourceSpans": 7}',
        line({"name": "no ids"}, SPAN, "no span", {**SPAN, "startTimeUnixNano": "later"}).encode(),
        b"[" * 100_000,
        b'{"resourceLogs": []}',
        line(SPAN).encode() + b"\r",
        line(SPAN).encode()[:-20],
    ]
    path.write_bytes(b"\n".join(lines))

    spans, malformed = read(path)

    assert [span.name for span in spans] == ["fine"] * 3
    assert [number for number, _ in malformed] == [3, 4, 5, 6, 7, 7, 7, 8, 11]
    assert malformed[0][1].startswith("not JSON")
    assert malformed[2][1] == "expected a JSON object, found list"
    assert malformed[-1][1].startswith("the file ends in the middle of a line")


def test_unreadable_lines_are_logged_unless_somebody_listens(tmp_path, caplog):
    path = tmp_path / "spans.jsonl"
    path.write_text("nonsense\n")

    with caplog.at_level(logging.WARNING, logger="warpmetrics_otel"):
        assert list(read_spans(path)) == []

    (record,) = caplog.records
    assert record.name == "warpmetrics_otel"
    assert f"{path}, line 1: not JSON" in record.getMessage()


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ({"stringValue": "x"}, "x"),
        ({"intValue": "9223372036854775808"}, 2**63),
        ({"intValue": 5}, 5),
        ({"intValue": "five"}, None),
        ({"intValue": "1" * 5000}, None),
        ({"doubleValue": "Infinity"}, float("inf")),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": []}, None),
        ({"boolValue": False}, False),
        ({"bytesValue": "AP8="}, b"\x00\xff"),
        ({"bytesValue": "A"}, None),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": [{"intValue": "1"}, {}, None]}}, [1, None, None]),
        ({"arrayValue": {"values": 3}}, None),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": True}}]}}, {"k": True}),
        ({"kvlistValue": []}, None),
        ({"newValue": 1}, None),
        ({}, None),
        (None, None),
        ("text", None),
    ],
)
def test_values_of_attributes(encoded, value):
    assert any_value(encoded) == value
    (span,) = spans_of(json.loads(line({**SPAN, "attributes": [{"key": "k", "value": encoded}]})), pytest.fail)
    assert span.attributes == {"k": value}


def test_deep_values_end():
    value = {"stringValue": "bottom"}
    for _ in range(200):
        value = {"arrayValue": {"values": [value]}}

    decoded = any_value(value)

    depth = 0
    while isinstance(decoded, list) and decoded:
        decoded, depth = decoded[0], depth + 1
    assert depth == 65


@pytest.mark.parametrize(("kind", "number"), [(3, 3), ("SPAN_KIND_CLIENT", 3), ("CLIENT", 0), (None, 0), ([], 0)])
def test_kinds_by_number_and_by_name(kind, number):
    (span,) = spans_of(json.loads(line({**SPAN, "kind": kind})), pytest.fail)
    assert span.kind == number


def test_times_that_no_clock_shows_read_as_unknown():
    (span,) = spans_of(
        json.loads(line({**SPAN, "startTimeUnixNano": "-5", "endTimeUnixNano": "18446744073709551616"})), pytest.fail
    )
    assert (span.start_ns, span.end_ns) == (0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(junk=JSON)
@pytest.mark.parametrize(
    "key", ["traceId", "parentSpanId", "name", "kind", "endTimeUnixNano", "status", "attributes", "events", "links"]
)
def test_any_json_in_a_field_gives_a_span_or_a_word_about_it(key, junk):
    words = []
    spans = list(spans_of({"resourceSpans": [{"scopeSpans": [{"spans": [{**SPAN, key: junk}]}]}]}, words.append))
    assert len(spans) + len(words) == 1


@given(junk=JSON)
def test_any_json_for_a_document_is_no_span(junk):
    words = []
    for document in (junk, {"resourceSpans": junk}, {"resourceSpans": [{"resource": junk, "scopeSpans": junk}]}):
        assert list(spans_of(document, words.append)) == []
