"""Evaluations as log events, emitted by the SDK's logger: while their span is open, afterwards, and about nothing."""

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.trace import set_span_in_context

from tests.deliver.foreign import AGENT, instrumented
from warpmetrics_otel import Warpmetrics, WarpmetricsLogRecordProcessor, WarpmetricsSpanProcessor, ids
from warpmetrics_otel.testing import NativeApi


@pytest.fixture
def evaluate():
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(WarpmetricsLogRecordProcessor())
    logger = provider.get_logger("evaluator")

    def emit(span=None, name="tone", event="gen_ai.evaluation.result", **more):
        attributes = {"gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": 0.5, **more}
        context = None if span is None else set_span_in_context(span)
        logger.emit(LogRecord(event_name=event, attributes=attributes, context=context))

    yield emit
    provider.shutdown()


@pytest.fixture
def others(api):
    with instrumented(WarpmetricsSpanProcessor(api_key=api.key, api_url=api.url)) as made:
        yield made


def outcomes(api, others):
    """The outcomes and what they are about, once everything was sent."""
    others.provider.force_flush()
    return [(row["name"], row["refId"], row["opts"]) for row in api.entities("outcomes")]


def call_of(span):
    context = span.get_span_context()
    return ids.derived(ids.CALL, context.trace_id, context.span_id)


SAID = {"metric": "tone", "score": 0.5}


def test_of_a_call_that_was_told_before(api, others, evaluate):
    span = others.call()
    others.provider.force_flush()
    evaluate(span)
    assert outcomes(api, others) == [("tone", call_of(span), SAID)]


def test_of_a_call_that_is_open_or_waits(api, others, evaluate):
    with others.span():
        with others.span("chat m", {"gen_ai.operation.name": "chat"}) as open_call:
            evaluate(open_call, "first")
        evaluate(open_call, "second")
    targets = {name: target for name, target, _ in outcomes(api, others)}
    assert targets == {"first": call_of(open_call), "second": call_of(open_call)}


def test_of_an_agent_and_of_the_request_around_it(api, others, evaluate):
    with others.span() as root:
        with others.span("invoke_agent Bob", AGENT) as agent:
            others.call()
        evaluate(agent, "agent")
    evaluate(root, "root")
    context = agent.get_span_context()
    targets = {name: target for name, target, _ in outcomes(api, others)}
    assert targets["agent"] == ids.derived(ids.GROUP, context.trace_id, context.span_id)
    assert targets["root"] == ids.run_id_of_trace(context.trace_id)


def test_beside_a_recorder_with_a_key(api, evaluate):
    with instrumented() as others:
        wm = Warpmetrics(tracer_provider=others.provider, api_key=api.key, api_url=api.url)
        with wm.run("Writer"):
            span = others.call()
            evaluate(
                span, **{"gen_ai.evaluation.score.label": "kind", "gen_ai.evaluation.explanation": "it says please"}
            )
        wm.shutdown(60)
    [outcome] = api.entities("outcomes")
    assert (outcome["name"], outcome["refId"]) == ("kind", call_of(span))
    assert outcome["opts"] == {**SAID, "reason": "it says please"}


ANSWERED = {"gen_ai.response.id": "chatcmpl-1"}


def test_of_an_answer_whose_span_is_not_known(api, others, evaluate):
    call = others.call(**ANSWERED)
    evaluate(name="before", **ANSWERED)
    others.provider.force_flush()
    evaluate(name="after", **ANSWERED)
    with others.span("evaluate") as evaluator:
        evaluate(evaluator, "within", **ANSWERED)
    evaluate(name="of another", **{"gen_ai.response.id": "chatcmpl-2"})
    targets = {name: target for name, target, _ in outcomes(api, others)}
    assert targets == dict.fromkeys(("before", "after", "within"), call_of(call))


def test_of_an_answer_that_is_still_to_come(api, others, evaluate):
    with others.span("chat m", {"gen_ai.operation.name": "chat"}) as call:
        evaluate(name="early", **ANSWERED)
        call.set_attributes(ANSWERED)
    assert outcomes(api, others) == [("early", call_of(call), SAID | {"metric": "early"})]


