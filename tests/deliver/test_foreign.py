"""LLM spans of other instrumentation, through the processor, the exporter, and `configure()` alone."""

import threading
from contextlib import suppress

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from tests.deliver.foreign import CALL, SERVED, exporter, instrumented, processor, serve
from tests.deliver.pipelines import arrived
from warpmetrics_otel import Warpmetrics, WarpmetricsSampler, WarpmetricsSpanExporter, ids
from warpmetrics_otel.testing import NativeApi


def parents(api):
    """From each group and call to what it hangs on, by label."""
    names = {row["id"]: row["label"] for row in api.entities("runs") + api.entities("groups")}
    return sorted((names.get(link["childId"], "call"), names.get(link["parentId"])) for link in api.entities("links"))


def test_a_trace_of_others_is_a_run(api, mouth):
    with instrumented(mouth()) as others:
        serve(others)
    assert arrived(api) == SERVED
    assert parents(api) == [("Bob", "GET /chat"), ("call", "Bob"), ("call", "Bob")]
    assert {call["tokens"]["total"] for call in api.entities("calls")} == {7}


def test_beneath_a_run_of_ours_they_hang_on_its_groups(api, mouth):
    with instrumented(mouth()) as others:
        wm = Warpmetrics(tracer_provider=others.provider)
        with wm.run("Writer") as run, wm.group(run, "Drafting"):
            with others.span("tool"):
                others.call()
            serve(others)
        wm.shutdown(60)
    assert parents(api) == [
        ("Bob", "Drafting"),
        ("Drafting", "Writer"),
        ("call", "Bob"),
        ("call", "Bob"),
        ("call", "Drafting"),
    ]
    assert [row["id"] for row in api.entities("runs")] == [run.id]


def test_without_inferring_runs_only_what_is_beneath_ours_leaves(api, mouth):
    with instrumented(mouth(infer_runs=False)) as others:
        serve(others)
        wm = Warpmetrics(tracer_provider=others.provider)
        with wm.run("Writer"):
            others.call()
        wm.shutdown(60)
    assert arrived(api) == {"runs": 1, "calls": 1, "links": 1}


def test_spans_without_llms_never_leave(api, mouth):
    with instrumented(mouth()) as others:
        for _ in range(20):
            with others.span(), others.span("SELECT", {"db.system.name": "postgresql"}):
                pass
        with others.agent():
            pass
        with others.span("embeddings m", CALL | {"gen_ai.operation.name": "embeddings"}):
            pass
    assert api.requests == []


def test_the_ids_are_those_of_the_span_s_context_whoever_tells(api, mouth):
    with instrumented(mouth()) as others, others.span() as root:
        span = others.call().get_span_context()
    assert [row["id"] for row in api.entities("runs")] == [ids.run_id_of_trace(root.get_span_context().trace_id)]
    assert [row["id"] for row in api.entities("calls")] == [ids.derived(ids.CALL, span.trace_id, span.span_id)]


def test_a_failure_of_the_root_is_an_outcome_of_the_run(api, mouth):
    with instrumented(mouth()) as others, suppress(ValueError), others.span():
        others.call()
        raise ValueError("no paper")
    [outcome] = api.entities("outcomes")
    assert (outcome["name"], outcome["refId"]) == ("Error", api.entities("runs")[0]["id"])
    assert "no paper" in outcome["opts"]["error"]


def test_processor_and_exporter_of_one_process_tell_everything_once(api):
    simple = SimpleSpanProcessor(WarpmetricsSpanExporter(api_key=api.key, api_url=api.url))
    with instrumented(processor(api), exporter(api), simple) as others:
        serve(others)
        others.provider.force_flush()
        serve(others)
    assert arrived(api) == {kind: 2 * number for kind, number in SERVED.items()}


def test_what_is_under_way_is_told_when_it_has_waited(api):
    with instrumented(processor(api, hold_seconds=0.3)) as others, others.span("worker"):
        others.call()
        api.wait_for(lambda: api.entities("calls"))
        assert parents(api) == [("call", "worker")]


def test_while_one_trace_goes_on_others_are_told_soon(api):
    with instrumented(processor(api, hold_seconds=3600)) as others, others.span("worker"):
        others.call()
        for number in range(1, 4):
            with others.span(f"GET /{number}", context=Context()):
                others.call()
            api.wait_for(lambda number=number: len(api.entities("calls")) == number)


def test_a_call_is_told_soon_after_its_trace_is_over(api):
    with instrumented(processor(api)) as others:
        serve(others)
        api.wait_for(lambda: arrived(api) == SERVED)


