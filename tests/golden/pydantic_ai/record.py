"""Pydantic AI's own instrumentation: agents of both providers, with content, as it is unasked."""

import asyncio
import contextlib

from opentelemetry.sdk.trace import TracerProvider
from pydantic_ai import Agent, Embedder
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.instrumented import InstrumentationSettings
from recording import WEATHER, Recorder, record

OPENAI = "openai-chat:gpt-5-mini"
RESPONSES = "openai-responses:gpt-5-mini"
ANTHROPIC = "anthropic:claude-sonnet-4-5"


def chat(_provider: TracerProvider) -> None:
    """Instructions, a question, an answer."""
    Agent(OPENAI, name="geographer", instructions="Be brief.").run_sync("What is the capital of France?")


def stream(_provider: TracerProvider) -> None:
    """An answer in pieces."""

    async def ask():
        async with Agent(OPENAI, name="counter").run_stream("Count to five.") as pieces:
            async for _ in pieces.stream_text():
                pass

    asyncio.run(ask())


def tools(provider: TracerProvider) -> None:
    """An agent that asks twice and uses a tool between, beneath a span of the application."""
    forecaster = Agent(OPENAI, name="forecaster")

    @forecaster.tool_plain
    def get_weather(city: str) -> str:
        """The weather in a city."""
        return WEATHER.says

    with provider.get_tracer("app").start_as_current_span("answer question"):
        forecaster.run_sync("What is the weather in Paris?")


def cached(_provider: TracerProvider) -> None:
    """Most of the prompt comes from the provider's cache, and part of it is written there."""
    Agent(ANTHROPIC, name="lawyer").run_sync("Summarise the contract.")


def reasoning(_provider: TracerProvider) -> None:
    """Part of the answer is thought, not said."""
    Agent(RESPONSES, name="mathematician").run_sync(
        "How many primes are below ten?", model_settings={"openai_reasoning_effort": "low"}
    )


def rate_limited(_provider: TracerProvider) -> None:
    """The provider answers 429."""
    with contextlib.suppress(ModelHTTPError):
        Agent(OPENAI, name="impatient").run_sync("Ask too often.")


def delegated(_provider: TracerProvider) -> None:
    """An agent that another one calls as its tool; each has calls and sums of its own."""
    writer = Agent(ANTHROPIC, name="writer")
    forecaster = Agent(OPENAI, name="forecaster")

    @forecaster.tool_plain
    async def get_weather(city: str) -> str:
        """The weather in a city."""
        await writer.run("Draft a slogan for rain.")
        return WEATHER.says

    forecaster.run_sync("What is the weather in Paris?")


def summed(_provider: TracerProvider) -> None:
    """The agent's span repeats the usage of its calls under the names that calls have."""
    Agent.instrument_all(InstrumentationSettings(tracer_provider=provider, use_aggregated_usage_attribute_names=False))
    Agent(OPENAI, name="geographer").run_sync("What is the capital of France?")


def embeddings(_provider: TracerProvider) -> None:
    """Two texts become vectors; nothing is inferred."""
    asyncio.run(Embedder("openai:text-embedding-3-small").embed_documents(["Rain.", "Rain is wet."]))


recorder = Recorder()
provider = recorder.provider()
settings = InstrumentationSettings(tracer_provider=provider)
Agent.instrument_all(settings)
Embedder.instrument_all(settings)
record(recorder, (chat, stream, tools, cached, reasoning, rate_limited, delegated, summed, embeddings), provider)
