"""Clients that others instrument: each program's calls as the native API has them, field by field."""

import pytest

from tests.golden.expected import (
    ANTHROPIC_BAD_REQUEST,
    ANTHROPIC_FORECAST,
    ANTHROPIC_RATE_LIMITED,
    BAD_REQUEST,
    BRIEF_REASONING,
    CACHED,
    CHAT,
    CLAUDE,
    EMBEDDING,
    FORECAST,
    GPT,
    GPT_DATED,
    RATE_LIMITED,
    REASONING,
    STREAM,
    WEATHER,
    WRITTEN,
    Asked,
    Native,
    call_of,
    named,
    openai_error,
    row,
    run_of,
)
from tests.golden.load import golden, programs

OPENAI = {
    "chat": [CHAT],
    "stream": [STREAM],
    "tools": [WEATHER, FORECAST],
    "cached": [CACHED],
    "reasoning": [REASONING],
    "rate_limited": [RATE_LIMITED],
    "bad_request": [BAD_REQUEST],
    "responses": [BRIEF_REASONING],
    "responses_tools": [WEATHER, FORECAST],
}
ANTHROPIC = {
    "chat": [CHAT],
    "stream": [STREAM],
    "stream_helper": [STREAM],
    "tools": [WEATHER, ANTHROPIC_FORECAST],
    "cached": [WRITTEN],
    "reasoning": [REASONING],
    "rate_limited": [ANTHROPIC_RATE_LIMITED],
    "bad_request": [ANTHROPIC_BAD_REQUEST],
}


def genai(_program):
    return f"chat {GPT}"


def genai_anthropic(_program):
    return f"chat {CLAUDE}"


def spans_only(asked):
    """What is left of it where content has no place and the cache no name."""
    return asked._replace(messages=None, response=None, tool_calls=None, tools=None, cached=0)


def openinference(program):
    return "Response" if program.startswith("responses") else "ChatCompletion"


def openinference_anthropic(program):
    return "messages.stream" if program == "stream_helper" else "messages.create"


def openllmetry(program):
    return "openai.response" if program.startswith("responses") else "openai.chat"


def openllmetry_anthropic(_program):
    return "anthropic.chat"


def langfuse(_program):
    return "OpenAI-generation"


# What a package knows or says otherwise than the rest.
OTHERWISE = {
    # The one token that a stream is announced with is added to those that it ends with.
    ("openllmetry_anthropic", "stream"): [STREAM._replace(completion=10)],
    ("openllmetry_anthropic", "stream_helper"): [STREAM._replace(completion=10)],
    # Results of tools are a role of their own to it, whoever the provider.
    ("openinference_anthropic", "tools"): [WEATHER, FORECAST],
    # The id of the output's item, and not the one by which the tool's result is told.
    ("openllmetry_openai", "responses_tools"): [
        WEATHER._replace(tool_calls=[{**WEATHER.tool_calls[0], "id": "fc_10_0"}]),
        FORECAST,
    ],
    # Of what it has no words for, it kept nothing.
    ("openllmetry_indexed_openai", "responses_tools"): [
        WEATHER._replace(tool_calls=[{**WEATHER.tool_calls[0], "id": "fc_10_0"}]),
        FORECAST._replace(messages=WEATHER.messages),
    ],
    # Clients of its time show the whole body of an error.
    ("openllmetry_indexed_openai", "rate_limited"): [
        RATE_LIMITED._replace(error=openai_error(429, "Too many requests."))
    ],
    ("openllmetry_indexed_openai", "bad_request"): [
        BAD_REQUEST._replace(error=openai_error(400, "Nothing can be made of this."))
    ],
    ("openai_v2", "rate_limited"): [Asked(None, error=openai_error(429, "Too many requests."))],
    ("openai_v2", "bad_request"): [Asked(None, error=openai_error(400, "Nothing can be made of this."))],
    # It counted no tokens of streams.
    ("openllmetry_indexed_anthropic", "stream"): [STREAM._replace(prompt=None)],
    ("openllmetry_indexed_anthropic", "stream_helper"): [STREAM._replace(prompt=None)],
    ("genai_openai", "without_content"): [CHAT._replace(messages=None, response=None)],
}
PACKAGES = {
    "genai_openai": (genai, OPENAI, GPT),
    "genai_anthropic": (genai_anthropic, ANTHROPIC, CLAUDE),
    "openinference_openai": (openinference, OPENAI, GPT),
    "openinference_anthropic": (openinference_anthropic, ANTHROPIC, CLAUDE),
    "openllmetry_openai": (openllmetry, OPENAI, GPT),
    "openllmetry_anthropic": (openllmetry_anthropic, ANTHROPIC, CLAUDE),
    "openllmetry_indexed_openai": (openllmetry, OPENAI, GPT),
    "openllmetry_indexed_anthropic": (openllmetry_anthropic, ANTHROPIC, CLAUDE),
    "openai_v2": (genai, {program: [spans_only(one) for one in asked] for program, asked in OPENAI.items()}, GPT),
    # The model that answered takes the place of the one that was asked for.
    "langfuse": (langfuse, OPENAI, GPT_DATED),
}
# Frameworks around the clients have tests of their own.
ELSEWHERE = {"embeddings", "observed", "by_hand"}
RECORDED = [(package, program) for package in PACKAGES for program in programs(package) if program not in ELSEWHERE]


