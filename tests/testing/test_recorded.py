"""What the fixture `warpmetrics` answers about what a test recorded."""

import openai
import pytest
from opentelemetry.trace import SpanKind, StatusCode

import warpmetrics_otel as wm
from warpmetrics_otel.testing import NativeApi, ProviderServer, Recorded


def writer(attempt=1, follows=None):
    with wm.run("Writer", {"attempt": attempt}, follows=follows) as run:
        with wm.group(run, "Drafting") as group:
            wm.record_call(group, provider="openai", model="gpt-test", tokens={"prompt": 5, "completion": 2}, cost=0.25)
        below = wm.outcome(run, "Below Threshold", {"score": 3})
        return run, wm.act(below, "retry", {"target": 8})


def test_a_run_tells_what_happened_in_it(warpmetrics):
    handle, act = writer()
    (run,) = warpmetrics.runs
    assert (run.id, run.label, run.opts.value) == (handle.id, "Writer", {"attempt": 1})
    assert (run.failed, run.follows, run.end_reason) == (False, None, None)
    (group,) = run.groups
    (call,) = run.calls
    (outcome,) = run.outcomes
    assert (group.label, group.calls) == ("Drafting", [call])
    assert (call.provider, call.model, call.input_tokens, call.output_tokens, call.cost) == (
        "openai",
        "gpt-test",
        5,
        2,
        0.25,
    )
    assert (outcome.name, outcome.opts.value, outcome.classification) == ("Below Threshold", {"score": 3}, None)
    assert [(each.id, each.name, each.opts.value) for each in run.acts] == [(act.id, "retry", {"target": 8})]


def test_a_chain_is_in_order_whichever_part_of_it_is_asked_for(warpmetrics):
    wm.run("Unrelated").end()
    first, act = writer()
    second, act = writer(2, follows=act)
    third, act = writer(3, follows=act)
    expected = [first.id, second.id, third.id]
    for asked in (first, second.id, third.ref, act.ref, warpmetrics.runs[-1]):
        assert [run.id for run in warpmetrics.chain(asked)] == expected
    assert [run.number for run in warpmetrics.chain(third)] == [1, 2, 3]
    assert warpmetrics.runs[-1].follows.act_name == "retry"


def test_a_chain_of_what_was_not_recorded_is_an_error_that_names_it(warpmetrics):
    with pytest.raises(LookupError, match="wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x was not recorded"):
        warpmetrics.chain("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x")


def test_runs_and_calls_are_in_the_order_of_starting(warpmetrics):
    first, second = wm.run("first"), wm.run("second")
    wm.record_call(second, provider="x", model="one")
    wm.record_call(first, provider="x", model="two")
    second.end()
    assert [run.label for run in warpmetrics.runs] == ["first", "second"]
    assert [call.model for call in warpmetrics.calls] == ["one", "two"]


def test_what_is_still_open_is_there_already(warpmetrics):
    with wm.run("Writer") as handle:
        wm.outcome(handle, "Drafted")
        (run,) = warpmetrics.runs
        assert (run.label, [outcome.name for outcome in run.outcomes]) == ("Writer", ["Drafted"])
        assert run.span.end_ns == 0
    assert warpmetrics.runs[0].span.end_ns > 0


def test_asking_ends_what_was_decided_here_and_nobody_holds(warpmetrics):
    wm.outcome(wm.run("dropped"), "Completed")
    held = wm.run("held")
    decided = wm.run("decided")
    wm.outcome(decided, "Failed")
    assert [run.end_reason for run in warpmetrics.runs] == ["collected", None, "flush"]
    assert [run.failed for run in warpmetrics.runs] == [False, False, True]
    assert not held.ended


def test_outcomes_on_what_was_recorded_elsewhere_are_told_too(warpmetrics):
    wm.outcome("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", "Merged")
    wm.outcome("wm_grp_01jd3v9k7m2p4q6r8s0t1v3w5x", "Reviewed")
    assert [outcome.name for outcome in warpmetrics.outcomes] == ["Merged", "Reviewed"]
    assert warpmetrics.runs == []


def test_calls_of_a_client_warped_before_the_test_are_recorded(request):
    with ProviderServer() as server, openai.OpenAI(api_key="key", base_url=server.openai_base_url) as client:
        wm.warp(client)
        warpmetrics = request.getfixturevalue("warpmetrics")
        with wm.run("Writer"):
            client.chat.completions.create(model="gpt-test", messages=[{"role": "user", "content": "hello"}])
        assert [call.model for call in warpmetrics.runs[0].calls] == ["gpt-test"]


def test_other_options_keep_recording_in_memory(warpmetrics):
    warpmetrics.configure(classifications={"Shipped": "success"}, span_content=True)
    with wm.run("Writer") as run:
        wm.record_call(run, provider="x", model="y", response="It rains.")
        wm.outcome(run, "Shipped")
    assert warpmetrics.outcomes[0].classification == "success"
    assert "It rains." in warpmetrics.calls[0].attributes["gen_ai.output.messages"]


def test_spans_are_the_sdks_and_hold_those_of_others(warpmetrics):
    with (
        warpmetrics.tracer_provider.get_tracer("mine").start_as_current_span("request", kind=SpanKind.SERVER),
        wm.run("W"),
    ):
        pass
    request, run = warpmetrics.spans
    assert (request.name, request.kind, run.name) == ("request", SpanKind.SERVER, "invoke_workflow W")
    assert run.status.status_code is StatusCode.UNSET


def test_recorders_side_by_side_may_record_into_it(warpmetrics):
    tenant = wm.Warpmetrics(tracer_provider=warpmetrics.tracer_provider)
    tenant.run("Tenant").end()
    wm.run("Default").end()
    assert [run.label for run in warpmetrics.runs] == ["Tenant", "Default"]
    tenant.shutdown()


def test_an_environment_that_switches_everything_off_changes_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("WARPMETRICS_ENABLED", "false")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv("WARPMETRICS_OTLP_FILE", str(tmp_path / "spans.jsonl"))
    with Recorded() as recorded:
        wm.run("Writer").end()
        assert [run.label for run in recorded.runs] == ["Writer"]
    assert list(tmp_path.iterdir()) == []


def test_a_key_in_the_environment_sends_nothing_to_the_native_api(monkeypatch):
    with NativeApi() as api:
        monkeypatch.setenv("WARPMETRICS_API_KEY", api.key)
        monkeypatch.setenv("WARPMETRICS_API_URL", api.url)
        with Recorded() as recorded:
            writer()
            assert len(recorded.runs) == 1
            assert wm.flush().delivered == 0
    assert api.requests == []
