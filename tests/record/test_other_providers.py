"""Providers that are not the SDK's give spans ids of their own: `.ref` says what a span really got."""

import json
import subprocess
import sys

import pytest
from opentelemetry.trace import NoOpTracerProvider

from tests.record.other_providers import HomeMadeProvider
from warpmetrics_otel import Warpmetrics, ids, semconv


def test_a_home_made_provider_records_everything_under_its_own_ids():
    provider = HomeMadeProvider()
    wm = Warpmetrics(tracer_provider=provider)
    with wm.run("Home-made", {"a": 1}) as run, wm.group(run, "g") as group:
        call = wm.record_call(group, provider="p", model="m")
        outcome = wm.outcome(run, "Failed")
        act = wm.act(outcome, "retry")
    late = wm.outcome(call, "Late")
    follow_up = wm.run("Home-made", follows=act)
    follow_up.end()
    wm.shutdown()

    root, phase, called, carrier, second = provider.spans
    assert [span.ended for span in provider.spans] == [1] * 5
    for handle, span in (
        (run, root),
        (group, phase),
        (call, called),
        (outcome, root),
        (late, carrier),
        (follow_up, second),
    ):
        ref = ids.parse_ref(handle.ref)
        assert ref.id == handle.id
        assert (ref.trace_id, ref.span_id, ref.flags) == (*span.get_span_context()[:2], 1)
    assert [name for name, _ in root.events] == [semconv.EVENT_OUTCOME, semconv.EVENT_ACT]
    assert phase.parent == root.get_span_context()
    assert carrier.parent.span_id == carrier.links[0].context.span_id == called.get_span_context().span_id
    assert second.links[0].context.span_id == root.get_span_context().span_id
    assert not second.parent.is_valid


def test_another_process_finds_by_ref_what_a_bare_id_would_not():
    provider = HomeMadeProvider()
    there, here = Warpmetrics(tracer_provider=provider), Warpmetrics(tracer_provider=provider)
    run = there.run("Home-made")
    run.end()
    root = provider.spans[0].get_span_context()

    here.outcome(run.ref, "By ref")
    here.outcome(run.id, "By id")
    by_ref, by_id = provider.spans[1:]
    assert by_ref.get_span_context().trace_id == root.trace_id
    assert by_ref.parent.span_id == by_ref.links[0].context.span_id == root.span_id
    assert by_ref.attributes[semconv.WARPMETRICS_RUN_ID] == run.id
    # What it cannot know is where the span is; the id is what reading joins on.
    assert by_id.get_span_context().trace_id != root.trace_id
    assert by_id.attributes[semconv.WARPMETRICS_RUN_ID] == run.id
    for wm in (there, here):
        wm.shutdown()


def test_a_no_op_provider_gives_valid_handles_without_a_trace():
    wm = Warpmetrics(tracer_provider=NoOpTracerProvider())
    with wm.run("No-op") as run, wm.group(run, "g") as group:
        call = wm.record_call(group, provider="p", model="m")
        act = wm.act(wm.outcome(call, "Failed"), "retry")
        assert wm.current() == group
    follow_up = wm.run("No-op", follows=act)
    for handle in (run, group, call, act, follow_up):
        ref = ids.parse_ref(handle.ref)
        assert ref.id == handle.id
        assert ref.trace_id is ref.span_id is None
        assert handle.trace_id == "0" * 32
    assert ids.parse_ref(follow_up.ref).chain_id == run.id
    assert ids.parse_ref(follow_up.ref).position == 2
    assert wm.flush(end_open=True).open_runs == 0
    wm.shutdown()


# Its `configure()` sets the global provider.
LOGFIRE = """
import json, sys
import logfire
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from warpmetrics_otel import Warpmetrics

exporter = InMemorySpanExporter()
processor = SimpleSpanProcessor(exporter)
logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False, additional_span_processors=[processor])
wm = Warpmetrics()
with logfire.span("request"), wm.run("Logfire") as run, wm.group(run, "g") as group:
    logfire.info("inside")
    call = wm.record_call(group, provider="p", model="m")
    outcome = wm.outcome(run, "Failed")
    act = wm.act(outcome, "retry")
late = wm.outcome(call, "Late")
follow_up = wm.run("Logfire", follows=act)
follow_up.end()
wm.shutdown()
handles = {"run": run, "group": group, "call": call, "outcome": outcome, "late": late, "follow_up": follow_up}
json.dump({
    "refs": {name: handle.ref for name, handle in handles.items()},
    "spans": [
        {
            "name": span.name,
            "trace_id": span.context.trace_id,
            "span_id": span.context.span_id,
            "parent_id": span.parent and span.parent.span_id,
            "links": [link.context.span_id for link in span.links],
            "events": [event.name for event in span.events],
        }
        for span in exporter.get_finished_spans()
    ],
}, sys.stdout)
"""


def test_beside_logfire_refs_are_right():
    pytest.importorskip("logfire")
    done = subprocess.run([sys.executable, "-c", LOGFIRE], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    spans = {span["name"]: span for span in found["spans"] if span["name"] != "invoke_workflow Logfire"}
    run, follow_up = (span for span in found["spans"] if span["name"] == "invoke_workflow Logfire")
    refs = {name: ids.parse_ref(ref) for name, ref in found["refs"].items()}
    expected = {
        "run": run,
        "group": spans["g"],
        "call": spans["chat m"],
        "outcome": run,
        "late": spans[semconv.EVENT_OUTCOME],
        "follow_up": follow_up,
    }
    assert {name: (ref.trace_id, ref.span_id) for name, ref in refs.items()} == {
        name: (span["trace_id"], span["span_id"]) for name, span in expected.items()
    }
    assert run["parent_id"] is None
    assert run["links"] == [spans["request"]["span_id"]]
    assert run["events"] == [semconv.EVENT_OUTCOME, semconv.EVENT_ACT]
    assert spans["inside"]["parent_id"] == spans["g"]["span_id"]
    assert spans["g"]["parent_id"] == follow_up["links"][0] == run["span_id"]
    assert spans[semconv.EVENT_OUTCOME]["links"] == [spans["chat m"]["span_id"]]
