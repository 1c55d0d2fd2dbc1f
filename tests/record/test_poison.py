"""Nothing of ours may poison the user's export: whatever is recorded, the user's spans in the same batch arrive.

Through the real OTLP/HTTP exporter, into a real server that parses protobuf. One lone surrogate, or one time before
1970, loses a whole batch while `force_flush` answers True.
"""

import json
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from tests.e2e.otlp_json import Span, spans_of
from tests.grpc_receiver import GrpcReceiver
from tests.otlp_receiver import OtlpReceiver
from tests.record.strange import NAMES, SURROGATE, TIMES, VALUES, NoText
from warpmetrics_otel import Warpmetrics, semconv


@contextmanager
def one_batch(exporter: SpanExporter, **options: Any) -> Iterator[Warpmetrics]:
    """Record between two spans of the user's, all of them exported as one batch at the end."""
    provider = TracerProvider(shutdown_on_exit=False)
    processor = BatchSpanProcessor(
        exporter, schedule_delay_millis=600_000, max_queue_size=4096, max_export_batch_size=4096
    )
    provider.add_span_processor(processor)
    user = provider.get_tracer("user")
    wm = Warpmetrics(tracer_provider=provider, **options)
    user.start_span("before").end()
    try:
        yield wm
        user.start_span("after").end()
    finally:
        wm.shutdown()
        provider.shutdown()


@contextmanager
def over_http(**options: Any) -> Iterator[tuple[Warpmetrics, list[Span]]]:
    """As `one_batch`, with the list that holds afterwards what arrived."""
    arrived: list[Span] = []
    with OtlpReceiver() as receiver:
        with one_batch(OTLPSpanExporter(f"{receiver.url}/v1/traces"), **options) as wm:
            yield wm, arrived
        arrived += receiver.spans


def record_everything(wm: Warpmetrics, value: Any) -> None:
    """Every verb, with the value wherever a name, a text or a number goes."""
    run = wm.run(value, conversation_id=value, user_id=value)
    group = wm.group(run, value)
    wm.record_call(
        group,
        provider=value,
        model="m" if value is None else value,
        operation=value,
        messages=value,
        response=value,
        response_model=value,
        response_id=value,
        finish_reasons=value,
        tokens={"prompt": value, "completion": value, "cachedInput": value, "cacheWrite": value},
        tools=value,
        tool_calls=value,
        status=value,
        error=value,
        cost=value,
    )
    with wm.start_call(group, provider=value, model=value, messages=value, tools=value) as live:
        for field in ("response", "response_id", "finish_reasons", "tokens", "tool_calls", "cost", "error"):
            setattr(live, field, value)
    act = wm.act(wm.outcome(group, value), value)
    wm.run("Follow-up", follows=act).end()
    late = wm.act(wm.outcome(run, value), value)
    wm.run("Late follow-up", follows=late).end()
    wm.act(wm.outcome(run, "Reserved"), wm.reserve(wm.act("later")), value)


def names(spans: list[Span]) -> list[str]:
    return sorted(span.name for span in spans if span.scope == "user")


def whole(spans: list[Span], kind: str) -> int:
    """How many spans there are of one kind of entity."""
    return sum(span.attributes.get(semconv.WARPMETRICS_ENTITY_TYPE) == kind for span in spans)


def assert_nothing_lost(spans: list[Span]) -> None:
    assert names(spans) == ["after", "before"]
    assert whole(spans, semconv.ENTITY_TYPE_RUN) == 3
    assert whole(spans, semconv.ENTITY_TYPE_GROUP) == 1
    assert whole(spans, semconv.ENTITY_TYPE_CALL) == 2
    events = [event.name for span in spans for event in span.events]
    assert events.count(semconv.EVENT_OUTCOME) == events.count(semconv.EVENT_ACT) == 3


@pytest.mark.parametrize("kind", NAMES)
def test_names_of_any_kind(kind, caplog):
    with over_http() as (wm, arrived):
        record_everything(wm, NAMES[kind])
    assert_nothing_lost(arrived)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("kind", VALUES)
def test_values_of_any_kind_with_content_on_spans(kind, caplog):
    value = VALUES[kind]
    with over_http(span_content=True) as (wm, arrived):
        run = wm.run("Strange", value)
        group = wm.group(run, "g", value)
        wm.record_call(group, provider="p", model="m", messages=value, response="r", tool_calls=value, opts=value)
        wm.record_call(group, provider="p", model="m", messages=[{"role": "user", "content": value}], tools=value)
        wm.record_call(group, provider="p", model="m", tool_calls=[{"id": value, "name": value, "arguments": value}])
        wm.record_call(group, provider="p", model="m", tokens=value, cost=value, finish_reasons=[value])
        outcome = wm.outcome(group, "Scored", {"score": value, "metric": value, "reason": value, "all": value})
        wm.act(outcome, "retry", value)
    assert names(arrived) == ["after", "before"]
    assert whole(arrived, semconv.ENTITY_TYPE_CALL) == 4
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("kind", TIMES)
def test_times_of_any_kind(kind):
    when = TIMES[kind]
    with over_http() as (wm, arrived):
        with wm.run("Times") as run:
            for times in (
                {"started_at": when},
                {"ended_at": when},
                {"duration_ms": when},
                {"started_at": when, "ended_at": when, "duration_ms": when},
            ):
                wm.record_call(run, provider="p", model="m", **times)
        forgotten = wm.run("Forgotten")
        wm.record_call(forgotten, provider="p", model="m", started_at=when, ended_at=when)
        forgotten.end()
    assert names(arrived) == ["after", "before"]
    calls = [span for span in arrived if span.name == "chat m"]
    assert len(calls) == 5
    assert all(0 < call.start_ns <= call.end_ns < 2**63 for call in calls)
    # A call in the year 9999 does not make its run last until then.
    [run] = [span for span in arrived if span.name == "invoke_workflow Forgotten"]
    assert run.start_ns <= run.end_ns <= max(span.end_ns for span in arrived if span.scope == "user")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SURROGATE),
        KeyError(SURROGATE),
        RuntimeError("x" * 6_000_000),
        RuntimeError(NoText()),
        type("Nameless", (Exception,), {"__module__": SURROGATE})(),
        type("Homeless", (Exception,), {"__module__": None})(),
        type("Silent", (Exception,), {"__str__": lambda self: 1 / 0})(),
    ],
    ids=["surrogate", "surrogate key", "6 MB", "no text", "surrogate module", "no module", "message raises"],
)
def test_exceptions_of_any_kind(error):
    with over_http() as (wm, arrived):
        with suppress(type(error)), wm.run("Failing") as run, wm.group(run, "g"):
            raise error
        other = wm.run("Other")
        wm.record_call(other, provider="p", model="m", error=error)
        with suppress(type(error)), wm.start_call(other, provider="p", model="m"):
            raise error
    assert names(arrived) == ["after", "before"]
    failed = [span for span in arrived if span.status == "ERROR"]
    assert len(failed) == 4
    assert all(type(error).__qualname__ in span.attributes[semconv.ERROR_TYPE] for span in failed)


