"""What is asked through the OpenAI client, for every package that instruments it: one function a recording."""

import contextlib

import openai
from opentelemetry.trace import TracerProvider
from recording import WEATHER

MODEL = "gpt-5-mini"
_TOOL = {"name": WEATHER.name, "description": WEATHER.description, "parameters": WEATHER.parameters}


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def chat(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """Instructions, a question, an answer."""
    client.chat.completions.create(
        model=MODEL,
        temperature=0.5,
        max_completion_tokens=100,
        messages=[{"role": "system", "content": "Be brief."}, _user("What is the capital of France?")],
    )


def stream(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """An answer in pieces, whose last one has the usage."""
    pieces = client.chat.completions.create(
        model=MODEL, messages=[_user("Count to five.")], stream=True, stream_options={"include_usage": True}
    )
    for _ in pieces:
        pass


def tools(client: openai.OpenAI, provider: TracerProvider) -> None:
    """The model asks for a tool and is told what it said: two calls beneath a span of the application."""
    messages = [_user("What is the weather in Paris?")]
    offered = [{"type": "function", "function": _TOOL}]
    with provider.get_tracer("app").start_as_current_span("answer question"):
        asked = client.chat.completions.create(model=MODEL, messages=messages, tools=offered).choices[0].message
        messages.append(asked.model_dump(exclude_none=True, include={"role", "tool_calls"}))
        messages.append({"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": WEATHER.says})
        client.chat.completions.create(model=MODEL, messages=messages, tools=offered)


def cached(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """Most of the prompt comes from the provider's cache."""
    client.chat.completions.create(model=MODEL, messages=[_user("Summarise the contract.")])


def reasoning(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """Part of the answer is thought, not said."""
    client.chat.completions.create(
        model=MODEL, messages=[_user("How many primes are below ten?")], reasoning_effort="low"
    )


def rate_limited(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """The provider answers 429."""
    with contextlib.suppress(openai.RateLimitError):
        client.chat.completions.create(model=MODEL, messages=[_user("Ask too often.")])


def bad_request(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """The provider answers 400 to a request for a stream."""
    with contextlib.suppress(openai.BadRequestError):
        client.chat.completions.create(model=MODEL, messages=[_user("Ask for nonsense.")], stream=True)


def responses(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """The newer of the two APIs, with reasoning and instructions."""
    client.responses.create(
        model=MODEL,
        instructions="Be brief.",
        input="How many primes are below ten?",
        reasoning={"effort": "low", "summary": "auto"},
    )


def responses_tools(client: openai.OpenAI, provider: TracerProvider) -> None:
    """The round trip to a tool through the newer API, the second answer in pieces."""
    offered = [{"type": "function", **_TOOL}]
    asked = [_user("What is the weather in Paris?")]
    with provider.get_tracer("app").start_as_current_span("answer question"):
        (call,) = client.responses.create(model=MODEL, input=asked, tools=offered).output
        asked.append(call.model_dump(include={"type", "call_id", "name", "arguments"}))
        asked.append({"type": "function_call_output", "call_id": call.call_id, "output": WEATHER.says})
        for _ in client.responses.create(model=MODEL, input=asked, tools=offered, stream=True):
            pass


def embeddings(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """Two texts become vectors; nothing is inferred."""
    client.embeddings.create(model="text-embedding-3-small", input=["Rain.", "Rain is wet."])


PROGRAMS = (
    chat,
    stream,
    tools,
    cached,
    reasoning,
    rate_limited,
    bad_request,
    responses,
    responses_tools,
    embeddings,
)
