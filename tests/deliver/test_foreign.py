"""LLM spans of other instrumentation, through the processor, the exporter, and `configure()` alone."""

import threading
from contextlib import suppress

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from tests.deliver.foreign import CALL, SERVED, instrumented, serve
from tests.deliver.pipelines import arrived
from warpmetrics_otel import Warpmetrics, WarpmetricsSampler, WarpmetricsSpanExporter, WarpmetricsSpanProcessor, ids
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.testing import NativeApi
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.views import view

REMOTE = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, is_remote=True, trace_flags=TraceFlags(1))


def processor(api, **options):
    return WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url, **options)


def exporter(api, **options):
    return BatchSpanProcessor(WarpmetricsSpanExporter(api_key=api.key, api_url=api.url, **options))


@pytest.fixture(params=[processor, exporter], ids=["processor", "exporter"])
def mouth(api, request):
    return lambda **options: request.param(api, **options)


@pytest.fixture(params=[processor, exporter], ids=["processor", "exporter"])
def mouth_to(request):
    return request.param


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


SCORE = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 1.0}


def test_an_evaluation_on_a_span_about_no_model_is_of_what_is_above_as_it_is_in_a_file(api, mouth):
    file = InMemorySpanExporter()
    with instrumented(mouth(), SimpleSpanProcessor(file)) as others:
        with others.span(), others.agent():
            others.call()
            with others.span("tool") as evaluated:
                evaluated.add_event("gen_ai.evaluation.result", SCORE)
        # About no model at all, and so about nothing that is told.
        with others.span() as alone:
            alone.add_event("gen_ai.evaluation.result", SCORE)
    [agent] = api.entities("groups")
    assert [(row["name"], row["refId"]) for row in api.entities("outcomes")] == [("tone", agent["id"])]
    read = Batch(spans_to_native([view(span) for span in file.get_finished_spans()])).to_json()
    assert read["outcomes"] == api.entities("outcomes")


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


def test_a_span_whose_parent_is_in_another_service_is_of_that_trace_s_run(api, mouth):
    with instrumented(mouth()) as others:
        with others.tracer.start_as_current_span("POST /answer", context=_remote(REMOTE)):
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
    inject(carrier, _remote(REMOTE))
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


def _remote(context):
    return set_span_in_context(NonRecordingSpan(context), Context())
