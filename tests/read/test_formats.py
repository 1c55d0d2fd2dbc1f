"""Files of every kind that OTLP is written in: the same spans come out of each, and damage costs only what it hit.

The messages are OpenTelemetry's own, and so is their JSON but for the ids, which OTLP writes as hex.
"""

import base64
import gzip
import json

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from warpmetrics_otel.read import read_spans
from warpmetrics_otel.read.wire import DamagedError, fields

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
times = st.integers(0, 2**64 - 1)
scalars = st.one_of(
    texts.map(lambda value: AnyValue(string_value=value)),
    st.booleans().map(lambda value: AnyValue(bool_value=value)),
    st.integers(-(2**63), 2**63 - 1).map(lambda value: AnyValue(int_value=value)),
    st.floats(allow_nan=False).map(lambda value: AnyValue(double_value=value)),
    st.binary(max_size=6).map(lambda value: AnyValue(bytes_value=value)),
    st.just(AnyValue()),
)


@st.composite
def lists(draw, inner):
    value = AnyValue()
    value.array_value.SetInParent()
    value.array_value.values.extend(draw(st.lists(inner, max_size=3)))
    return value


@st.composite
def maps(draw, inner):
    value = AnyValue()
    value.kvlist_value.SetInParent()
    value.kvlist_value.values.extend(draw(pairs(inner)))
    return value


def pairs(values):
    named = st.dictionaries(texts, values, max_size=3)
    return named.map(lambda each: [KeyValue(key=key, value=value) for key, value in each.items()])


any_values = st.recursive(scalars, lambda inner: lists(inner) | maps(inner), max_leaves=4)


@st.composite
def documents(draw):
    data = TracesData()
    for _ in range(draw(st.integers(0, 2))):
        of_resource = data.resource_spans.add()
        of_resource.resource.attributes.extend(draw(pairs(scalars)))
        of_scope = of_resource.scope_spans.add()
        of_scope.scope.name = draw(texts)
        for _ in range(draw(st.integers(0, 2))):
            span = of_scope.spans.add()
            span.trace_id, span.span_id = (
                draw(st.binary(min_size=16, max_size=16)),
                draw(st.binary(min_size=8, max_size=8)),
            )
            span.parent_span_id = draw(st.sampled_from([b"", b"12345678"]))
            span.name, span.kind = draw(texts), draw(st.integers(0, 5))
            span.start_time_unix_nano, span.end_time_unix_nano = draw(times), draw(times)
            span.attributes.extend(draw(pairs(any_values)))
            if draw(st.booleans()):
                span.status.code, span.status.message = draw(st.integers(0, 2)), draw(texts)
            if draw(st.booleans()):
                event = span.events.add(name=draw(texts), time_unix_nano=draw(times))
                event.attributes.extend(draw(pairs(any_values)))
            if draw(st.booleans()):
                link = span.links.add(trace_id=b"\xab" * 16, span_id=b"\xcd" * 8)
                link.attributes.extend(draw(pairs(any_values)))
    return data


def in_hex(value):
    """The JSON that OTLP asks for, from the one that protobuf has for every message."""
    if isinstance(value, list):
        return [in_hex(each) for each in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        key: base64.b64decode(each).hex() if key in ids and isinstance(each, str) else in_hex(each)
        for key, each in value.items()
    }


def line(data: TracesData) -> bytes:
    return json.dumps(in_hex(MessageToDict(data))).encode() + b"\n"


def line_in_base64(data: TracesData) -> bytes:
    return json.dumps(MessageToDict(data)).encode() + b"\n"


def message(data: TracesData) -> bytes:
    return data.SerializeToString()


def after_length(data: TracesData) -> bytes:
    return len(message(data)).to_bytes(4, "big") + message(data)


def after_varint(data: TracesData) -> bytes:
    length, varint = len(message(data)), b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    return varint + bytes([length]) + message(data)


FORMS = [line, line_in_base64, message, after_length, after_varint]
forms = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)


def read(path, content: bytes):
    path.write_bytes(content)
    told = []
    return list(read_spans(path, on_malformed=told.append)), told


