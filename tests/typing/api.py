"""The whole public API as a user's type checker sees it. Checked by mypy --strict, never run.

An expected error is an ignored one: mypy complains about an ignore that has become unnecessary.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_type

import anthropic
import openai
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import Span, SpanContext

import warpmetrics_otel as wm
from warpmetrics_otel import read, testing


def redact(value: object, path: str) -> object:
    return None if path.endswith("email") else value


def configuring() -> None:
    wm.configure()
    wm.configure(
        tracer_provider=TracerProvider(),
        enabled=True,
        otlp_file="runs.jsonl",
        set_global=False,
        events="both",
        span_content=True,
        redact=redact,
        classifications={"Shipped": "success"},
        search_opts=4,
        run_parent="current",
        caller_link=False,
        idle_timeout=None,
        api_key=lambda: "key",
        spool_dir=Path("spool"),
        native_content=False,
    )
    wm.configure(spooldir="spool")  # type: ignore[call-arg]
    wm.configure(events="logs")  # type: ignore[arg-type]
    wm.configure(redact=len)  # type: ignore[arg-type]
    wm.Warpmetrics(idle_timeout="soon")  # type: ignore[arg-type]


def runs(act: wm.Act, context: SpanContext) -> None:
    assert_type(wm.run("Code review"), wm.Run)
    assert_type(wm.run("Code review", {"pr": 42}), wm.Run)
    assert_type(wm.run(act, "Code review", {"pr": 42}), wm.Run)
    assert_type(wm.run("Code review", follows=act), wm.Run)
    assert_type(wm.run("Code review", follows="wm_act_01jd3v9k7m2p4q6r8s0t1v3w5x"), wm.Run)
    assert_type(wm.run("Code review", follows=None, parent="current"), wm.Run)
    assert_type(wm.run("Code review", parent=context, conversation_id="thread-7", user_id="ann"), wm.Run)
    wm.run("Code review", parent="previous")  # type: ignore[arg-type]
    wm.run("Code review", oops={"pr": 42})  # type: ignore[call-arg]


def groups_and_calls(run: wm.Run, client: openai.OpenAI, error: openai.APIError) -> None:
    group = wm.group(run, "Drafting", {"phase": 1})
    assert_type(group, wm.Group)
    assert_type(wm.group(group, "Inner"), wm.Group)
    assert_type(wm.group("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x", "Elsewhere"), wm.Group)
    response = client.responses.create(model="gpt-test", input="hello")
    assert_type(wm.call(group, response, {"label": "extract"}), wm.Call)
    assert_type(wm.call(group, error), wm.Call)


def calls_by_hand(group: wm.Group) -> None:
    call = wm.record_call(
        group,
        provider="google",
        model="gemini",
        operation="chat",
        messages=[{"role": "user", "content": "hello"}],
        response="hello",
        tokens={"prompt": 5, "completion": 2, "total": 7, "cachedInput": 1},
        duration_ms=230,
        started_at=datetime.now(UTC),
        ended_at="2026-11-02T10:00:00Z",
        status="success",
        error=None,
        cost=0.0001,
        tools=["search"],
        tool_calls=[{"id": "call_1", "name": "search", "arguments": "{}"}],
        response_model="gemini-1",
        response_id="r_1",
        finish_reasons=["stop"],
        opts={"label": "extract"},
    )
    assert_type(call, wm.Call)
    assert_type(wm.trace(group, provider="google", model="gemini", error=TimeoutError()), wm.Call)
    wm.record_call(group, provider="google", modle="gemini")  # type: ignore[call-arg]


def live_calls(group: wm.Group) -> None:
    with wm.start_call(group, provider="google", model="gemini", opts={"label": "extract"}) as live:
        assert_type(live, wm.LiveCall)
        live.response = "hello"
        live.tokens = {"prompt": 5, "completion": 2}
        live.cost = 0.0001
        live.error = TimeoutError("too slow")
    assert_type(live.call, wm.Call)
    assert_type(live.id, str)
    assert_type(live.ref, str)
    wm.start_call(group, provider="google")  # type: ignore[call-arg]


def outcomes_and_acts(run: wm.Run, span: Span, response: object) -> None:
    outcome = wm.outcome(run, "Failed", {"reason": "tests failed"})
    assert_type(outcome, wm.Outcome)
    for target in (run.id, run.ref, span, span.get_span_context(), response):
        assert_type(wm.outcome(target, "Failed"), wm.Outcome)
    assert_type(wm.act(outcome, "retry", {"attempt": 2}), wm.Act)
    reserved = wm.reserve(wm.act("Review", {"by": "ann"}))
    assert_type(reserved, wm.Act)
    assert_type(wm.act(outcome, reserved), wm.Act)
    wm.reserve("Review")  # type: ignore[arg-type]


def handles(run: wm.Run, group: wm.Group, call: wm.Call, outcome: wm.Outcome, act: wm.Act) -> None:
    for handle in (run, group, call, outcome, act):
        assert_type(handle.id, str)
        assert_type(handle.ref, str)
        assert_type(handle.trace_id, str)
        assert_type(handle.span, Span)
    run.end()
    assert_type(run.ended, bool)
    assert_type({run: 1, group: 2}[run], int)
    run.id = "wm_run_x"  # type: ignore[misc]
    outcome.end()  # type: ignore[attr-defined]


def references(run: wm.Run) -> None:
    assert_type(wm.ref(run), str | None)
    assert_type(wm.ref(run, portable=True), str | None)
    headers: dict[str, str] = {}
    wm.inject(run, headers)
    wm.inject(run.ref, headers)
    assert_type(wm.extract(headers), str | None)
    wm.ref(run, True)  # type: ignore[call-arg]


def current_ones() -> None:
    with wm.run("Code review") as run, wm.group(run, "Drafting") as group:
        assert_type(run, wm.Run)
        assert_type(group, wm.Group)
        assert_type(wm.current(), wm.Run | wm.Group | None)
        assert_type(wm.current_run(), wm.Run | None)
    with wm.use(run.ref), wm.use(group):
        wm.current()


async def asynchronous() -> None:
    async with wm.run("Code review") as run, wm.group(run, "Drafting") as group:
        assert_type(run, wm.Run)
        assert_type(group, wm.Group)
        async with wm.start_call(group, provider="google", model="gemini") as live:
            assert_type(live, wm.LiveCall)
    assert_type(await wm.aflush(2.0, end_open=True), wm.FlushResult)


@wm.as_run("Code review", {"source": "webhook"})
def plain(pr: int) -> str:
    return str(pr)


@wm.as_run()
async def coroutine(pr: int) -> str:
    return str(pr)


@wm.as_group("Drafting")
def generator() -> Iterator[int]:
    yield 1


@wm.as_group()
async def async_generator() -> AsyncIterator[int]:
    yield 1


def decorated() -> None:
    assert_type(plain(42), str)
    assert_type(asyncio.run(coroutine(42)), str)
    assert_type(next(generator()), int)
    assert_type(async_generator(), AsyncIterator[int])
    plain("42")  # type: ignore[arg-type]


def clients() -> None:
    assert_type(wm.warp(openai.OpenAI()), openai.OpenAI)
    assert_type(wm.warp(openai.AsyncOpenAI()), openai.AsyncOpenAI)
    assert_type(wm.warp(anthropic.Anthropic()), anthropic.Anthropic)
    assert_type(wm.warp(anthropic.AsyncAnthropic()), anthropic.AsyncAnthropic)


def stopping() -> None:
    result = wm.flush(timeout=2.0, end_open=True)
    assert_type(result, wm.FlushResult)
    assert_type(result.open_runs, int)
    assert_type(bool(result), bool)
    assert_type(wm.shutdown(), wm.FlushResult)


def classifying() -> None:
    assert_type(wm.register_classifications(), dict[str, str])
    assert_type(wm.register_classifications({"Shipped": "success"}, timeout=2.0), dict[str, str])


def examining() -> None:
    report = wm.examine(timeout=2.0)
    assert_type(report.exit_code, int)
    assert_type([finding.text for finding in report.findings], list[str])


def a_pipeline_by_hand(provider: TracerProvider) -> None:
    exporter = wm.WarpmetricsSpanExporter(api_key=lambda: "key", api_url="http://localhost:1", hold_seconds=1.0)
    assert_type(exporter.sent_before_parents, int)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    provider.add_span_processor(wm.WarpmetricsSpanProcessor(api_key="key", native_content=False))
    assert_type(wm.WarpmetricsSampler(TraceIdRatioBased(0.1)).get_description(), str)


def a_convention_of_ones_own() -> None:
    dialect = wm.Dialect(
        "acme",
        evidence={"acme.kind"},
        kind=lambda _name, attributes, _scope: "call" if "acme.model" in attributes else None,
        call=lambda span: wm.CallFacts("acme", span.attributes.get("acme.model")),
    )
    wm.register_dialect(dialect)


def hearing_what_others_keep_to_themselves() -> None:
    assert_type(wm.CompletionHook().on_completion(inputs=[], outputs=[], span=None), None)
    assert_type(wm.WarpmetricsLogRecordProcessor().force_flush(), bool)


def side_by_side(provider: trace.TracerProvider) -> None:
    tenant = wm.Warpmetrics(tracer_provider=provider, events="span")
    assert_type(tenant.run("Code review"), wm.Run)
    assert_type(tenant.outcome(tenant.current(), "Completed"), wm.Outcome)
    tenant.configure(span_content=True)


def reading_back(paths: list[str]) -> None:
    chains = read.assemble(read.read_spans(*paths))
    assert_type(chains.chains, list[read.Chain])
    assert_type(chains.find("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x"), read.Chain | None)
    for chain in chains.chains:
        for run in chain.runs:
            assert_type(run, read.Run)
            assert_type(run.outcomes, list[read.Outcome])
            assert_type(run.calls, list[read.Call])


def asking_in_a_test(warpmetrics: testing.Recorded) -> None:
    assert_type(warpmetrics.runs, list[read.Run])
    assert_type(warpmetrics.runs[0].outcomes, list[read.Outcome])
    assert_type(warpmetrics.chain(warpmetrics.runs[0]), list[read.Run])
    assert_type(warpmetrics.chain("wm_run_01jd3v9k7m2p4q6r8s0t1v3w5x"), list[read.Run])
    assert_type(warpmetrics.calls, list[read.Call])