@pytest.mark.parametrize(("package", "program"), RECORDED)
def test_calls(package, program):
    name_of, asked, model = PACKAGES[package]
    asked = OTHERWISE.get((package, program)) or asked[program]
    if package == "langfuse" and asked[0].error is not None:
        model = GPT
    spans = golden(package, program)
    sources = named(spans, name_of(program))
    provider = "anthropic" if model == CLAUDE else "openai"
    native = Native(spans)
    assert native.calls == [
        row(one, span, provider=provider, model=model) for one, span in zip(asked, sources, strict=True)
    ]
    (run,) = native.runs
    assert run.id == run_of(spans[0])
    # A call alone is the run as well: its span is the root of the trace.
    root = next(span for span in spans if not span.parent_span_id)
    assert run.label == ("answer question" if program.endswith("tools") else root.name)
    assert run.opts is None
    assert native.parents == {call["id"]: run.id for call in native.calls}
    assert not native.groups


@pytest.mark.parametrize(("package", "program"), RECORDED)
def test_a_run_that_failed_says_so(package, program):
    native = Native(golden(package, program))
    failed = program in {"rate_limited", "bad_request"}
    assert [(outcome.ref_id, outcome.name) for outcome in native.outcomes] == [(native.runs[0].id, "Error")] * failed


EMBEDDERS = {
    "genai_openai": f"embeddings {EMBEDDING}",
    "openai_v2": f"embeddings {EMBEDDING}",
    "openinference_openai": "CreateEmbeddings",
    "openllmetry_openai": "openai.embeddings",
    "openllmetry_indexed_openai": "openai.embeddings",
    "langfuse": "OpenAI-embedding",
    "logfire": "Embedding Creation with {request_data[model]!r}",
    "pydantic_ai": f"embeddings {EMBEDDING}",
}


@pytest.mark.parametrize("package", EMBEDDERS)
def test_embeddings_alone_are_no_run(package):
    assert Native(golden(package, "embeddings")).entities == []


@pytest.mark.parametrize("package", EMBEDDERS)
def test_embeddings_in_a_run_are_a_call(package):
    (span,) = golden(package, "embeddings")
    assert span.name == EMBEDDERS[package]
    # As if it had been made beneath a run in another process.
    beneath = span._replace(parent_span_id=7)
    native = Native([beneath], above=lambda _trace, parent: f"wm_run_{parent}")
    (call,) = native.calls
    assert (call["id"], call["provider"], call["model"]) == (call_of(span), "openai", EMBEDDING)
    assert (call["tokens"]["prompt"], call["tokens"]["cachedInput"]) == (5, 0)
    assert call["status"] == "success"
    assert native.parents == {call["id"]: "wm_run_7"}
