"""`events="both"`: outcomes and acts as log events beside the span events, through the real SDK."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from tests.record.memory import Memory, events, remembered
from warpmetrics_otel import semconv


@pytest.fixture
def logs() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()


@pytest.fixture
def memory(logs: InMemoryLogRecordExporter) -> Iterator[Memory]:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(logs))
    with remembered(events="both", logger_provider=provider) as memory:
        yield memory
    provider.shutdown()


def seen(logs: InMemoryLogRecordExporter) -> list[tuple[str, dict]]:
    return [(item.log_record.event_name, dict(item.log_record.attributes)) for item in logs.get_finished_logs()]


def test_the_same_names_and_attributes_as_the_span_events(memory: Memory, logs: InMemoryLogRecordExporter) -> None:
    run = memory.wm.run("review")
    memory.wm.act(memory.wm.outcome(run, "Failed", {"a": 1}), "retry", {"b": 2})
    run.end()

    assert seen(logs) == events(memory.of(run))
    for item, event in zip(logs.get_finished_logs(), memory.of(run).events, strict=True):
        assert item.log_record.timestamp == event.timestamp
        assert item.instrumentation_scope.name == "warpmetrics_otel"
        assert item.instrumentation_scope.schema_url == semconv.SCHEMA_URL


def test_they_bear_the_context_of_the_target_also_when_that_has_ended(
    memory: Memory, logs: InMemoryLogRecordExporter
) -> None:
    run = memory.wm.run("review")
    group = memory.wm.group(run, "draft")
    memory.wm.outcome(group, "Failed")
    group.end()
    late = memory.wm.outcome(group, "Failed")
    memory.wm.act(late, "retry")

    first, second, act = (item.log_record for item in logs.get_finished_logs())
    target = memory.of(group).context
    for record in (first, second):
        assert (record.trace_id, record.span_id) == (target.trace_id, target.span_id)
        assert record.trace_flags == target.trace_flags
    assert act.span_id == memory.of(late).context.span_id


def test_a_score_is_an_evaluation_event_too(memory: Memory, logs: InMemoryLogRecordExporter) -> None:
    run = memory.wm.run("review")
    memory.wm.outcome(run, "Graded", {"score": 0.5, "metric": "relevance", "reason": "half"})

    assert seen(logs)[1] == (
        semconv.EVENT_EVALUATION_RESULT,
        {
            semconv.GEN_AI_EVALUATION_NAME: "relevance",
            semconv.GEN_AI_EVALUATION_SCORE_VALUE: 0.5,
            semconv.GEN_AI_EVALUATION_SCORE_LABEL: "Graded",
            semconv.GEN_AI_EVALUATION_EXPLANATION: "half",
        },
    )


def test_without_being_asked_for_there_are_none(logs: InMemoryLogRecordExporter) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(logs))
    with remembered(logger_provider=provider) as memory:
        memory.wm.outcome(memory.wm.run("review"), "Failed")
    provider.shutdown()

    assert seen(logs) == []


def test_what_is_switched_off_emits_none(logs: InMemoryLogRecordExporter) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(logs))
    with remembered(events="both", logger_provider=provider, enabled=False) as memory:
        memory.wm.act(memory.wm.outcome(memory.wm.run("review"), "Failed"), "retry")
    provider.shutdown()

    assert seen(logs) == []
