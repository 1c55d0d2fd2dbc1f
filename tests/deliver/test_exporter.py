"""The exporter: alone, beside recording with the same key and with another one, and without a key."""

import logging

import pytest
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult

from tests.deliver.pipelines import WRITTEN, arrived, recording, write
from warpmetrics_otel import Warpmetrics, WarpmetricsSpanExporter, WarpmetricsSpanProcessor
from warpmetrics_otel.beside import beside
from warpmetrics_otel.testing import NativeApi


@pytest.fixture
def exporter(api):
    return WarpmetricsSpanExporter(api_key=api.key, api_url=api.url)


@pytest.mark.parametrize("processor", [SimpleSpanProcessor, BatchSpanProcessor])
def test_alone_it_sends_all_that_was_recorded_parents_first(api, exporter, processor):
    with recording(processor(exporter)) as wm:
        write(wm)
    assert arrived(api) == WRITTEN
    assert exporter.sent_before_parents == 0


def test_a_group_that_has_ended_waits_for_its_run(api, exporter):
    with recording(SimpleSpanProcessor(exporter)) as wm, wm.run("Long") as run:
        wm.group(run, "Ended").end()
        wm.run("Short").end()
        # What goes at once has overtaken what waits.
        api.wait_for(lambda: api.entities("runs"))
        assert arrived(api) == {"runs": 1}
    assert arrived(api) == {"runs": 2, "groups": 1, "links": 1}
    assert exporter.sent_before_parents == 0


def test_what_was_said_arrives_although_it_is_not_on_spans(api, exporter):
    with recording(SimpleSpanProcessor(exporter)) as wm:
        write(wm)
    [call] = api.entities("calls")
    assert call["messages"] == [{"role": "user", "content": "Hello"}]
    assert call["response"] == "Hi"
    assert beside.take(call["id"]) is None


def test_content_stays_here_when_told_so(api):
    exporter = WarpmetricsSpanExporter(api_key=api.key, api_url=api.url, native_content=False)
    with recording(SimpleSpanProcessor(exporter), span_content=True) as wm:
        write(wm)
    [call] = api.entities("calls")
    assert (call["messages"], call["response"]) == (None, None)


def test_an_explicit_no_content_in_the_environment_stops_it_too(api, monkeypatch):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "NO_CONTENT")
    exporter = WarpmetricsSpanExporter(api_key=api.key, api_url=api.url)
    with recording(SimpleSpanProcessor(exporter), span_content=True) as wm:
        write(wm)
    [call] = api.entities("calls")
    assert (call["messages"], call["response"]) == (None, None)


def test_content_of_one_tenant_does_not_reach_another(api):
    with NativeApi() as other:
        ours = WarpmetricsSpanExporter(api_key=api.key, api_url=api.url)
        theirs = WarpmetricsSpanExporter(api_key=other.key, api_url=other.url)
        with recording(SimpleSpanProcessor(ours)) as wm, recording(SimpleSpanProcessor(theirs)) as their_wm:
            write(wm)
            their_wm.run("Theirs").end()
        assert arrived(api) == WRITTEN
        assert arrived(other) == {"runs": 1}
        other.check()


def test_beside_recording_with_the_same_key_nothing_is_sent_twice(api, exporter):
    with recording(SimpleSpanProcessor(exporter), api_key=api.key, api_url=api.url) as wm:
        write(wm, follows=write(wm))
    assert arrived(api) == {kind: 2 * count for kind, count in WRITTEN.items()}


def test_another_destination_gets_the_same_content_as_recording_s_own(api, exporter):
    with NativeApi() as own:
        with recording(SimpleSpanProcessor(exporter), api_key=own.key, api_url=own.url) as wm:
            write(wm)
        assert own.entities("calls") == api.entities("calls")
        assert arrived(own) == arrived(api) == WRITTEN


def test_late_outcomes_and_follow_ups_arrive_after_what_they_hang_on(api, exporter):
    with recording(BatchSpanProcessor(exporter)) as wm:
        run = wm.run("Writer")
        run.end()
        late = wm.outcome(run, "Failed")
        wm.run("Writer", follows=wm.act(late, "retry")).end()
    assert arrived(api) == {"runs": 2, "outcomes": 1, "acts": 1}


