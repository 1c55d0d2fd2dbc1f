"""Spans of others that have to do with another process: a run recorded there, or a request from there."""

import json

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import use_span

from tests.deliver.foreign import REMOTE, beneath, instrumented, processor, serve
from tests.deliver.pipelines import arrived
from warpmetrics_otel import Warpmetrics, ids
from warpmetrics_otel.bridge.whole_traces import WholeTraces
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.read import read_spans
from warpmetrics_otel.read.viewed import viewed
from warpmetrics_otel.testing import NativeApi


def test_a_span_whose_parent_is_in_another_service_is_of_that_trace_s_run(api, mouth):
    with instrumented(mouth()) as others:
        with others.tracer.start_as_current_span("POST /answer", context=beneath(REMOTE)):
            others.call()
        others.provider.force_flush()
        wm = Warpmetrics(tracer_provider=others.provider, api_key=api.key, api_url=api.url)
        wm.outcome(f"00-{REMOTE.trace_id:032x}-{REMOTE.span_id:016x}-01", "Liked")
        wm.shutdown(60)
    run_id = ids.run_id_of_trace(REMOTE.trace_id)
    assert [(row["id"], row["label"]) for row in api.entities("runs")] == [(run_id, "POST /answer")]
    assert [row["refId"] for row in api.entities("outcomes")] == [run_id]


GROUP = "wm_grp_01jk3z9q00000000000000abcd"
REF = f"{GROUP}@00-{REMOTE.trace_id:032x}-{REMOTE.span_id:016x}-01;r={ids.run_id_of_trace(REMOTE.trace_id)}"


@pytest.mark.parametrize("through", ["processor", "recorder"])
def test_beneath_a_ref_of_another_process_s_group_calls_hang_on_that_at_once(through):
    # The group itself was sent by that process, to a server that is not this one.
    with NativeApi(allow=["order"]) as api:
        mouths = [processor(api, hold_seconds=3600)] if through == "processor" else []
        key = {} if mouths else {"api_key": api.key, "api_url": api.url}
        with instrumented(*mouths) as others:
            wm = Warpmetrics(tracer_provider=others.provider, **key)
            with wm.use(REF):
                with others.span("task"):
                    others.call()
                # Nothing is flushed meanwhile.
                api.wait_for(lambda: arrived(api) == {"calls": 1, "links": 1})
            wm.shutdown(60)
        assert [link["parentId"] for link in api.entities("links")] == [GROUP]
        assert [mouth.sent_before_parents for mouth in mouths] == [0] * len(mouths)


def test_beneath_a_tenant_s_ref_nothing_reaches_another_tenant(api):
    with NativeApi(allow=["order"]) as theirs, instrumented() as others:
        made = [Warpmetrics(tracer_provider=others.provider, api_key=one.key, api_url=one.url) for one in (api, theirs)]
        with made[1].use(REF):
            others.call()
        for wm in made:
            wm.shutdown(60)
        assert (arrived(api), arrived(theirs)) == ({}, {"calls": 1, "links": 1})


def called(others, headers):
    """A request from another service."""
    with others.tracer.start_as_current_span("POST /", context=extract(headers)):
        serve(others)


@pytest.fixture
def headers():
    """Of a request beneath a run of another process, and the id of that run."""
    carrier = {}
    with instrumented() as asking:
        wm = Warpmetrics(tracer_provider=asking.provider)
        with wm.run("Writer") as run, asking.span("POST"):
            inject(carrier)
        wm.shutdown(60)
    return carrier, run.id


CALLED = {"groups": 1, "calls": 2, "links": 3}
"""What `called` leaves."""


def test_a_service_that_is_called_beneath_a_run_tells_of_its_calls_only_and_at_once(mouth_to, headers):
    carrier, run_id = headers
    with NativeApi(allow=["order"]) as api:
        mouth = mouth_to(api, hold_seconds=3600)
        with instrumented(mouth) as asked:
            called(asked, carrier)
            if isinstance(mouth, BatchSpanProcessor):
                mouth.force_flush()
            api.wait_for(lambda: arrived(api) == CALLED)
        assert [link["parentId"] for link in api.entities("links")].count(run_id) == 1


@pytest.mark.parametrize("name", ["spans.jsonl", "spans.binpb"])
def test_a_file_of_a_service_that_was_called_says_of_which_run_it_is(tmp_path, headers, name):
    carrier, run_id = headers
    kept = InMemorySpanExporter()
    with instrumented(SimpleSpanProcessor(kept)) as asked:
        called(asked, carrier)
    request = encode_spans(kept.get_finished_spans())
    path = tmp_path / name
    if name.endswith("jsonl"):
        path.write_text(json.dumps(MessageToDict(request)))
    else:
        path.write_bytes(request.SerializeToString())
    traces = WholeTraces()
    for span in read_spans(path):
        traces.add(viewed(span))
    rows = Batch([entity for entities in traces.rest() for entity in entities]).to_json()
    assert {kind: len(found) for kind, found in rows.items() if found} == CALLED
    assert [link["parentId"] for link in rows["links"]].count(run_id) == 1


def test_what_a_called_service_does_when_it_has_answered_is_of_the_run_too(mouth_to, headers):
    carrier, run_id = headers
    with NativeApi(allow=["order"]) as api:
        with instrumented(mouth_to(api)) as asked:
            with asked.tracer.start_as_current_span("POST /", context=extract(carrier)) as answered:
                pass
            with use_span(answered):
                asked.call()
        assert arrived(api) == {"calls": 1, "links": 1}
        assert [link["parentId"] for link in api.entities("links")] == [run_id]


def test_of_several_keys_the_first_has_what_is_beneath_runs_of_other_processes(api, headers):
    with NativeApi(allow=["order"]) as first, instrumented() as asked:
        made = [
            Warpmetrics(tracer_provider=asked.provider, api_key=one.key, api_url=one.url, infer_runs=False)
            for one in (first, api)
        ]
        called(asked, headers[0])
        for wm in made:
            wm.shutdown(60)
        assert (arrived(first), arrived(api)) == (CALLED, {})


def test_what_a_trace_state_says_that_is_no_run_of_ours_is_not_believed(api, mouth):
    carrier = {}
    inject(carrier, beneath(REMOTE))
    with instrumented(mouth()) as asked:
        called(asked, carrier | {"tracestate": "warpmetrics=wm_act_1"})
    assert [row["id"] for row in api.entities("runs")] == [ids.run_id_of_trace(REMOTE.trace_id)]


@pytest.mark.parametrize(
    "sampler", [ALWAYS_OFF, TraceIdRatioBased(0.5), ParentBased(ALWAYS_ON)], ids=["off", "half", "parent"]
)
def test_the_trace_of_a_run_says_so_whatever_the_sampler(api, sampler):
    with instrumented(sampler=sampler) as others:
        wm = Warpmetrics(tracer_provider=others.provider, api_key=api.key, api_url=api.url)
        with wm.run("Writer") as run:
            group = wm.group(run, "Drafting")
            said = run.span.attributes
        assert said["warpmetrics.run.id"] == run.id
        assert run.span.get_span_context().trace_state.get("warpmetrics") == "run"
        assert group.span.get_span_context().trace_state.get("warpmetrics") == "run"
        wm.shutdown(60)