@given(data=st.lists(documents().filter(lambda each: each.resource_spans), min_size=1, max_size=3))
@settings(max_examples=60)
def test_every_form_gives_the_spans_that_json_lines_give(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "every-form"
    expected, _ = read(path, b"".join(map(line, data)))
    assert len(expected) == sum(
        len(scope.spans) for each in data for of in each.resource_spans for scope in of.scope_spans
    )
    for form in FORMS:
        content = b"".join(map(form, data))
        assert read(path, content) == (expected, []), form.__name__
        assert read(path, gzip.compress(content, 1)) == (expected, []), form.__name__


def traces(*names: str) -> TracesData:
    data = TracesData()
    for number, name in enumerate(names, start=1):
        span = data.resource_spans.add().scope_spans.add().spans.add()
        span.trace_id, span.span_id, span.name = b"\1" * 16, number.to_bytes(8, "big"), name
    return data


@forms
def test_a_file_that_breaks_off_gives_what_came_before(tmp_path, form):
    whole = form(traces("first")) + form(traces("second"))
    spans, told = read(tmp_path / "file", whole[:-3])
    assert [span.name for span in spans] == ["first"]
    assert len(told) == 1
    assert "ends in the middle of a" in str(told[0])


@forms
def test_a_gzipped_file_that_breaks_off_gives_what_came_before(tmp_path, form):
    first, second = gzip.compress(form(traces("first"))), gzip.compress(form(traces("second")))
    spans, told = read(tmp_path / "file", first + second[:-9])
    assert [span.name for span in spans][:1] == ["first"]
    assert "the gzipped file ends in the middle" in str(told[-1])


def test_a_gzipped_file_that_is_damaged(tmp_path):
    content = bytearray(gzip.compress(line(traces("first")) * 100))
    content[len(content) // 2] ^= 0xFF
    _, told = read(tmp_path / "file", bytes(content))
    assert "the gzipped file is damaged" in str(told[-1])


def test_a_message_that_cannot_be_read_costs_itself_alone(tmp_path):
    content = after_length(traces("first")) + b"\0\0\0\3\x0a\x7f\0" + after_length(traces("second"))
    spans, told = read(tmp_path / "file", content)
    assert [span.name for span in spans] == ["first", "second"]
    assert [str(each).partition(", ")[2] for each in told] == ["message 2: not OTLP protobuf"]


def test_what_is_compressed_with_zstd_is_told(tmp_path):
    magic = b"\x28\xb5\x2f\xfd"
    for content in (magic + b"rest", b"\0\0\0\x08" + magic + b"rest"):
        spans, told = read(tmp_path / "file", content)
        assert spans == []
        assert "compressed with zstd" in str(told[0])


def test_a_message_whose_length_is_that_of_an_opening_brace(tmp_path):
    # A line feed and a brace, as a blank line before JSON would begin.
    data = next(each for each in (traces("x" * size) for size in range(200)) if len(message(each)) == 125)
    assert message(data)[:2] == b"\n{"
    spans, told = read(tmp_path / "file", message(data))
    assert (len(spans), told) == (1, [])


def test_json_lines_after_a_blank_line(tmp_path):
    spans, told = read(tmp_path / "file", b"\n \n" + line(traces("first")))
    assert ([span.name for span in spans], told) == (["first"], [])


def test_the_share_that_was_read_is_told(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(line(traces("first")) * 2000)
    told = []
    for _ in read_spans(path, on_read=told.append):
        pass
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == path.stat().st_size


@given(st.binary(max_size=60), st.sampled_from([b"", b"\0\0\0", b"\x0a", b"{", b"\n{", b"\x0a\x7b\x0a"]))
def test_any_bytes_are_read_or_told_of_and_gzipped_ones_alike(tmp_path_factory, content, beginning):
    path = tmp_path_factory.getbasetemp() / "any-bytes"
    spans, told = read(path, beginning + content)
    assume(not (beginning + content).startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")))
    assert read(path, gzip.compress(beginning + content, 1)) == (spans, told)


@given(st.binary(max_size=40))
def test_any_bytes_are_an_envelope_or_damaged(content):
    try:
        found = list(fields(content))
    except DamagedError:
        return
    assert bool(found) == bool(content)
