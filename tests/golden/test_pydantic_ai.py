"""Pydantic AI's own instrumentation: agents, their calls, what they cost, and usage that agents repeat."""

import pytest

from tests.golden.expected import (
    CHAT,
    CLAUDE,
    DRAFT,
    FORECAST,
    REASONING,
    STREAM,
    WEATHER,
    WRITTEN,
    Asked,
    Native,
    group_of,
    named,
    row,
    run_of,
    tool_says,
)
from tests.golden.load import golden

USD = 1e-6
"""Prices are in US dollars for a million tokens."""


def gpt_5_mini(asked):
    """With the price that Pydantic AI works out."""
    fresh = asked.prompt - asked.cached
    cost = USD * (fresh * 0.25 + asked.cached * 0.025 + asked.completion * 2)
    return asked._replace(cost=pytest.approx(cost))


def claude(asked):
    fresh = asked.prompt - asked.cached - asked.written
    cost = USD * (fresh * 3 + asked.written * 3.75 + asked.cached * 0.30 + asked.completion * 15)
    return asked._replace(cost=pytest.approx(cost))


PYDANTIC_FORECAST = FORECAST._replace(
    messages=[*FORECAST.messages[:2], tool_says("18 degrees", "call_weather", role="user", name="get_weather")]
)
PYDANTIC_AI = {
    "chat": ("geographer", [gpt_5_mini(CHAT)]),
    "stream": ("counter", [gpt_5_mini(STREAM)]),
    "cached": ("lawyer", [claude(WRITTEN)]),
    "reasoning": ("mathematician", [gpt_5_mini(REASONING)]),
    "rate_limited": (
        "impatient",
        [
            # A request that failed tells nothing of what was asked.
            Asked(
                None,
                error="status_code: 429, model_name: gpt-5-mini, body: {'message': 'Too many requests.', "
                "'type': 'invalid_request_error', 'param': None, 'code': None}",
            )
        ],
    ),
    # Here the agent's span repeats the counts of its calls, under the same names.
    "summed": ("geographer", [gpt_5_mini(CHAT._replace(messages=CHAT.messages[1:]))]),
}


@pytest.mark.parametrize("program", PYDANTIC_AI)
def test_pydantic_ai(program):
    agent, asked = PYDANTIC_AI[program]
    spans = golden("pydantic_ai", program)
    anthropic = program == "cached"
    model = CLAUDE if anthropic else "gpt-5-mini"
    sources = named(spans, f"chat {model}")
    native = Native(spans)
    provider = "anthropic" if anthropic else "openai"
    assert native.calls == [
        row(one, span, provider=provider, model=model) for one, span in zip(asked, sources, strict=True)
    ]
    (run,) = native.runs
    assert (run.id, run.label, run.opts) == (run_of(spans[0]), agent, None)
    assert native.parents == {call["id"]: run.id for call in native.calls}
    assert [outcome.ref_id for outcome in native.outcomes] == [run.id] * (program == "rate_limited")


def test_pydantic_ai_agent_beneath_a_span_of_the_application():
    spans = golden("pydantic_ai", "tools")
    native = Native(spans)
    first, second = named(spans, "chat gpt-5-mini")
    (agent,) = named(spans, "invoke_agent forecaster")
    assert native.calls == [row(gpt_5_mini(WEATHER), first), row(gpt_5_mini(PYDANTIC_FORECAST), second)]
    (run,) = native.runs
    assert (run.id, run.label) == (run_of(agent), "answer question")
    assert native.groups == {"forecaster": group_of(agent)}
    assert set(native.parents.items()) == {
        (group_of(agent), run.id),
        *((call["id"], group_of(agent)) for call in native.calls),
    }


def test_pydantic_ai_agent_as_the_tool_of_another():
    spans = golden("pydantic_ai", "delegated")
    native = Native(spans)
    first, second = named(spans, "chat gpt-5-mini")
    (slogan,) = named(spans, "chat claude-sonnet-4-5")
    (writer,) = named(spans, "invoke_agent writer")
    assert native.calls == [
        row(gpt_5_mini(WEATHER), first),
        row(claude(DRAFT), slogan, provider="anthropic", model=CLAUDE),
        row(gpt_5_mini(PYDANTIC_FORECAST), second),
    ]
    (run,) = native.runs
    assert run.label == "forecaster"
    assert native.groups == {"writer": group_of(writer)}
    above = [native.parents[call["id"]] for call in native.calls]
    assert above == [run.id, group_of(writer), run.id]
    assert native.parents[group_of(writer)] == run.id