def test_ids_that_are_no_text(caplog):
    malformed = f"x{SURROGATE}"
    with over_http() as (wm, arrived):
        for target in (
            *(f"wm_{prefix}_{malformed}" for prefix in ("run", "grp", "call", "oc", "act")),
            f"wm_oc_x;c=wm_run_{malformed};n=2;r=wm_run_{malformed};o=wm_oc_{malformed};q={malformed};a={malformed}",
            f"wm_run_y@00-{1:032x}-{1:016x}-01;c=wm_run_{malformed};n=4",
        ):
            wm.outcome(target, "n")
            wm.act(target, "n")
            wm.run("f", follows=target).end()
            wm.group(target, "g").end()
            wm.record_call(target, provider="p", model="m")
    assert names(arrived) == ["after", "before"]
    assert len([span for span in arrived if span.name == semconv.EVENT_OUTCOME]) == 4
    assert len([span for span in arrived if span.name == semconv.EVENT_ACT]) == 2
    about = {span.attributes.get(semconv.WARPMETRICS_TARGET_ID) for span in arrived}
    assert {"wm_run_x\ufffd", "wm_grp_x\ufffd", "wm_call_x\ufffd", "wm_oc_x\ufffd"} <= about
    # An attribute that cannot be encoded is left out with an error of the exporter's.
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_what_a_label_could_not_carry_is_beside_it():
    with over_http() as (wm, arrived):
        wm.run(f"a{SURROGATE}").end()
        wm.run(7).end()
    lone, number = (span for span in arrived if span.scope != "user")
    assert lone.name == "invoke_workflow a\ufffd"
    assert lone.attributes[semconv.WARPMETRICS_NATIVE] == '{"label":"a\\ud800"}'
    assert number.attributes[semconv.GEN_AI_WORKFLOW_NAME] == "7"
    assert number.attributes[semconv.WARPMETRICS_NATIVE] == '{"label":7}'


def test_numbers_that_backends_could_not_add_up_are_left_out():
    with over_http() as (wm, arrived):
        run = wm.run("Numbers")
        tokens = {"prompt": 2**64, "completion": math.nan, "cachedInput": math.inf, "cacheWrite": 5}
        wm.record_call(run, provider="p", model="m", tokens=tokens, cost=10**400)
        wm.record_call(run, provider="p", model="m", tokens={"prompt": 1, "completion": 2.5}, cost=1)
    strange, usual = (span.attributes for span in arrived if span.name == "chat m")
    assert {key for key in strange if ".usage." in key} == {
        semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
        semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    }
    assert usual[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 1
    assert usual[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 2.5
    assert type(usual[semconv.GEN_AI_USAGE_COST]) is float


def test_over_grpc():
    with GrpcReceiver() as receiver:
        exporter = GrpcSpanExporter(receiver.endpoint, insecure=True)
        with one_batch(exporter, span_content=True) as wm:
            for value in ("6 million characters", "surrogate within", "huge integer", "object without text"):
                record_everything(wm, NAMES[value])
        spans = receiver.spans
    assert names(spans) == ["after", "before"]
    assert whole(spans, semconv.ENTITY_TYPE_RUN) == 12


@pytest.mark.otlp_file
@pytest.mark.parametrize("kind", VALUES)
def test_every_line_of_a_file_is_json(kind, tmp_path, caplog):
    path = tmp_path / "spans.jsonl"
    provider = TracerProvider(shutdown_on_exit=False)
    user = provider.get_tracer("user")
    wm = Warpmetrics(tracer_provider=provider, otlp_file=path, span_content=True)
    user.start_span("before").end()
    record_everything(wm, VALUES[kind])
    run = wm.run("Strange", VALUES[kind])
    wm.outcome(run, "Scored", {"score": VALUES[kind], "list": [VALUES[kind]]})
    run.end()
    user.start_span("after").end()
    wm.shutdown()
    provider.shutdown()
    lines = [json.loads(line, parse_constant=no_json) for line in path.read_text("utf-8").splitlines()]
    spans = [span for line in lines for span in spans_of(line)]
    assert names(spans) == ["after", "before"]
    assert whole(spans, semconv.ENTITY_TYPE_RUN) == 4
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def no_json(constant: str) -> None:
    """NaN and the infinities: Python reads them, JSON does not have them."""
    raise ValueError(constant)
