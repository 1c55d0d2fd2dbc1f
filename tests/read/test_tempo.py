"""What Tempo is asked, and what is made of its answers, by a server that answers as Tempo does."""

import base64
from itertools import pairwise

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.read.backend_server import reply, send, serving
from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.backend import Window
from warpmetrics_otel.read.source import SourceError
from warpmetrics_otel.read.tempo import Tempo

ID = "00" * 8 + "0102030405060708"
SECOND, DAY = 10**9, 86_400 * 10**9
NOW = 1_790_000_000 * SECOND
PARTIAL = b"\x18\x01" + b"\x22\x10a block was lost"


def traces(name: str = "span") -> bytes:
    data = TracesData()
    span = data.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = bytes.fromhex(ID), b"\0" * 7 + b"\1", name
    return data.SerializeToString()


def envelope(message: bytes, rest: bytes = b"") -> bytes:
    """What Tempo puts around a trace: field 1 of an answer that also counts bytes and may say that it is partial."""
    assert len(message) < 128
    return b"\x0a" + bytes([len(message)]) + message + b"\x12\x02\x08\x05" + rest


def read(tempo: Tempo):
    return list(tempo.traces([ID]))


def test_a_trace_is_read_as_protobuf():
    with serving(reply(200, envelope(traces()), "application/protobuf")) as server:
        tempo = Tempo(server.url, Asking())
        (span,) = read(tempo)
    assert (span.trace_id, span.span_id, span.name) == (ID, "0" * 15 + "1", "span")
    assert tempo.incomplete == []
    (request,) = server.requests
    assert (request.path, request.headers["accept"]) == (f"/api/v2/traces/{ID}", "application/protobuf")


def test_a_part_of_a_trace_is_told():
    with serving(reply(200, envelope(traces(), PARTIAL), "application/protobuf")) as server:
        tempo = Tempo(server.url, Asking())
        assert [span.name for span in read(tempo)] == ["span"]
    assert tempo.incomplete == [f"Tempo at {server.url} gave a part of a trace only: a block was lost"]


@pytest.mark.parametrize("body", [b"", envelope(b"")])
def test_a_trace_that_is_not_there_is_an_empty_answer(body):
    with serving(reply(200, body, "application/protobuf")) as server:
        assert read(Tempo(server.url, Asking())) == []


def test_a_trace_that_is_not_there_is_404_in_some_versions_of_tempo_alone():
    def answer(connection, request):
        if request.path == "/api/search":
            send(connection, 200, {"traces": [], "metrics": {}})
        else:
            send(connection, 404, b"trace not found", "text/plain")

    with serving(answer) as server:
        assert list(Tempo(server.url, Asking()).traces([ID, ID])) == []
    assert [request.path for request in server.requests].count("/api/search") >= 1


def test_a_tempo_that_knows_only_the_first_form_of_the_question():
    def answer(connection, request):
        if request.path == f"/api/traces/{ID}":
            send(connection, 200, traces(), "application/protobuf")
        else:
            send(connection, 404, b"404 page not found", "text/plain")

    with serving(answer) as server:
        assert [span.name for span in read(Tempo(server.url, Asking()))] == ["span"]


def test_text_that_was_cut_within_a_character_is_asked_for_as_json():
    cut = traces("abc\N{SNOWMAN}").replace("\N{SNOWMAN}".encode(), b"\xe2\x98x")
    as_json = {
        "traceId": base64.b64encode(bytes.fromhex(ID)).decode(),
        "spanId": base64.b64encode(b"\0" * 7 + b"\1").decode(),
        "name": "abc\N{REPLACEMENT CHARACTER}",
        "kind": "SPAN_KIND_CLIENT",
    }

    def answer(connection, request):
        if request.headers["accept"] == "application/protobuf":
            send(connection, 200, envelope(cut), "application/protobuf")
        else:
            send(connection, 200, {"trace": {"resourceSpans": [{"scopeSpans": [{"spans": [as_json]}]}]}})

    with serving(answer) as server:
        tempo = Tempo(server.url, Asking())
        (span,) = read(tempo)
    assert (span.trace_id, span.span_id, span.kind) == (ID, "0" * 15 + "1", 3)
    assert span.name == "abc\N{REPLACEMENT CHARACTER}"
    assert tempo.incomplete == []


