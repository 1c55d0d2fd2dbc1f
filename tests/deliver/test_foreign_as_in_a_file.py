"""Told live, spans of others are what they are in a file, where a trace is read whole before anything is said of it."""

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import use_span

from tests.deliver.foreign import REMOTE, beneath, instrumented
from warpmetrics_otel.entities import Batch
from warpmetrics_otel.translate.to_native import spans_to_native
from warpmetrics_otel.translate.views import view

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


def _late(others):
    with others.span("GET /chat", {"agent_name": "Concierge"}) as root:
        pass
    with use_span(root):
        others.call()


def _later(others):
    with others.span("GET /chat", {"agent_name": "Concierge"}):
        task = others.tracer.start_span("task")
    task.end()
    with use_span(task), others.agent():
        others.call()


def _past_a_tool(others):
    with others.span("GET /chat", {"agent_name": "Concierge"}), others.agent():
        tool = others.tracer.start_span("tool")
        tool.end()
        with use_span(tool):
            others.call()


def _called(others):
    context = beneath(REMOTE)
    with others.tracer.start_as_current_span("GET /chat", context, attributes={"agent_name": "Concierge"}) as top:
        pass
    with use_span(top):
        others.call()


@pytest.mark.parametrize("program", [_late, _later, _past_a_tool, _called])
def test_what_is_over_before_a_model_is_asked_is_what_it_is_in_a_file(api, mouth, program):
    file = InMemorySpanExporter()
    with instrumented(mouth(), SimpleSpanProcessor(file)) as others:
        program(others)
    [run] = api.entities("runs")
    assert run["label"] == "Concierge"
    read = Batch(spans_to_native([view(span) for span in file.get_finished_spans()])).to_json()
    for kind, rows in read.items():
        assert sorted(api.entities(kind), key=str) == sorted(rows, key=str)