def test_of_an_answer_in_the_run_of_its_evaluator(api, others, evaluate):
    answered = others.call(**ANSWERED)
    with others.span("judge") as judge:
        others.call()
        evaluate(judge, **ANSWERED)
        judge.add_event("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "on the span"} | ANSWERED)
    targets = {name: target for name, target, _ in outcomes(api, others)}
    assert targets == dict.fromkeys(("tone", "on the span"), call_of(answered))


def test_of_an_answer_to_a_call_of_ours(api, others, evaluate):
    wm = Warpmetrics(tracer_provider=others.provider)
    with wm.run("Writer") as run:
        call = wm.record_call(run, model="m", response="Hi", response_id="chatcmpl-1")
    evaluate(**ANSWERED)
    wm.shutdown(60)
    assert outcomes(api, others) == [("tone", call.id, SAID)]


@pytest.mark.parametrize("through", ["processor", "recorder"])
def test_of_what_was_recorded_with_verbs(api, evaluate, through):
    options = {"api_key": api.key, "api_url": api.url}
    mouths = [WarpmetricsSpanProcessor(**options)] if through == "processor" else []
    with instrumented(*mouths) as others:
        wm = Warpmetrics(tracer_provider=others.provider, **({} if mouths else options))
        with wm.run("Writer") as run:
            evaluate(run.span, "run")
            with wm.group(run, "Drafting") as group:
                evaluate(group.span, "group")
        evaluate(run.span, "afterwards")
        wm.shutdown(60)
    targets = {row["name"]: row["refId"] for row in api.entities("outcomes")}
    assert targets == {"run": run.id, "group": group.id, "afterwards": run.id}


def test_of_a_tenant_s_run_only_that_tenant_hears(api, evaluate):
    with NativeApi() as theirs, instrumented() as others:
        made = [Warpmetrics(tracer_provider=others.provider, api_key=one.key, api_url=one.url) for one in (api, theirs)]
        with made[1].run("Writer") as run:
            evaluate(run.span)
        for wm in made:
            wm.shutdown(60)
        assert (len(api.entities("outcomes")), len(theirs.entities("outcomes"))) == (0, 1)


def test_an_outcome_that_is_a_log_event_too_is_told_once(api):
    logs = LoggerProvider(shutdown_on_exit=False)
    logs.add_log_record_processor(WarpmetricsLogRecordProcessor())
    with instrumented() as others:
        options = {"api_key": api.key, "api_url": api.url, "events": "both", "logger_provider": logs}
        wm = Warpmetrics(tracer_provider=others.provider, **options)
        with others.span() as root:
            others.call()
            wm.outcome(root, "Good", {"score": 1.0})
        with wm.run("Writer") as run:
            wm.outcome(run, "Fine", {"score": 1.0})
        wm.shutdown(60)
    logs.shutdown()
    assert sorted(row["name"] for row in api.entities("outcomes")) == ["Fine", "Good"]


@pytest.mark.parametrize("when", ["before the agent ends", "before the request ends", "afterwards"])
def test_of_a_tool_that_is_over(api, others, evaluate, when):
    with others.span() as root:
        with others.agent() as agent:
            others.call()
            with others.span("tool") as tool, others.span("SELECT") as query:
                pass
            if when == "before the agent ends":
                evaluate(query)
        if when == "before the request ends":
            evaluate(query)
    if when == "afterwards":
        others.provider.force_flush()
        evaluate(query)
    context = agent.get_span_context()
    assert outcomes(api, others) == [("tone", ids.derived(ids.GROUP, context.trace_id, context.span_id), SAID)]
    assert tool is not root


def test_what_is_about_nothing_that_was_told_never_leaves(api, others, evaluate):
    with others.span() as span:
        evaluate(span)
    evaluate()
    call = others.call()
    evaluate(call, event="gen_ai.client.inference.operation.details")
    assert outcomes(api, others) == []
