"""Switched off, every verb does nothing and returns a valid handle."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from warpmetrics_otel import Warpmetrics, ids


@pytest.fixture(
    params=["option", "variable", "OTEL_SDK_DISABLED", "OTEL_SDK_DISABLED and a provider", "after shutdown"]
)
def disabled(request, monkeypatch):
    """A recorder that is switched off in one of the ways there are; nothing may have been exported."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    match request.param:
        case "option":
            wm = Warpmetrics(tracer_provider=provider, enabled=False)
        case "variable":
            monkeypatch.setenv("WARPMETRICS_ENABLED", "false")
            wm = Warpmetrics(tracer_provider=provider)
        case "OTEL_SDK_DISABLED":
            monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
            wm = Warpmetrics()
        case "OTEL_SDK_DISABLED and a provider":
            monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
            wm = Warpmetrics(tracer_provider=provider)
        case _:
            wm = Warpmetrics(tracer_provider=provider)
            wm.shutdown()
    yield wm
    wm.shutdown()
    assert exporter.get_finished_spans() == ()
    provider.shutdown()


def test_every_verb_returns_a_valid_handle(disabled, caplog):
    wm = disabled
    with wm.run("Off", {"a": 1}) as run, wm.group(run, "g") as group:
        assert wm.current() == group
        assert wm.current_run() == run
        call = wm.record_call(group, provider="p", model="m")
        with wm.start_call(group, provider="p", model="m") as live:
            live.response = "r"
        outcome = wm.outcome(call, "Failed")
        act = wm.act(outcome, "retry")
    reserved = wm.reserve(wm.act("Review"))
    follow_up = wm.run("Off", follows=act)
    kinds = [ids.RUN, ids.GROUP, ids.CALL, ids.CALL, ids.OUTCOME, ids.ACT, ids.ACT, ids.RUN]
    handles = [run, group, call, live, outcome, act, reserved, follow_up]
    assert [ids.kind_of(handle.id) for handle in handles] == kinds
    for handle in handles:
        assert ids.parse_ref(handle.ref).id == handle.id
        assert ids.parse_ref(handle.ref).trace_id is None
    assert ids.parse_ref(follow_up.ref).chain_id == run.id
    assert wm.ref(act) == act.id
    follow_up.end()
    assert follow_up.ended
    assert caplog.records == []


def test_flush_has_nothing_to_wait_for(disabled):
    assert disabled.flush(end_open=True)
    assert disabled.shutdown()


async def test_blocks_and_decorators_are_transparent(disabled):
    @disabled.as_run("Off")
    async def agent() -> str:
        async with disabled.group(disabled.current(), "g"):
            return "done"

    assert await agent() == "done"
    with pytest.raises(LookupError), disabled.run("Off"):
        raise LookupError
