"""What is asked through the Anthropic client, for every package that instruments it: one function a recording."""

import contextlib

import anthropic
from opentelemetry.trace import TracerProvider
from recording import WEATHER

MODEL = "claude-sonnet-4-5"


def _asked(text: str) -> dict[str, object]:
    return {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": text}]}


def chat(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """Instructions, a question, an answer."""
    client.messages.create(**_asked("What is the capital of France?"), system="Be brief.")


def stream(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """An answer in pieces."""
    for _ in client.messages.create(**_asked("Count to five."), stream=True):
        pass


def stream_helper(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """An answer in pieces through the client's own helper."""
    with client.messages.stream(**_asked("Count to five.")) as pieces:
        pieces.until_done()


def tools(client: anthropic.Anthropic, provider: TracerProvider) -> None:
    """The model asks for a tool and is told what it said: two calls beneath a span of the application."""
    offered = [{"name": WEATHER.name, "description": WEATHER.description, "input_schema": WEATHER.parameters}]
    asked = _asked("What is the weather in Paris?")
    with provider.get_tracer("app").start_as_current_span("answer question"):
        (use,) = client.messages.create(**asked, tools=offered).content
        result = {"type": "tool_result", "tool_use_id": use.id, "content": WEATHER.says}
        called = {"type": "tool_use", "id": use.id, "name": use.name, "input": use.input}
        asked["messages"] += [{"role": "assistant", "content": [called]}, {"role": "user", "content": [result]}]
        client.messages.create(**asked, tools=offered)


def cached(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """Most of the prompt comes from the provider's cache, and part of it is written there."""
    client.messages.create(**_asked("Summarise the contract."), cache_control={"type": "ephemeral"})


def reasoning(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """Part of the answer is thought, not said."""
    thinking = {"type": "enabled", "budget_tokens": 1024}
    client.messages.create(**{**_asked("How many primes are below ten?"), "max_tokens": 2000}, thinking=thinking)


def rate_limited(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """The provider answers 429."""
    with contextlib.suppress(anthropic.RateLimitError):
        client.messages.create(**_asked("Ask too often."))


def bad_request(client: anthropic.Anthropic, _provider: TracerProvider) -> None:
    """The provider answers 400 to a request for a stream."""
    with contextlib.suppress(anthropic.BadRequestError):
        client.messages.create(**_asked("Ask for nonsense."), stream=True)


PROGRAMS = (chat, stream, stream_helper, tools, cached, reasoning, rate_limited, bad_request)
