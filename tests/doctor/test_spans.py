"""Where spans go: what the doctor says of providers, samplers, exporters and the file."""

import os
import re
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

import warpmetrics_otel
from warpmetrics_otel.deliver.sampler import WarpmetricsSampler
from warpmetrics_otel.doctor import Status, examine
from warpmetrics_otel.doctor.options import unread_variables


def findings(topic, **options) -> list[tuple[Status, str]]:
    return [(each.status, each.text) for each in examine(options).findings if each.topic == topic]


def test_with_nothing_configured_it_says_that_nothing_is_sent_anywhere():
    assert findings("spans") == [(Status.CHANGE, "What is recorded is sent nowhere.")]


def test_the_exporters_that_the_environment_names(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
    assert findings("spans") == [
        (Status.FINE, "No provider is set: one of our own exports to otlp_proto_http."),
    ]


def test_an_exporter_that_no_package_provides(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console,zipkin_of_old")
    assert findings("spans") == [
        (Status.CHANGE, "OTEL_TRACES_EXPORTER names zipkin_of_old, which no installed package provides."),
        (Status.FINE, "No provider is set: one of our own exports to console."),
    ]


def test_no_exporter_on_purpose_is_a_note(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert [status for status, _ in findings("spans")] == [Status.NOTE]


def test_a_provider_of_the_users():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    report = examine({"tracer_provider": provider})

    texts = [each.text for each in report.findings]
    assert "The provider given to configure() is opentelemetry.sdk.trace.TracerProvider." in texts
    assert "The provider keeps ids: a run's id gives its trace." in texts
    assert report.exit_code == 0
    assert exporter.get_finished_spans() == ()


def test_a_provider_that_makes_ids_of_its_own():
    class Tracer(trace.NoOpTracer):
        pass

    class Provider(trace.TracerProvider):
        def get_tracer(self, *args, **options):
            return Tracer()

    assert findings("ids", tracer_provider=Provider()) == [
        (Status.NOTE, "The provider makes ids of its own, so a run's id does not give its trace.")
    ]


def test_a_provider_that_records_nothing():
    (found,) = findings("spans", tracer_provider=trace.NoOpTracerProvider())
    assert found[0] is Status.CHANGE


def test_a_provider_that_raises():
    class Provider(trace.TracerProvider):
        def get_tracer(self, *args, **options):
            raise LookupError("secret")

    *_, (status, text) = findings("spans", tracer_provider=Provider())
    assert (status, text) == (Status.CHANGE, "The provider raises LookupError when it is asked for a tracer.")


@pytest.mark.parametrize(
    ("sampler", "status", "words"),
    [
        (None, Status.FINE, "samples every run"),
        (ALWAYS_OFF, Status.CHANGE, "AlwaysOffSampler samples nothing"),
        (WarpmetricsSampler(ParentBased(ALWAYS_OFF)), Status.CHANGE, "AlwaysOffSampler samples nothing"),
        (WarpmetricsSampler(ALWAYS_ON), Status.FINE, "AlwaysOnSampler samples every run"),
        (TraceIdRatioBased(0.1), Status.NOTE, "TraceIdRatioBased{0.1} decides"),
    ],
)
def test_the_sampler_in_force(sampler, status, words):
    ((found, text),) = findings("sampler", tracer_provider=TracerProvider(sampler=sampler))
    assert found is status
    assert words in text


def test_the_sampler_that_a_provider_of_our_own_would_have(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    assert "TraceIdRatioBased{0.25}" in findings("sampler")[0][1]


def test_a_sampler_of_no_known_name(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "most_of_them")
    (status, text), _ = findings("sampler")
    assert status is Status.CHANGE
    assert "most_of_them" in text


def test_runs_that_join_a_trace():
    assert [status for status, _ in findings("ids", run_parent="current")] == [Status.NOTE]


@pytest.mark.otlp_file
def test_a_file_that_can_be_written(tmp_path):
    path = tmp_path / "spans.jsonl"
    assert findings("file", otlp_file=path) == [(Status.FINE, f"Spans are written to {path}.")]
    assert not path.exists()


@pytest.mark.otlp_file
@pytest.mark.parametrize("name", ["", "none/spans.jsonl"])
def test_a_file_that_cannot_be_written(tmp_path, name):
    ((status, _),) = findings("file", otlp_file=tmp_path / name)
    assert status is Status.CHANGE


@pytest.mark.parametrize("variable", ["OTEL_SDK_DISABLED", "WARPMETRICS_ENABLED"])
def test_switched_off(monkeypatch, variable):
    monkeypatch.setenv(variable, "true" if variable.startswith("OTEL") else "false")
    report = examine({"api_key": "wm_test_abcdef"})
    assert [(each.topic, each.status) for each in report.findings] == [("recording", Status.CHANGE)]


def test_a_variable_that_nobody_reads(monkeypatch):
    monkeypatch.setenv("WARPMETRICS_APIKEY", "wm_test_abcdef")
    monkeypatch.setenv("WARPMETRICS_DEBUG", "true")
    (found,) = [each for each in examine({}).findings if each.topic == "options"]
    assert (found.text, found.remedy) == (
        "Nothing reads the variable WARPMETRICS_APIKEY.",
        "Is WARPMETRICS_API_KEY meant?",
    )


def variables_in_the_source() -> set[str]:
    source = Path(warpmetrics_otel.__file__).parent.rglob("*.py")
    return {name for path in source for name in re.findall(r'"(WARPMETRICS_[A-Z_]+)"', path.read_text("utf-8"))}


def test_every_variable_that_the_package_reads_is_known(monkeypatch):
    names = variables_in_the_source()
    assert len(names) > 10
    for name in names:
        monkeypatch.setenv(name, "1")
    assert [each.text for each in unread_variables()] == []


def test_a_variable_that_makes_no_sense(monkeypatch):
    monkeypatch.setenv("WARPMETRICS_IDLE_TIMEOUT", "soon")
    (found,) = [each for each in examine({}).findings if each.topic == "options"]
    assert found.status is Status.CHANGE
    assert "WARPMETRICS_IDLE_TIMEOUT='soon' is ignored" in found.text


def test_a_key_in_the_place_of_another_variable_is_not_said(monkeypatch):
    monkeypatch.setenv("WARPMETRICS_API_URL", "wm_live_abcdefgh")
    assert "abcdefgh" not in str(examine({}).to_json())


def test_options_are_shown_with_where_they_come_from(monkeypatch):
    monkeypatch.setenv("WARPMETRICS_API_KEY", "wm_test_abcdef")
    monkeypatch.setenv("WARPMETRICS_SEARCH_OPTS", "4")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "reviewer")

    report = examine({"redact": os.path.basename, "classifications": {"Shipped": "success"}}, seconds=0.1)

    assert {(each.name, each.value, each.source) for each in report.options} == {
        ("api_key", "project key, test", "WARPMETRICS_API_KEY"),
        ("redact", "basename", "configure()"),
        ("classifications", "Shipped=success", "configure()"),
        ("search_opts", "4", "WARPMETRICS_SEARCH_OPTS"),
        ("OTEL_SERVICE_NAME", "reviewer", "OTEL_SERVICE_NAME"),
    }
