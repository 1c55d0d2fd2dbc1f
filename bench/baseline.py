"""The workload as a competent user writes it by hand on the OpenTelemetry SDK: the other side of every ratio."""

import json

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, Tracer

from bench.workload import ANSWER, OPTS, PROMPT, USAGE


def one_run(tracer: Tracer, previous: SpanContext | None) -> SpanContext:
    """Record one run; with `previous`, as its follow-up."""
    links = [] if previous is None else [Link(previous, {"relation": "follow_up", "act": "retry"})]
    with tracer.start_as_current_span(
        "invoke_workflow Code review",
        attributes={"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "Code review"},
        links=links,
    ) as run:
        with tracer.start_as_current_span("Drafting"):
            for _ in range(3):
                one_call(tracer)
        run.add_event("outcome", {"name": "Failed", **OPTS})
        run.add_event("act", {"name": "retry"})
        run.set_status(Status(StatusCode.ERROR, "Failed"))
        return run.get_span_context()


def one_call(tracer: Tracer) -> None:
    """Record one LLM call, with its prompt and its answer."""
    with tracer.start_as_current_span(
        "chat gpt-4o",
        kind=SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}]),
        },
    ) as span:
        span.set_attributes(
            {
                "gen_ai.usage.input_tokens": USAGE["prompt"],
                "gen_ai.usage.output_tokens": USAGE["completion"],
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}]
                ),
            }
        )


def tracer_of(provider: trace.TracerProvider) -> Tracer:
    """The user's own tracer."""
    return provider.get_tracer("by-hand")
