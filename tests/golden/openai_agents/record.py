"""The OpenAI agents SDK through OpenInference's instrumentation, with content, as it is unasked."""

import asyncio
import contextlib

import openai
from agents import Agent, Runner, function_tool, set_default_openai_client
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from recording import WEATHER, Recorder, record

MODEL = "gpt-5-mini"


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return WEATHER.says


def chat() -> None:
    """Instructions, a question, an answer."""
    geographer = Agent(name="Geographer", instructions="Be brief.", model=MODEL)
    loop.run(Runner.run(geographer, "What is the capital of France?"))


def stream() -> None:
    """An answer in pieces."""

    async def ask():
        async for _ in Runner.run_streamed(Agent(name="Counter", model=MODEL), "Count to five.").stream_events():
            pass

    loop.run(ask())


def tools() -> None:
    """An agent that asks twice and uses a tool between."""
    loop.run(Runner.run(Agent(name="Forecaster", model=MODEL, tools=[get_weather]), "What is the weather in Paris?"))


def handoff() -> None:
    """An agent that hands over to another one."""
    refunds = Agent(name="Refunds", model=MODEL)
    loop.run(Runner.run(Agent(name="Triage", model=MODEL, handoffs=[refunds]), "I want my money back."))


def cached() -> None:
    """Most of the prompt comes from the provider's cache."""
    loop.run(Runner.run(Agent(name="Lawyer", model=MODEL), "Summarise the contract."))


def reasoning() -> None:
    """Part of the answer is thought, not said."""
    loop.run(Runner.run(Agent(name="Mathematician", model=MODEL), "How many primes are below ten?"))


def rate_limited() -> None:
    """The provider answers 429."""
    with contextlib.suppress(openai.RateLimitError):
        loop.run(Runner.run(Agent(name="Impatient", model=MODEL), "Ask too often."))


recorder = Recorder()
OpenAIAgentsInstrumentor().instrument(tracer_provider=recorder.provider())
set_default_openai_client(openai.AsyncOpenAI(max_retries=0), use_for_tracing=False)
# The client stays with the loop in which it was first used.
with asyncio.Runner() as loop:
    record(recorder, (chat, stream, tools, handoff, cached, reasoning, rate_limited))
