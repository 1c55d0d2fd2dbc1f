"""A service with OpenTelemetry of its own gets three more lines: the trace of a request before and after."""

import difflib
import json
import urllib.parse
import urllib.request
from collections import defaultdict

import pytest

from tests.examples.serving import serving
from tests.otlp_receiver import OtlpReceiver
from warpmetrics_otel import ids, semconv

pytestmark = pytest.mark.wheel

QUESTION = "How do bees talk?"


def traces_of(python, examples, application, **variables):
    """Ask the service one question; the spans of that request and of each other trace, once the service has stopped."""
    with OtlpReceiver() as receiver:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
        with serving(python, examples, application, **endpoint, **variables) as service:
            query = urllib.parse.urlencode({"question": QUESTION})
            with urllib.request.urlopen(f"{service.url}/ask/bees?{query}") as answer:
                assert json.load(answer) == QUESTION
        assert service.complaints == []
        traces = defaultdict(list)
        for span in receiver.spans:
            traces[span.trace_id].append(span)
    (request,) = [spans for spans in traces.values() if any(span.name == "GET /ask/{name}" for span in spans)]
    others = [spans for spans in traces.values() if spans is not request]
    return [comparable(span, request, service.port) for span in request], request, others


def comparable(span, trace, port):
    """What of a span is the same whenever the same request is made; its parent by name."""
    parent = next((each.name for each in trace if each.span_id == span.parent_id), None)
    attributes = {name: value for name, value in span.attributes.items() if name != "net.peer.port"}
    return (
        (span.name, parent, span.kind, span.status, span.status_message, span.scope, span.events),
        json.dumps(attributes, sort_keys=True).replace(str(port), "PORT"),
    )


def server_span(trace):
    (server,) = [span for span in trace if span.kind == "SERVER" and not span.parent_id]
    return server


@pytest.fixture(scope="module")
def before(wheel_python, examples):
    return traces_of(wheel_python, examples, "existing_setup.before")


@pytest.fixture(scope="module")
def after(wheel_python, examples):
    return traces_of(wheel_python, examples, "existing_setup.after")


def test_three_lines_are_added_and_none_is_changed(examples):
    before, after = (
        (examples / "existing_setup" / name).read_text().splitlines() for name in ("before.py", "after.py")
    )
    changes = [line for line in difflib.ndiff(before, after) if line[0] in "+-" and line[1:].strip()]
    assert changes == ["+ import warpmetrics_otel as wm", "+ wm.warp(model)", '+ @wm.as_run("Answer")']


def test_the_trace_of_the_request_is_as_before(before, after):
    assert sorted(after[0]) == sorted(before[0])
    assert len(before[1]) == 7
    assert [span for span in before[1] if span.links] == []


def test_all_that_is_new_in_it_is_one_link_to_the_run(after):
    _, request, ((*_, run),) = after
    server = server_span(request)
    (link,) = server.links
    assert [span for span in request if span.links] == [server]
    assert (link.trace_id, link.span_id) == (run.trace_id, run.span_id)
    assert link.attributes == {
        semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_RUN,
        semconv.WARPMETRICS_RUN_ID: run.attributes[semconv.WARPMETRICS_RUN_ID],
    }


def test_the_run_is_a_trace_of_its_own_with_a_link_to_its_caller(before, after):
    assert before[2] == []
    _, request, (trace,) = after
    call, run = trace
    server = server_span(request)
    assert (run.name, run.parent_id, run.status) == ("invoke_workflow Answer", "", "UNSET")
    assert run.trace_id == f"{ids.trace_id_of(run.attributes[semconv.WARPMETRICS_RUN_ID]):032x}"
    (link,) = run.links
    assert (link.trace_id, link.span_id) == (server.trace_id, server.span_id)
    assert link.attributes == {semconv.WARPMETRICS_LINK_TYPE: semconv.LINK_TYPE_CALLER}
    assert run.attributes[semconv.WARPMETRICS_CALLER_TRACE_ID] == server.trace_id
    assert run.attributes[semconv.WARPMETRICS_CALLER_SPAN_ID] == server.span_id
    assert (call.name, call.kind, call.parent_id) == ("chat gpt-4o", "CLIENT", run.span_id)
    assert call.attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 4


def test_asked_to_the_run_joins_the_trace_of_the_request(wheel_python, examples, before):
    spans, request, others = traces_of(wheel_python, examples, "existing_setup.after", WARPMETRICS_RUN_PARENT="current")
    assert others == []
    assert [span for span in request if span.links] == []
    added = [span for span in request if span.scope == "warpmetrics_otel"]
    assert {span.name: span.parent_id for span in added} == {
        "invoke_workflow Answer": server_span(request).span_id,
        "chat gpt-4o": next(span.span_id for span in added if span.name == "invoke_workflow Answer"),
    }
    assert sorted(span for span in spans if span[0][5] != "warpmetrics_otel") == sorted(before[0])