@pytest.mark.parametrize("body", [b"\xff" * 20, b"\x0a\x7f", b"\x07", envelope(traces())[:-10]])
def test_damaged_protobuf_is_told(body):
    with serving(reply(200, body, "application/protobuf")) as server, pytest.raises(SourceError, match="does not say"):
        read(Tempo(server.url, Asking()))


def search(server, *arguments, limit=100):
    tempo = Tempo(server.url, Asking(limit=limit))
    return tempo, tempo.search(*arguments)


def test_a_search_is_by_spans_and_events_and_ids_get_their_zeros_back():
    with serving(reply(200, {"traces": [{"traceID": ID.lstrip("0")}], "metrics": {}})) as server:
        _, found = search(server, "some.key", ["a", 'b"\\'], Window(NOW, NOW + 1), None)
    assert (found.trace_ids, found.all) == ({ID}, True)
    (request,) = server.requests
    assert request.query["q"] == (
        r'{ span.some.key = "a" || event.some.key = "a" || span.some.key = "b\"\\" || event.some.key = "b\"\\" }'
    )
    assert (request.query["start"], request.query["end"]) == ("1790000000", "1790000001")


def test_a_search_within_a_service():
    with serving(reply(200, {"metrics": {}})) as server:
        _, found = search(server, "k", ["v"], Window(NOW, NOW + 1), "writer")
    assert found.trace_ids == set()
    assert server.requests[0].query["q"] == ('{ resource.service.name = "writer" && (span.k = "v" || event.k = "v") }')


@pytest.mark.parametrize("service", [None, "writer", "s" * 500])
def test_many_values_are_several_queries_none_longer_than_tempo_reads(service):
    values = [f"wm_run_{number:026}" for number in range(40)]
    with serving(reply(200, {"metrics": {}})) as server:
        search(server, "warpmetrics.follows.run.id", values, Window(NOW, NOW + 1), service)
    asked = [request.query["q"] for request in server.requests]
    assert 3 <= len(asked) <= 6
    assert max(len(query.encode()) for query in asked) <= 2048
    assert all(sum(f'span.warpmetrics.follows.run.id = "{value}"' in query for query in asked) == 1 for value in values)


def test_a_search_that_gives_all_that_it_may_is_not_known_to_be_whole():
    with serving(reply(200, {"traces": [{"traceID": "1"}, {"traceID": "2"}]})) as server:
        _, found = search(server, "k", ["v"], Window(NOW, NOW + 1), None, limit=2)
    assert not found.all


def test_a_long_time_is_searched_in_pieces_that_tempo_takes():
    with serving(reply(200, {"metrics": {}})) as server:
        tempo, _ = search(server, "k", ["v"], Window(NOW - 20 * DAY, NOW), None)
    pieces = sorted((int(request.query["start"]), int(request.query["end"])) for request in server.requests)
    assert len(pieces) == 3
    assert (pieces[0][0], pieces[-1][1]) == ((NOW - 20 * DAY) // SECOND, NOW // SECOND + 1)
    assert all(end - start <= 168 * 3600 for start, end in pieces)
    assert all(before[1] >= after[0] for before, after in pairwise(pieces))
    assert tempo.incomplete == []


def test_a_time_too_long_to_search_is_told():
    with serving(reply(200, {"metrics": {}})) as server:
        tempo, _ = search(server, "k", ["v"], Window(NOW - 400 * DAY, NOW), None)
    assert len(server.requests) == 10
    assert ["only the last 70 days were searched" in each for each in tempo.incomplete] == [True]
