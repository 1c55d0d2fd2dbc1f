"""The processor: what is told when, of spans that are sampled and of those that are not."""

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from tests.deliver.pipelines import WRITTEN, arrived, recording, write
from warpmetrics_otel import WarpmetricsSpanExporter, WarpmetricsSpanProcessor


@pytest.fixture
def processor(api):
    return WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)


def test_all_that_was_recorded_arrives_with_what_was_said(api, processor):
    with recording(processor) as wm:
        write(wm, follows=write(wm))
    assert arrived(api) == {kind: 2 * count for kind, count in WRITTEN.items()}
    assert [call["response"] for call in api.entities("calls")] == ["Hi", "Hi"]
    assert processor.sent_before_parents == 0


def test_runs_and_groups_are_told_while_they_are_under_way(api, processor):
    with recording(processor) as wm, wm.run("Writer") as run, wm.group(run, "Drafting"):
        api.wait_for(lambda: api.entities("runs") and api.entities("groups"))
        assert not run.ended


def test_a_follow_up_waits_for_the_act_it_follows(api, processor):
    with recording(processor) as wm, wm.run("Writer") as run:
        follow_up = wm.run("Writer", follows=wm.act(wm.outcome(run, "Failed"), "retry"))
        follow_up.end()
    runs = api.entities("runs")
    assert [row["id"] for row in runs] == [run.id, follow_up.id]
    assert arrived(api) == {"runs": 2, "outcomes": 1, "acts": 1}


def test_what_is_not_sampled_arrives_all_the_same(api, processor):
    backend = InMemorySpanExporter()
    with recording(SimpleSpanProcessor(backend), processor, sampler=ALWAYS_OFF) as wm:
        write(wm)
    assert backend.get_finished_spans() == ()
    assert arrived(api) == WRITTEN


def test_processor_exporter_and_recording_are_mouths_of_one_pipeline(api, processor):
    exporter = WarpmetricsSpanExporter(api_key=api.key, api_url=api.url)
    with recording(processor, SimpleSpanProcessor(exporter), api_key=api.key, api_url=api.url) as wm:
        write(wm, follows=write(wm))
    assert arrived(api) == {kind: 2 * count for kind, count in WRITTEN.items()}
    assert {row["response"] for row in api.entities("calls")} == {"Hi"}


def test_spans_of_others_are_left_alone(api, processor):
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    with provider.get_tracer("others").start_as_current_span("GET /"):
        pass
    assert provider.force_flush()
    provider.shutdown()
    assert api.requests == []


def test_a_span_that_cannot_be_read_costs_neither_the_agent_nor_the_others(api, processor, caplog):
    with recording(processor) as wm:
        run = wm.run("Writer")
        run.span.set_attribute("warpmetrics.native", '{"link": 1, "id": 5, "label": []}')
        run.span.set_attribute("warpmetrics.entity.type", "group")
        run.end()
        wm.run("Writer").end()
    assert len(api.entities("runs")) == 2