def test_content_is_told_or_not_and_redacted(api):
    said = {"gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"secret"}]}]'}
    with instrumented(processor(api)) as others:
        others.call(**said)
    with instrumented(processor(api, native_content=False)) as others:
        others.call(**said)
    with instrumented(processor(api, redact=lambda value, path: f"[{path}]")) as others:
        others.call(**said)
    assert [call["messages"] for call in api.entities("calls")] == [
        [{"role": "user", "content": "secret"}],
        None,
        [{"role": "[messages[0].role]", "content": "[messages[0].content]"}],
    ]


def test_a_forked_child_tells_of_its_own_only(api):
    mouth = processor(api)
    with instrumented(mouth) as others:
        with others.span("parent"):
            others.call()
            mouth._mouth.others._start_afresh()
        others.call()
    assert len(api.entities("calls")) == 1


def test_what_the_sampler_drops_is_told_where_warpmetrics_has_a_say(api):
    with instrumented(processor(api), sampler=WarpmetricsSampler(ALWAYS_OFF)) as others:
        serve(others)
    assert arrived(api)["calls"] == 2
    with instrumented(processor(api), sampler=ALWAYS_OFF) as others:
        serve(others)
    assert arrived(api)["calls"] == 2


@pytest.fixture
def recorder(api):
    made = []

    def make(provider, api=api, **options):
        wm = Warpmetrics(tracer_provider=provider, api_key=api.key, api_url=api.url, **options)
        made.append(wm)
        return wm

    yield make
    for wm in made:
        wm.shutdown(60)


def test_a_recorder_with_a_key_needs_no_processor(api, recorder):
    with instrumented() as others:
        wm = recorder(others.provider)
        serve(others)
        with wm.run("Writer"):
            others.call()
        result = wm.flush(60)
    assert result.pending == 0
    assert arrived(api) == {kind: number + (kind in ("runs", "calls", "links")) for kind, number in SERVED.items()}


def test_a_recorder_that_infers_no_runs(api, recorder):
    with instrumented() as others:
        wm = recorder(others.provider, infer_runs=False)
        serve(others)
        with wm.run("Writer"):
            others.call()
        wm.flush(60)
    assert arrived(api) == {"runs": 1, "calls": 1, "links": 1}


def test_an_outcome_on_a_trace_of_others_waits_for_its_run(api, recorder):
    with instrumented() as others:
        wm = recorder(others.provider)
        with others.span() as root:
            others.call()
            wm.act(wm.outcome(root, "Failed"), "retry")
            with wm.run("Writer"):
                pass
        wm.flush(60)
    assert arrived(api) == {"runs": 2, "calls": 1, "links": 1, "outcomes": 1, "acts": 1}
    run_id = ids.run_id_of_trace(root.get_span_context().trace_id)
    assert [row["refId"] for row in api.entities("outcomes")] == [run_id]


def test_a_recorder_that_has_stopped_hears_nothing(api, recorder):
    with instrumented() as others:
        for _ in range(3):
            recorder(others.provider).shutdown(60)
        serve(others)
        assert api.requests == []
        wm = recorder(others.provider)
        serve(others)
        wm.shutdown(60)
    assert arrived(api) == SERVED


def test_of_two_recorders_with_one_key_the_second_hears_once_the_first_has_stopped(api, recorder):
    with instrumented() as others:
        first, second = recorder(others.provider), recorder(others.provider)
        serve(others)
        with others.span():
            others.call()
            first.shutdown(60)
            others.call()
        with second.run("Writer"):
            others.call()
        second.shutdown(60)
        serve(others)
    assert arrived(api) == {"runs": 3, "groups": 1, "calls": 5, "links": 6}
    assert {row["label"] for row in api.entities("runs")} == {"GET /chat", "Writer"}


def test_of_two_recorders_with_one_key_the_second_may_stop_first(api, recorder):
    with instrumented() as others:
        first, second = recorder(others.provider), recorder(others.provider)
        second.shutdown(60)
        serve(others)
        first.shutdown(60)
        assert arrived(api) == SERVED
        serve(others)
    assert arrived(api) == SERVED


def test_a_tenant_s_calls_reach_no_other_tenant(api, recorder, caplog):
    with NativeApi() as theirs, instrumented() as others:
        caplog.set_level("INFO", "warpmetrics_otel")
        ours, other = recorder(others.provider), recorder(others.provider, theirs)
        with ours.run("Ours"):
            others.call()
        with other.run("Theirs"), others.span("tool"):
            others.call()
        others.call()
        ours.flush(60)
        other.flush(60)
        assert [row["label"] for row in theirs.entities("runs")] == ["Theirs"]
        assert len(theirs.entities("calls")) == 1
        assert [row["label"] for row in api.entities("runs")] == ["Ours", "chat m"]
        assert len(api.entities("calls")) == 2
        other.shutdown(60)
    assert any("go to the first of them only" in record.getMessage() for record in caplog.records)


def test_a_global_provider_that_comes_later_is_heard(api, monkeypatch):
    provider = TracerProvider(shutdown_on_exit=False)
    wm = Warpmetrics(api_key=api.key, api_url=api.url)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    wm.run("Writer").end()
    with provider.get_tracer("others").start_as_current_span("chat m", attributes=CALL):
        pass
    wm.shutdown(60)
    assert arrived(api) == {"runs": 2, "calls": 1, "links": 1}


def test_threads_that_record_at_once_lose_nothing(api):
    def work():
        for _ in range(50):
            serve(others)

    with instrumented(processor(api)) as others:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert arrived(api) == {kind: 200 * number for kind, number in SERVED.items()}
