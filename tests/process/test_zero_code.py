"""An application that imports nothing of ours: the real `opentelemetry-instrument`, and the real OpenAI client."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.otlp_receiver import OtlpReceiver
from tests.patience import PATIENCE_S
from warpmetrics_otel import ids
from warpmetrics_otel.testing import NativeApi, ProviderServer

pytest.importorskip("opentelemetry.distro", reason="needs opentelemetry-distro")
pytest.importorskip(
    "opentelemetry.instrumentation.genai.openai", reason="needs opentelemetry-instrumentation-genai-openai"
)
pytest.importorskip("openai", reason="needs openai")

APP = Path(__file__).parents[2] / "examples" / "zero_code" / "app.py"
QUESTION = "How do bees talk?"
_COMMAND = Path(sys.executable).with_name("opentelemetry-instrument")
_TREE = {
    "Researcher": "answer a question",
    "Writer": "answer a question",
    QUESTION: "Researcher",
    f"In one sentence: {QUESTION}": "Writer",
}


@pytest.fixture
def ends():
    """Where spans go, where entities go, and the model's server; what was sent natively broke no rule."""
    with OtlpReceiver() as otlp, NativeApi() as api, ProviderServer() as provider:
        yield otlp, api, provider
        api.check()


def run_app(ends, **variables: str) -> str:
    """What the application printed; it said nothing else."""
    otlp, api, provider = ends
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "WARPMETRICS_"))}
    done = subprocess.run(
        [_COMMAND, sys.executable, APP],
        env={
            **inherited,
            "OPENAI_API_KEY": "of-nobody",
            "OPENAI_BASE_URL": provider.openai_base_url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp.url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            "WARPMETRICS_API_KEY": api.key,
            "WARPMETRICS_API_URL": api.url,
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def tree(api):
    """From groups and calls to what they hang on; a call by what was asked in it."""
    names = {row["id"]: row["label"] for row in api.entities("runs") + api.entities("groups")}
    names |= {row["id"]: (row["messages"] or [{"content": row["id"]}])[0]["content"] for row in api.entities("calls")}
    return {names[link["childId"]]: names[link["parentId"]] for link in api.entities("links")}


def test_runs_groups_and_calls_are_on_both_sides(ends):
    otlp, api, _ = ends
    assert run_app(ends) == f"In one sentence: {QUESTION}\n"
    assert tree(api) == _TREE
    assert {call["response"] for call in api.entities("calls")} == {QUESTION, f"In one sentence: {QUESTION}"}
    assert {(call["provider"], call["model"], call["status"]) for call in api.entities("calls")} == {
        ("openai", "gpt-4o-mini", "success")
    }
    names = Counter(span.name for span in otlp.spans)
    assert names["chat gpt-4o-mini"] == 2
    assert names["answer a question"] == 1
    [run] = api.entities("runs")
    assert {ids.run_id_of_trace(int(span.trace_id, 16)) for span in otlp.spans} == {run["id"]}
    # Prompts and answers are not on spans unless somebody asks for that.
    assert QUESTION not in str(otlp.spans)


def test_with_the_exporter_named_too_nothing_is_told_twice(ends):
    run_app(ends, OTEL_TRACES_EXPORTER="otlp,warpmetrics")
    _, api, _ = ends
    assert tree(api) == _TREE


def test_what_the_sampler_drops_is_told_under_our_sampler(ends):
    run_app(ends, OTEL_TRACES_SAMPLER="warpmetrics", OTEL_TRACES_SAMPLER_ARG="0.0")
    otlp, api, _ = ends
    assert otlp.spans == []
    assert Counter(tree(api).values()).keys() >= {"Researcher", "Writer"}


@pytest.mark.parametrize(
    "variables",
    [{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}, {"WARPMETRICS_NATIVE_CONTENT": "false"}],
    ids=lambda variables: next(iter(variables)),
)
def test_content_stays_where_it_is_when_told_so(ends, variables):
    run_app(ends, **variables)
    _, api, _ = ends
    assert [(call["messages"], call["response"]) for call in api.entities("calls")] == [(None, None)] * 2


def test_without_inferring_runs_nothing_is_told(ends):
    run_app(ends, WARPMETRICS_INFER_RUNS="false")
    otlp, api, _ = ends
    assert api.requests == []
    assert len(otlp.spans) >= 5


def test_without_a_key_the_backend_has_everything_as_before(ends):
    run_app(ends, WARPMETRICS_API_KEY="")
    otlp, api, _ = ends
    assert api.requests == []
    assert len(otlp.spans) >= 5
