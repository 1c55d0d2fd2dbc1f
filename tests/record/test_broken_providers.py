"""What the user's provider does to us: processors that raise, and a shutdown in the middle. The agent goes on."""

import logging

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from warpmetrics_otel import Warpmetrics


class Breaking(SpanProcessor):
    """Raises where it is told to."""

    def __init__(self, where: str) -> None:
        self._where = where

    def _reach(self, where: str) -> bool:
        if where == self._where:
            raise RuntimeError("processor")
        return True

    def on_start(self, span, parent_context=None) -> None:
        self._reach("on_start")

    def on_end(self, span) -> None:
        self._reach("on_end")

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._reach("force_flush")


@pytest.mark.parametrize("where", ["on_start", "on_end", "force_flush"])
def test_a_processor_that_raises_does_not_raise_into_the_agent(where, caplog):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Breaking(where))
    wm = Warpmetrics(tracer_provider=provider)
    for _ in range(3):
        with wm.run("Broken") as run, wm.group(run, "g") as group:
            wm.record_call(group, provider="p", model="m")
            with wm.start_call(group, provider="p", model="m") as live:
                live.response = "r"
            act = wm.act(wm.outcome(group, "Failed"), "retry")
        assert run.ended
        assert group.ended
        wm.outcome(run, "Late")
        wm.run("Second", follows=act).end()
    result = wm.flush()
    assert result.open_runs == 0
    assert result.exported == ("failed" if where == "force_flush" else "unknown")
    wm.shutdown()
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    # Not for every span; of a flush each time.
    assert len(errors) == (2 if where == "force_flush" else 1)
    assert all(error.name == "warpmetrics_otel" and error.exc_info[0] is RuntimeError for error in errors)


def test_a_provider_shut_down_in_the_middle_leaves_the_agent_alone(caplog):
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    wm = Warpmetrics(tracer_provider=provider)
    with wm.run("Before"):
        pass
    with wm.run("Across") as run:
        group = wm.group(run, "g")
        provider.shutdown()
        call = wm.record_call(group, provider="p", model="m")
        with wm.start_call(group, provider="p", model="m") as live:
            live.response = "r"
        act = wm.act(wm.outcome(call, "Failed"), "retry")
    wm.outcome(run, "Late")
    follow_up = wm.run("After", follows=act)
    assert wm.ref(follow_up) == follow_up.id
    assert wm.flush(end_open=True).open_runs == 0
    wm.shutdown()
    assert [span.name for span in exporter.get_finished_spans()] == ["invoke_workflow Before"]
    assert [record for record in caplog.records if record.name == "warpmetrics_otel"] == []


def test_shutdown_leaves_the_users_provider_running():
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    wm = Warpmetrics(tracer_provider=provider)
    wm.run("Ours")
    wm.shutdown()
    provider.get_tracer("user").start_span("theirs").end()
    provider.shutdown()
    assert [span.name for span in exporter.get_finished_spans()] == ["invoke_workflow Ours", "theirs"]
