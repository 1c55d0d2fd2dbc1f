"""What Jaeger is asked, and what is made of its answers, by a server that answers as its versions do."""

import json

import pytest

from tests.read.backend_server import send, serving
from warpmetrics_otel.read.asking import Asking
from warpmetrics_otel.read.backend import Window
from warpmetrics_otel.read.jaeger import Jaeger

NOT_FOUND = {"error": {"httpCode": 404, "message": "No traces found"}}
WINDOW = Window(1_790_000_000_123_456_789, 1_790_000_010_000_000_000)


def otlp(trace_id, **attributes):
    pairs = [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in attributes.items()]
    span = {"traceId": trace_id, "spanId": "0" * 15 + "1", "name": "span", "attributes": pairs}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def merged(*documents):
    return {"resourceSpans": [each for document in documents for each in document["resourceSpans"]]}


class FakeJaeger:
    """Traces of one service, searched as `filters` says: over /api/v3 by attributes, or by none of them."""

    def __init__(self, traces, *, filters, services=("agents",)):
        self.traces, self.filters, self.services = traces, filters, services

    def __call__(self, connection, request):
        *_, last = request.path.split("/")
        if request.path == "/api/v3/services":
            send(connection, 200, {"services": list(self.services)})
        elif request.path == "/api/v3/traces":
            wanted = json.loads(request.query.get("query.attributes", "{}")) if self.filters else {}
            found = self._found(wanted, int(request.query["query.num_traces"]))
            send(connection, 200, {"result": merged(*found)}) if found else send(connection, 404, NOT_FOUND)
        elif request.path == "/api/traces":
            found = self._found(json.loads(request.query["tags"]), int(request.query["limit"]))
            ids = [each["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"].lstrip("0") for each in found]
            send(connection, 200, {"data": [{"traceID": trace_id} for trace_id in ids]})
        elif last in self.traces:
            send(connection, 200, {"result": otlp(last, **self.traces[last])})
        else:
            send(connection, 404, NOT_FOUND)

    def _found(self, wanted, limit):
        return [
            otlp(trace_id, **attributes)
            for trace_id, attributes in self.traces.items()
            if wanted.items() <= attributes.items()
        ][:limit]


def trace_id(number):
    return f"{number:032x}"


THREE = {trace_id(1): {"chain": "a"}, trace_id(2): {"chain": "b"}, trace_id(3): {"chain": "a"}}
versions = pytest.mark.parametrize("filters", [True, False], ids=["filters over v3", "does not"])


def test_traces_are_read_raw_and_those_that_are_not_there_are_none():
    with serving(FakeJaeger(THREE, filters=True)) as server:
        wanted = [trace_id(3), trace_id(9), trace_id(1)]
        spans = list(Jaeger(server.url, Asking()).traces(wanted))
    assert [span.trace_id for span in spans] == [trace_id(3), trace_id(1)]
    # One version reads the one, another the other.
    assert all({"rawTraces", "raw_traces"} <= request.query.keys() for request in server.requests)


@versions
def test_a_search_gives_the_traces_with_the_attribute_and_no_others(filters):
    with serving(FakeJaeger(THREE, filters=filters)) as server:
        jaeger = Jaeger(server.url, Asking(limit=10))
        first = jaeger.search("chain", ["a"], WINDOW, "agents")
        asked = len(server.requests)
        again = jaeger.search("chain", ["b", "c"], WINDOW, "agents")
    assert (first.trace_ids, first.all) == ({trace_id(1), trace_id(3)}, True)
    assert (again.trace_ids, again.all) == ({trace_id(2)}, True)
    # What it does with attributes is found out once.
    assert len(server.requests) - asked == 2
    paths = {request.path for request in server.requests[asked:]}
    assert paths == {"/api/v3/traces" if filters else "/api/traces"}


def test_where_there_is_nothing_at_all_it_is_found_out_once_and_asked_no_further():
    with serving(FakeJaeger({}, filters=False)) as server:
        jaeger = Jaeger(server.url, Asking(limit=10))
        assert jaeger.search("chain", ["a"], WINDOW, "agents").trace_ids == set()
        assert jaeger.search("chain", ["b", "c", "d"], WINDOW, "agents").trace_ids == set()
    assert len(server.requests) == 2


@versions
def test_a_search_that_gives_all_that_it_may_is_not_known_to_be_whole(filters):
    with serving(FakeJaeger(THREE, filters=filters)) as server:
        found = Jaeger(server.url, Asking(limit=2)).search("chain", ["a"], WINDOW, "agents")
    assert (len(found.trace_ids), found.all) == (2, False)


@versions
def test_every_service_is_searched_unless_one_is_named(filters):
    with serving(FakeJaeger(THREE, filters=filters, services=["one", "two"])) as server:
        found = Jaeger(server.url, Asking()).search("chain", ["a"], WINDOW, None)
    assert found.trace_ids == {trace_id(1), trace_id(3)}
    asked = {request.query.get("service") or request.query.get("query.service_name") for request in server.requests}
    assert {"one", "two"} <= asked


def test_services_beyond_what_is_searched_are_told():
    with serving(FakeJaeger({}, filters=True, services=[f"s{number}" for number in range(150)])) as server:
        jaeger = Jaeger(server.url, Asking())
        jaeger.search("chain", ["a"], WINDOW, None)
    assert ["150 services, of which the first 100 were searched" in each for each in jaeger.incomplete] == [True]


@versions
def test_the_window_is_what_was_asked_for(filters):
    with serving(FakeJaeger(THREE, filters=filters)) as server:
        Jaeger(server.url, Asking()).search("chain", ["a"], WINDOW, "agents")
    v3 = next(request.query for request in server.requests if request.path == "/api/v3/traces")
    for spelled in ("query.start_time_min", "query.startTimeMin"):
        assert v3[spelled] == "2026-09-21T14:13:20.123456789Z"
    older = [request.query for request in server.requests if request.path == "/api/traces"]
    assert [(query["start"], query["end"]) for query in older] == (
        [] if filters else [("1790000000123456", "1790000010000000")]
    )


def test_a_span_that_is_not_otlp_is_told():
    broken = merged(otlp(trace_id(1)), {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "no id"}]}]}]})
    with serving(lambda connection, request: send(connection, 200, {"result": broken})) as server:
        jaeger = Jaeger(server.url, Asking())
        assert [span.name for span in jaeger.traces([trace_id(1)])] == ["span"]
    assert ["a span is not OTLP" in each for each in jaeger.incomplete] == [True]
