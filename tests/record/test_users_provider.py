"""A provider of the user's: used as it is, left running, shared with others, and refused what it cannot do."""

from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from tests.record.memory import remembered
from warpmetrics_otel import Warpmetrics


def test_shutdown_leaves_it_running() -> None:
    with remembered() as memory:
        run = memory.wm.run("review")
        result = memory.wm.shutdown()
        memory.provider.get_tracer("others").start_span("after").end()

        assert memory.ended(run)
        assert memory.named("after")
        assert result.exported == "unknown"


def test_it_does_not_become_the_global_one() -> None:
    with remembered() as memory:
        memory.wm.run("review")
        assert trace.get_tracer_provider() is not memory.provider


def test_it_may_be_shared_by_several_recorders() -> None:
    with remembered() as memory:
        second = Warpmetrics(tracer_provider=memory.provider, search_opts=0)
        first_run, second_run = memory.wm.run("first"), second.run("second")
        second.shutdown()
        assert not memory.ended(first_run)
        assert memory.ended(second_run)
        first_run.end()
        assert memory.ended(first_run)


@pytest.mark.otlp_file
def test_a_file_beside_it_is_ours_to_stop(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    with remembered(otlp_file=file) as memory:
        memory.wm.run("review")
        memory.wm.shutdown()
        assert file.read_text("utf-8").count('"invoke_workflow review"') == 1
        memory.provider.get_tracer("others").start_span("after").end()
        assert "after" not in file.read_text("utf-8")


@pytest.mark.otlp_file
def test_a_file_beside_a_provider_that_takes_no_processors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="otlp_file needs a provider of the OpenTelemetry SDK"):
        Warpmetrics(tracer_provider=trace.NoOpTracerProvider(), otlp_file=tmp_path / "spans.jsonl")


def test_runs_open_in_a_block_outlive_a_new_configuration() -> None:
    with remembered() as first, remembered() as second:
        wm = first.wm
        with wm.run("review") as run:
            wm.configure(tracer_provider=second.provider)
            assert wm.current() is run
            group = wm.group(run, "draft")
            group.end()
        assert first.reason(run) is None
        assert second.of(group).context.trace_id == first.of(run).context.trace_id
        wm.shutdown()


def test_a_provider_that_was_shut_down_costs_the_agent_nothing(caplog: pytest.LogCaptureFixture) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    with remembered(provider) as memory:
        with memory.wm.run("review") as run:
            provider.shutdown()
            memory.wm.outcome(run, "Failed")
        again = memory.wm.run("again")
        again.end()
        assert again.ended
    assert [record for record in caplog.records if record.name == "warpmetrics_otel"] == []
