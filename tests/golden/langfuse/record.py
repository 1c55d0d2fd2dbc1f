"""Langfuse: its OpenAI client, its decorator, and a generation told by hand. Content is on the spans, as it is unasked.

What a second exporter on Langfuse's provider gets is recorded; Langfuse's own gets nowhere.
"""

from langfuse import Langfuse, observe, propagate_attributes
from langfuse.openai import openai
from of_openai import MODEL, PROGRAMS
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recording import WEATHER, Recorder, record

_TOOL = {"name": WEATHER.name, "description": WEATHER.description, "parameters": WEATHER.parameters}


def observed(client: openai.OpenAI, _provider: TracerProvider) -> None:
    """An agent that asks twice and uses a tool between, for a user and in a session."""

    def ask(messages, **options):
        return client.chat.completions.create(model=MODEL, messages=messages, **options).choices[0].message

    @observe(as_type="tool")
    def get_weather(city):
        return WEATHER.says

    @observe(as_type="agent")
    def forecaster(question):
        messages = [{"role": "user", "content": question}]
        asked = ask(messages, tools=[{"type": "function", "function": _TOOL}])
        messages.append(asked.model_dump(exclude_none=True, include={"role", "tool_calls"}))
        messages.append({"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": get_weather("Paris")})
        return ask(messages).content

    @observe()
    def leaflet():
        with propagate_attributes(user_id="ada", session_id="s1", trace_name="Leaflet"):
            return forecaster("What is the weather in Paris?")

    leaflet()


def by_hand(_client: openai.OpenAI, _provider: TracerProvider) -> None:
    """A call of a provider that nothing instruments, with its usage and its cost."""
    with langfuse.start_as_current_observation(
        as_type="generation",
        name="summary",
        model="claude-sonnet-4-5",
        input=[{"role": "user", "content": "Summarise the contract."}],
        model_parameters={"max_tokens": 1000},
    ) as generation:
        generation.update(
            output={"role": "assistant", "content": "It may be ended by either side."},
            usage_details={
                "input": 256,
                "cache_read_input_tokens": 1536,
                "input_cache_creation": 256,
                "output": 20,
                "total": 2068,
            },
            cost_details={"input": 0.0021888, "output": 0.0003, "total": 0.0024888},
        )


recorder = Recorder()
provider = recorder.provider()
langfuse = Langfuse(
    public_key="pk-local", secret_key="sk-local", tracer_provider=provider, span_exporter=InMemorySpanExporter()
)
record(recorder, (*PROGRAMS, observed, by_hand), openai.OpenAI(max_retries=0), provider)
