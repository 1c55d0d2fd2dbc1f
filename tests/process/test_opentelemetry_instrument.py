"""The real `opentelemetry-instrument` sets up a program that knows nothing of where runs go: both sinks get them."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.deliver.pipelines import WRITTEN, arrived
from tests.otlp_receiver import OtlpReceiver
from tests.patience import PATIENCE_S, in_time

pytest.importorskip("opentelemetry.distro", reason="needs opentelemetry-distro")

PROGRAM = """
import warpmetrics_otel as wm

act = None
for attempt in range(2):
    with wm.run("Writer", {"topic": "Riga"}, follows=act) as run:
        with wm.group(run, "Drafting") as group:
            wm.record_call(
                group, provider="openai", model="m", messages=[{"role": "user", "content": "Hello"}], response="Hi"
            )
        act = wm.act(wm.outcome(run, "Failed"), "retry")
"""
RUNS = 2
SPANS = 3 * RUNS
EVERYTHING = {kind: RUNS * count for kind, count in WRITTEN.items()}
_COMMAND = Path(sys.executable).with_name("opentelemetry-instrument")


@pytest.fixture
def otlp():
    with OtlpReceiver() as receiver:
        yield receiver


def instrumented(otlp: OtlpReceiver, program: str = PROGRAM, within: float = PATIENCE_S, **environment: str) -> str:
    """Run a program under the command, for so many seconds at most; returns what it said."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "WARPMETRICS_"))}
    done = subprocess.run(
        [_COMMAND, sys.executable, "-c", program],
        env={
            **inherited,
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp.url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "*",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def ids_of(spans) -> list[str]:
    return sorted(span.span_id for span in spans)


def test_with_exporter_hook_and_recording_all_active_nothing_is_sent_twice(otlp, api):
    said = instrumented(
        otlp,
        OTEL_TRACES_EXPORTER="otlp,warpmetrics",
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="",
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert said == ""
    assert arrived(api) == EVERYTHING
    assert {call["response"] for call in api.entities("calls")} == {"Hi"}
    assert len(otlp.spans) == len(set(ids_of(otlp.spans))) == SPANS


def test_a_key_alone_is_enough_for_the_native_side(otlp, api):
    instrumented(otlp, OTEL_TRACES_EXPORTER="otlp", WARPMETRICS_API_KEY=api.key, WARPMETRICS_API_URL=api.url)
    assert arrived(api) == EVERYTHING
    assert len(otlp.spans) == SPANS


def test_the_hook_s_processor_delivers_by_itself(otlp, api):
    # Recording is told to have no key of its own.
    program = PROGRAM.replace("act = None", "wm.configure(api_key=None)\nact = None")
    assert program != PROGRAM
    environment = {"WARPMETRICS_API_KEY": api.key, "WARPMETRICS_API_URL": api.url}
    said = instrumented(otlp, program, OTEL_TRACES_EXPORTER="otlp", OTEL_TRACES_SAMPLER="always_off", **environment)
    assert said == ""
    assert arrived(api) == EVERYTHING
    assert {call["response"] for call in api.entities("calls")} == {"Hi"}
    assert otlp.spans == []


def test_the_exporter_without_a_key_says_so_and_the_others_go_on(otlp, api):
    said = instrumented(otlp, OTEL_TRACES_EXPORTER="otlp,warpmetrics", WARPMETRICS_API_URL=api.url)
    assert "WARPMETRICS_API_KEY" in said
    assert arrived(api) == {}
    assert len(otlp.spans) == SPANS


def test_with_a_dead_api_three_mouths_wait_no_longer_than_one(api):
    environment = {"WARPMETRICS_API_KEY": api.key, "WARPMETRICS_API_URL": api.url}

    def attempt():
        with OtlpReceiver() as otlp:
            # Each would wait for five seconds, beside what starting Python takes.
            said = instrumented(otlp, within=14.0, OTEL_TRACES_EXPORTER="otlp,warpmetrics", **environment)
            return said, otlp.spans

    with api.down():
        said, spans = in_time(attempt, subprocess.TimeoutExpired)
    assert f"{sum(EVERYTHING.values())} were in memory and are lost" in said
    assert len(spans) == SPANS


@pytest.mark.parametrize("sampler", ["warpmetrics", "always_off"])
def test_what_the_backend_does_not_get_arrives_natively(otlp, api, sampler):
    said = instrumented(
        otlp,
        OTEL_TRACES_EXPORTER="otlp,warpmetrics",
        OTEL_TRACES_SAMPLER=sampler,
        OTEL_TRACES_SAMPLER_ARG="0.0",
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert said == ""
    assert otlp.spans == []
    assert arrived(api) == EVERYTHING


FILE = """
file_format: "1.0"
tracer_provider:
  sampler:
    warpmetrics:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: {otlp}/v1/traces
    - batch:
        exporter:
          warpmetrics:
            api_key: {key}
            api_url: {api}
            hold_seconds: 20
"""


def test_a_configuration_file_names_the_exporter_with_its_options(otlp, api, tmp_path):
    pytest.importorskip("opentelemetry.configuration", reason="needs opentelemetry-configuration")
    file = tmp_path / "otel.yaml"
    file.write_text(dedent(FILE.format(otlp=otlp.url, key=api.key, api=api.url)))
    # Recording itself has no key: what was said reaches the exporter all the same.
    instrumented(otlp, OTEL_CONFIG_FILE=str(file))
    assert arrived(api) == EVERYTHING
    assert {call["response"] for call in api.entities("calls")} == {"Hi"}
    assert len(otlp.spans) == len(set(ids_of(otlp.spans))) == SPANS


def test_beside_a_configuration_file_the_environment_s_key_sends_nothing_twice(otlp, api, tmp_path):
    pytest.importorskip("opentelemetry.configuration", reason="needs opentelemetry-configuration")
    file = tmp_path / "otel.yaml"
    file.write_text(dedent(FILE.format(otlp=otlp.url, key=api.key, api=api.url)))
    instrumented(
        otlp,
        OTEL_CONFIG_FILE=str(file),
        OTEL_TRACES_SAMPLER_ARG="0.0",
        WARPMETRICS_API_KEY=api.key,
        WARPMETRICS_API_URL=api.url,
    )
    assert arrived(api) == EVERYTHING
    assert otlp.spans == []
