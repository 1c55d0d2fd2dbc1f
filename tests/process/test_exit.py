"""The end of the interpreter: open runs, open blocks, and a user's provider made before or after our configuration."""

from pathlib import Path

import pytest

from tests.otlp_receiver import OtlpReceiver
from tests.process.child import by_name, python, values, written
from warpmetrics_otel import semconv

pytestmark = pytest.mark.otlp_file


def reasons(file: Path) -> dict[str, str | None]:
    spans = by_name(written(file))
    return {name: values(span).get(semconv.WARPMETRICS_END_REASON) for name, span in spans.items()}


def test_open_runs_and_blocks_are_ended_at_exit(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import warpmetrics_otel as wm
        run = wm.run("open")
        wm.outcome(run, "Failed")
        group = wm.group(run, "group")
        block = wm.run("block")
        block.__enter__()
        wm.group(block, "beneath").__enter__()
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    assert reasons(file) == {
        "invoke_workflow open": semconv.END_REASON_EXIT,
        "group": semconv.END_REASON_PARENT,
        "invoke_workflow block": semconv.END_REASON_EXIT,
        "beneath": semconv.END_REASON_PARENT,
    }
    span = by_name(written(file))["invoke_workflow open"]
    assert span["events"][0]["name"] == semconv.EVENT_OUTCOME
    assert span["status"] == {"message": "Failed", "code": 2}


def test_an_exit_out_of_a_block_ends_it_as_a_block(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import sys, warpmetrics_otel as wm
        with wm.run("block"):
            sys.exit(0)
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    assert reasons(file) == {"invoke_workflow block": None}


def test_what_was_dropped_before_exit_is_there(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import warpmetrics_otel as wm
        for number in range(100):
            wm.run(f"dropped {number}")
        def stream():
            with wm.run("stream"):
                yield 1
        for _ in stream():
            break
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    assert len(reasons(file)) == 101
    assert reasons(file)["invoke_workflow stream"] is None


_PROVIDER = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(sys.argv[1])))
trace.set_tracer_provider(provider)
"""
_CONFIGURATION = "wm.configure(span_content=True)\n"
_EARLIER_RUN = "logging.disable()\nwm.run('before').end()\n"


@pytest.mark.parametrize(
    "beginning",
    [_PROVIDER + _CONFIGURATION, _CONFIGURATION + _PROVIDER, _EARLIER_RUN + _PROVIDER],
    ids=["provider first", "configuration first", "run first"],
)
def test_ours_runs_before_the_exit_hook_of_the_users_provider(beginning: str) -> None:
    # The other way round the spans would end in a provider that no longer takes any.
    end = "run = wm.run('open')\nblock = wm.run('block')\nblock.__enter__()\n"
    with OtlpReceiver() as receiver:
        python(f"import logging, sys\nimport warpmetrics_otel as wm\n{beginning}{end}", f"{receiver.url}/v1/traces")
        assert {span.name for span in receiver.spans} == {"invoke_workflow open", "invoke_workflow block"}


def test_verbs_in_later_exit_hooks_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    python(
        """
        import atexit
        def late():
            run = wm.run("late")
            wm.outcome(run, "Failed")
            wm.flush()
        atexit.register(late)
        import warpmetrics_otel as wm
        run = wm.run("open")
        wm.outcome(run, "Completed")
        """,
        WARPMETRICS_OTLP_FILE=str(file),
    )
    assert reasons(file) == {"invoke_workflow open": semconv.END_REASON_EXIT}


def test_importing_starts_no_thread_and_loads_nothing_that_is_not_needed() -> None:
    threads, modules = python(
        """
        import json, sys, threading
        import warpmetrics_otel as wm
        wm.configure(span_content=True)
        print(json.dumps([[thread.name for thread in threading.enumerate()], sorted(sys.modules)]))
        """
    )
    assert threads == ["MainThread"]
    for module in ("grpc", "urllib3", "requests", "opentelemetry._logs", "opentelemetry.sdk._logs", "openai"):
        assert module not in modules
