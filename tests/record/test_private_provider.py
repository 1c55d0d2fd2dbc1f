"""Without a provider of the user's: exporters by the environment, a file, and what is said when there is neither.

No test of this suite sets a global provider in its own process; what has to do with one is in `tests/process`.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.otlp_receiver import OtlpReceiver
from tests.threads import threads_left
from warpmetrics_otel import Warpmetrics
from warpmetrics_otel.record import exporters
from warpmetrics_otel.record.warn import forget
from warpmetrics_otel.testing import NativeApi


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OTEL_TRACES_EXPORTER",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "WARPMETRICS_OTLP_FILE",
        "WARPMETRICS_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    forget()


@pytest.fixture
def wm() -> Iterator[Warpmetrics]:
    wm = Warpmetrics()
    yield wm
    wm.shutdown()


def test_the_endpoint_alone_is_enough(monkeypatch: pytest.MonkeyPatch, wm: Warpmetrics) -> None:
    with OtlpReceiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        run = wm.run("review")
        wm.outcome(run, "Completed")
        result = wm.flush()

        assert [span.name for span in receiver.spans] == ["invoke_workflow review"]
        assert result.exported == "flushed"
        assert result


def test_with_a_key_alone_everything_goes_somewhere_and_nothing_is_said(
    caplog: pytest.LogCaptureFixture, wm: Warpmetrics
) -> None:
    with NativeApi() as api:
        wm.configure(api_key=api.key, api_url=api.url)
        with wm.run("review") as run:
            wm.outcome(run, "Completed")

        assert wm.flush()
        assert api.row(run.id) is not None
        assert caplog.text == ""


def test_one_warning_says_that_nothing_is_sent_and_what_to_do(
    caplog: pytest.LogCaptureFixture, wm: Warpmetrics
) -> None:
    wm.configure(span_content=True)
    assert caplog.text == ""
    for _ in range(3):
        wm.run("review").end()

    [record] = caplog.records
    assert record.name == "warpmetrics_otel"
    assert "sent nowhere" in record.getMessage()
    for remedy in ("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_file", "tracer_provider"):
        assert remedy in record.getMessage()


@pytest.mark.parametrize(
    "target", ["wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
)
def test_a_process_that_only_adds_an_outcome_is_warned_too(
    caplog: pytest.LogCaptureFixture, wm: Warpmetrics, target: str
) -> None:
    wm.outcome(target, "Merged")

    assert caplog.text.count("sent nowhere") == 1


def test_who_asked_for_nothing_is_not_warned(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wm: Warpmetrics
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    wm.run("review").end()

    assert caplog.text == ""


def test_an_exporter_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wm: Warpmetrics
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "pigeon")
    wm.run("review").end()

    [record] = caplog.records
    assert "'pigeon'" in record.getMessage()


@pytest.mark.parametrize(
    ("environment", "protocol"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, "http"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317"}, "grpc"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"}, "grpc"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://otlp.example.com/v1/traces"}, "http"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc"),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
            },
            "http",
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "http"),
        ({"OTEL_TRACES_EXPORTER": "otlp_proto_grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, "grpc"),
    ],
)
def test_the_protocol_is_the_one_named_else_follows_from_the_port(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], protocol: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    [exporter] = exporters.from_environment()
    exporter.shutdown()

    assert f".{protocol}." in type(exporter.made).__module__


def test_several_exporters_are_made_and_none_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console, none ,otlp")
    made = exporters.from_environment()
    for exporter in made:
        exporter.shutdown()

    assert [type(exporter.made).__name__ for exporter in made] == ["ConsoleSpanExporter", "OTLPSpanExporter"]


@pytest.mark.parametrize("endpoint", ["http://localhost:port", "http://[::1"])
def test_an_endpoint_that_is_none_does_not_reach_the_agent(
    monkeypatch: pytest.MonkeyPatch, wm: Warpmetrics, endpoint: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    run = wm.run("review")
    run.end()

    assert run.ended


@pytest.mark.otlp_file
def test_a_file_needs_no_backend(tmp_path: Path, caplog: pytest.LogCaptureFixture, wm: Warpmetrics) -> None:
    file = tmp_path / "spans.jsonl"
    wm.configure(otlp_file=file)
    wm.run("review").end()
    assert wm.flush()

    assert names(file) == ["invoke_workflow review"]
    assert caplog.text == ""


@pytest.mark.otlp_file
def test_a_second_configuration_flushes_and_replaces_the_first(tmp_path: Path, wm: Warpmetrics) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    wm.configure(otlp_file=first)
    wm.run("first")
    wm.configure(otlp_file=second)
    wm.run("second").end()
    wm.flush()

    assert names(first) == ["invoke_workflow first"]
    assert names(second) == ["invoke_workflow second"]


@pytest.mark.otlp_file
def test_the_variable_names_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wm: Warpmetrics) -> None:
    monkeypatch.setenv("WARPMETRICS_OTLP_FILE", str(tmp_path / "spans.jsonl"))
    wm.run("review").end()
    wm.flush()

    assert names(tmp_path / "spans.jsonl") == ["invoke_workflow review"]


@pytest.mark.otlp_file
def test_no_thread_is_left_behind_and_none_begins_before_the_first_run(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    wm = Warpmetrics()
    assert set(threading.enumerate()) <= before
    wm.configure(otlp_file=tmp_path / "spans.jsonl", idle_timeout=0.1)
    assert [thread.name for thread in set(threading.enumerate()) - before if "warpmetrics" in thread.name] == []
    wm.run("review")
    assert len(set(threading.enumerate()) - before) > 0
    wm.shutdown()

    assert threads_left(before) == []


def test_after_shutdown_verbs_do_nothing_until_configured_again(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, wm: Warpmetrics
) -> None:
    wm.run("review")
    wm.shutdown()
    caplog.clear()
    run = wm.run("late")
    wm.outcome(run, "Failed")
    assert wm.shutdown()
    assert not run.span.is_recording()
    assert caplog.text == ""


def names(file: Path) -> list[str]:
    """The names of the spans in a file, in order."""
    return [
        span["name"]
        for line in file.read_text("utf-8").splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