ELSEWHERE = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    "verb",
    [
        lambda wm: wm.outcome("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", "Late"),
        lambda wm: wm.outcome(f"00-{ELSEWHERE}", "Late"),
        lambda wm: wm.act(f"wm_oc_01jd3v9k7m2p4q6r8s0t1v3w5x@00-{ELSEWHERE}", "retry"),
        lambda wm: wm.group(f"wm_grp_01jd3v9k7m2p4q6r8s0t1v3w5x@00-{ELSEWHERE}", "Reviewing"),
        lambda wm: wm.run("Writer", follows=f"wm_act_01jd3v9k7m2p4q6r8s0t1v3w5x@00-{ELSEWHERE}"),
        lambda wm: wm.run("Writer", follows="wm_act_01jd3v9k7m2p4q6r8s0t1v3w5x"),
        lambda wm: wm.outcome("wm_call_01jd3v9k7m2p4q6r8s0t1v3w5x", "Late"),
    ],
    ids=["outcome", "traceparent", "act", "group", "follow-up", "bare act", "bare call"],
)
@pytest.mark.parametrize("mouth", [WarpmetricsSpanExporter, WarpmetricsSpanProcessor])
def test_what_hangs_on_another_process_is_not_waited_for(mouth, verb):
    # What it hangs on was sent by that process, to a server that is not this one.
    with NativeApi(allow=["order"]) as api:
        made = mouth(api_key=api.key, api_url=api.url, hold_seconds=3600)
        processor = SimpleSpanProcessor(made) if mouth is WarpmetricsSpanExporter else made
        with recording(processor) as wm:
            verb(wm)
            wm.flush(end_open=True)
            api.wait_for(lambda: arrived(api))
        assert made.sent_before_parents == 0


def test_a_ref_that_comes_back_to_its_own_process_is_waited_for(api, exporter):
    with recording(SimpleSpanProcessor(exporter)) as wm, wm.run("Writer") as run:
        other = Warpmetrics(tracer_provider=wm._core.settings.tracer_provider)
        other.group(run.ref, "Drafting").end()
        other.run("Short").end()
        api.wait_for(lambda: api.entities("runs"))
        assert arrived(api) == {"runs": 1}
        other.shutdown(60)
    assert arrived(api) == {"runs": 2, "groups": 1, "links": 1}
    assert exporter.sent_before_parents == 0


def test_a_flush_says_whether_everything_has_arrived(api, exporter):
    with recording(SimpleSpanProcessor(exporter)) as wm:
        wm.run("Writer").end()
        assert exporter.force_flush()
        assert arrived(api) == {"runs": 1}
        with api.down():
            wm.run("Writer").end()
            assert not exporter.force_flush(100)


def test_after_its_shutdown_it_takes_nothing(api, exporter):
    exporter.shutdown()
    exporter.shutdown()
    assert exporter.export([]) is SpanExportResult.FAILURE
    assert not beside.readers


def test_everything_may_come_from_the_environment(api, monkeypatch):
    monkeypatch.setenv("WARPMETRICS_API_KEY", api.key)
    monkeypatch.setenv("WARPMETRICS_API_URL", api.url)
    monkeypatch.setenv("WARPMETRICS_NATIVE_CONTENT", "false")
    with recording(SimpleSpanProcessor(WarpmetricsSpanExporter()), api_key=None) as wm:
        write(wm)
    [call] = api.entities("calls")
    assert call["messages"] is None


def test_without_a_key_it_says_so_and_sends_nothing(caplog):
    exporter = WarpmetricsSpanExporter()
    with recording(SimpleSpanProcessor(exporter)) as wm:
        write(wm)
    assert exporter.export([]) is SpanExportResult.FAILURE
    assert exporter.force_flush()
    [warning] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "WARPMETRICS_API_KEY" in warning.getMessage()


def test_a_variable_that_makes_no_sense_is_reported_and_ignored(api, monkeypatch, caplog):
    monkeypatch.setenv("WARPMETRICS_HOLD_SECONDS", "soon")
    monkeypatch.setenv("WARPMETRICS_NATIVE_CONTENT", "perhaps")
    WarpmetricsSpanExporter(api_key=api.key, api_url=api.url).shutdown()
    assert [name in caplog.text for name in ("WARPMETRICS_HOLD_SECONDS", "WARPMETRICS_NATIVE_CONTENT")] == [True, True]


@pytest.mark.parametrize(
    "options",
    [{"api_key": b"key"}, {"api_url": "localhost"}, {"max_pending": 0}, {"hold_seconds": -1}],
    ids=["key", "address", "pending", "hold"],
)
def test_an_argument_that_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        WarpmetricsSpanExporter(**{"api_key": "key", **options})


def test_an_option_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match="api_kye"):
        WarpmetricsSpanExporter(api_kye="key")
