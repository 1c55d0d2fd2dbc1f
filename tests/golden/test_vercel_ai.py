"""The Vercel AI SDK, which is JavaScript, through both of its telemetries."""

import pytest

from tests.golden.expected import (
    CHAT,
    CLAUDE,
    EMBEDDING,
    FORECAST,
    GPT,
    RATE_LIMITED,
    REASONING,
    STREAM,
    WEATHER,
    WRITTEN,
    Native,
    call_of,
    group_of,
    named,
    row,
    run_of,
)
from tests.golden.load import golden

PROGRAMS = {
    "chat": [CHAT],
    "stream": [STREAM],
    "tools": [WEATHER, FORECAST],
    "cached": [WRITTEN],
    "reasoning": [REASONING],
    "rate_limited": [RATE_LIMITED._replace(error="Too many requests.")],
}


def span_names(package, program, model):
    """Of the requests to the model, and of what the SDK has around them."""
    if package == "vercel_ai":
        return f"chat {model}", f"invoke_agent {model}"
    if program == "stream":
        return "ai.streamText.doStream", "ai.streamText"
    return "ai.generateText.doGenerate", "ai.generateText"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("package", ["vercel_ai", "vercel_ai_legacy"])
def test_calls(package, program):
    spans = golden(package, program)
    provider, model = ("anthropic", CLAUDE) if program == "cached" else ("openai", GPT)
    request, around = span_names(package, program, model)
    native = Native(spans)
    assert native.calls == [
        row(asked, span, provider=provider, model=model)
        for asked, span in zip(PROGRAMS[program], named(spans, request), strict=True)
    ]
    (run,) = native.runs
    beneath_the_application = program == "tools"
    assert (run.id, run.label) == (run_of(spans[0]), "answer question" if beneath_the_application else around)
    assert [outcome.ref_id for outcome in native.outcomes] == [run.id] * (program == "rate_limited")
    # The newer one calls what it has around the requests an agent, which repeats their usage and their content.
    if package == "vercel_ai" and beneath_the_application:
        (agent,) = named(spans, around)
        assert native.groups == {around: group_of(agent)}
        above = {group_of(agent)}
    else:
        assert native.groups == {}
        above = {run.id}
    assert {native.parents[call["id"]] for call in native.calls} == above


@pytest.mark.parametrize(
    ("package", "inner"), [("vercel_ai", f"embeddings {EMBEDDING}"), ("vercel_ai_legacy", "ai.embedMany.doEmbed")]
)
def test_embeddings(package, inner):
    spans = golden(package, "embeddings")
    assert Native(spans).entities == []
    span = named(spans, inner)[-1]
    top = next(span for span in spans if not span.parent_span_id)
    others = [other for other in spans if other is not top]
    (call,) = Native([*others, top._replace(parent_span_id=7)], above=lambda _trace, _parent: "wm_run_1").calls
    assert (call["id"], call["provider"], call["model"]) == (call_of(span), "openai", EMBEDDING)
    assert call["tokens"]["prompt"] == 5
